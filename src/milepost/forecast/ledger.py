"""A forecast as ledger entries: added when it says something new, not when it trembles."""

from datetime import datetime, timedelta

from milepost.model.changes import ShipmentChange
from milepost.model.forecasts import Forecast
from milepost.model.promises import Promise, Promiser

SOURCE = "forecast"
NAME = "delivery"
TREMBLE = timedelta(hours=2)
"""A window that moved by less at both ends is the same window to a person."""


def entries(forecast: Forecast | None, change: ShipmentChange, now: datetime) -> list[Promise]:
    """One entry per order in the shipment, or none when nothing worth saying changed."""
    if forecast is None:
        return []
    standing = {promise.order_number: promise for promise in change.promises if promise.source == SOURCE}
    return [
        _entry(number, forecast, change, now)
        for number in change.shipment.order_numbers
        if not _says_the_same(standing.get(number), forecast)
    ]


def _says_the_same(standing: Promise | None, forecast: Forecast) -> bool:
    if standing is None or standing.from_at is None:
        return False
    moved = (abs(standing.from_at - forecast.low_at), abs(standing.to_at - forecast.high_at))
    return max(moved) < TREMBLE


def _entry(number: str, forecast: Forecast, change: ShipmentChange, now: datetime) -> Promise:
    return Promise(
        order_number=number,
        shop_id=change.shipment.shop_id,
        shipment_id=change.shipment.shipment_id,
        promiser=Promiser.MILEPOST,
        source=SOURCE,
        name=NAME,
        kind=forecast.model,
        from_at=forecast.low_at,
        to_at=forecast.high_at,
        offset_minutes=None,
        said_at=now,
        reason=forecast.reason,
        confidence=forecast.confidence,
        sample_size=forecast.sample_size,
    )
