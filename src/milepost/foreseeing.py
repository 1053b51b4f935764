"""Our own forecast of each shipment that changed, added to the ledger when it says something new."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from milepost.forecast.lanes import hours_on_the_way, lanes_of, origin_country
from milepost.forecast.ledger import entries
from milepost.model.changes import ShipmentChange
from milepost.model.orders import Destination, OrderFacts
from milepost.model.places import RawPlace
from milepost.model.promises import Promise
from milepost.ports.app import App
from milepost.ports.forecast import ForecastFacts, LaneStats
from milepost.ports.store import OrderKey, Transaction


async def foresee(
    tx: Transaction, changes: Sequence[ShipmentChange], app: App, now: datetime
) -> list[list[Promise]]:
    """Our own window of each shipment, for the ledger when it says something new."""
    asking = [change for change in changes if _teaches(change) or not change.after.status.is_terminal]
    orders = await tx.orders_without_contact(key for change in asking for key in _order_keys(change))
    firsts = [next((orders[key] for key in _order_keys(change) if key in orders), None) for change in changes]
    lanes = [
        lanes_of(change.shipment, change.after, order.destination) if order else ()
        for change, order in zip(changes, firsts, strict=True)
    ]
    await tx.count_deliveries(_deliveries(zip(changes, lanes, strict=True)))
    is_open = [not change.after.status.is_terminal for change in changes]
    asked = [name for names, still in zip(lanes, is_open, strict=True) if still for name in names]
    known = {stats.lane: stats for stats in await tx.lanes(asked)} if asked else {}
    promises: list[list[Promise]] = []
    for change, order, names, still in zip(changes, firsts, lanes, is_open, strict=True):
        if not still:  # there is nothing left to foresee
            promises.append([])
            continue
        facts = _forecast_facts(change, order, [known[name] for name in names if name in known], app, now)
        promises.append(entries(app.forecaster.forecast(facts), change, now))
    await tx.add_promises([promise for added in promises for promise in added])
    return promises


def _order_keys(change: ShipmentChange) -> list[OrderKey]:
    return [(change.shipment.shop_id, number) for number in change.shipment.order_numbers]


def _forecast_facts(
    change: ShipmentChange, order: OrderFacts | None, lanes: Sequence[LaneStats], app: App, now: datetime
) -> ForecastFacts:
    shipment = change.shipment
    destination = order.destination if order else Destination()
    located = app.gazetteer.locate(
        RawPlace(city=destination.city, region=destination.region, country=destination.country)
    )
    return ForecastFacts(
        now=now,
        placed_at=order.placed_at if order else None,
        carrier=shipment.carrier,
        service=shipment.service,
        origin_country=origin_country(change.after),
        destination_country=destination.country,
        destination_region=destination.region,
        destination_zone=located.zone if located else None,
        journey=change.after,
        promises=change.promises,
        lanes=lanes,
    )


def _deliveries(
    changes: Iterable[tuple[ShipmentChange, Sequence[str]]],
) -> Iterable[tuple[str, str, float]]:
    """A delivery just heard of teaches its lanes how long they take: lane, shipment, hours."""
    for change, lanes in changes:
        hours = hours_on_the_way(change.after)
        if hours is not None and _teaches(change):
            yield from ((lane, change.shipment.shipment_id, hours) for lane in lanes)


def _teaches(change: ShipmentChange) -> bool:
    """Whether it was delivered just now."""
    return change.before.delivered_at is None and change.after.delivered_at is not None
