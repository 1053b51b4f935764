"""A forecast as ledger entries: added when the date shown has to change, and not when it trembles.

The rule (measured: benches/forecast.py): what was said stands while it still has a fair chance, unless much
less would do; it goes at once when it is over, or when the parcel goes out, is missed or held.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from milepost.forecast.days import zone_of
from milepost.forecast.spreads import share_by
from milepost.forecast.stages import CUSTOMS, HELD, MISSED, OUT
from milepost.model.forecasts import Basis, Forecast
from milepost.model.promises import Promise, Promiser

SOURCE = "forecast"
NAME = "delivery"
TREMBLE = timedelta(hours=2)
"""A window of hours that moved by less at both ends is the same window to a person."""

KEEPS = 0.60
"""What was said stands while the chance that it holds is so much at least (80 when it was said)."""

NARROWER = 0.60
"""It is replaced by a window of so much of its length or less: then the news is worth a change."""

TELLING = frozenset({OUT, MISSED, HELD, CUSTOMS})
HOUR = timedelta(hours=1)
_decoder = msgspec.json.Decoder(Basis)


def standing_of(promises: Sequence[Promise], order_number: str) -> Promise | None:
    """Our newest word on that order's parcel."""
    ours = [one for one in promises if one.source == SOURCE and one.order_number == order_number]
    return max(ours, key=lambda one: one.said_at, default=None)


def basis_of(promise: Promise) -> Basis | None:
    """What it rests on; None of an entry from before forecasts kept that, or from a newer program."""
    return read_basis(promise.basis)


def read_basis(kept: str) -> Basis | None:
    """The same of its JSON."""
    try:
        return _decoder.decode(kept) if kept else None
    except msgspec.ValidationError:
        return None


def is_news(standing: Promise | None, forecast: Forecast, zone: str, keeps: float = KEEPS) -> bool:
    """Whether the date shown has to change."""
    if standing is None or standing.from_at is None:
        return True
    if _looks_the_same(standing.from_at, standing.to_at, forecast, zone):
        return False
    if standing.to_at <= forecast.as_of:
        return True
    before = basis_of(standing)
    if before is None or (before.stage != forecast.stage and forecast.stage in TELLING):
        return True
    return chance(standing, forecast) < keeps or _is_much_narrower(standing, forecast)


def chance(standing: Promise, forecast: Forecast) -> float:
    """How likely it still is that it comes by the end of the window that was said, and not before it."""
    until = share_by(forecast.spread, (standing.to_at - forecast.as_of) / HOUR)
    since = standing.from_at or forecast.as_of
    return until - share_by(forecast.spread, (since - forecast.as_of) / HOUR)


def _looks_the_same(low: datetime, high: datetime, forecast: Forecast, zone: str) -> bool:
    if forecast.stage == OUT:
        return max(abs(low - forecast.low_at), abs(high - forecast.high_at)) < TREMBLE
    local = zone_of(zone)
    today = forecast.as_of.astimezone(local).date()
    first = max(low.astimezone(local).date(), today)  # what has begun is told as "by"
    return (first, high.astimezone(local).date()) == (
        max(forecast.low_at.astimezone(local).date(), today),
        forecast.high_at.astimezone(local).date(),
    )


def _is_much_narrower(standing: Promise, forecast: Forecast) -> bool:
    said = standing.to_at - max(standing.from_at or forecast.as_of, forecast.as_of)
    return forecast.high_at - max(forecast.low_at, forecast.as_of) <= NARROWER * said


def entry(
    forecast: Forecast,
    basis: Basis,
    reason: str,
    *,
    shop_id: str,
    shipment_id: str,
    order_number: str,
    measured: tuple[float, int] | None,
) -> Promise:
    """The forecast as one order's entry. `measured`: the share of such windows that held, of how many."""
    return Promise(
        order_number=order_number,
        shop_id=shop_id,
        shipment_id=shipment_id,
        promiser=Promiser.MILEPOST,
        source=SOURCE,
        name=NAME,
        kind=forecast.model,
        from_at=forecast.low_at,
        to_at=forecast.high_at,
        offset_minutes=None,
        said_at=forecast.as_of,
        reason=reason,
        confidence=measured[0] if measured else None,
        sample_size=measured[1] if measured else (forecast.parcels or None),
        basis=msgspec.json.encode(basis).decode(),
    )
