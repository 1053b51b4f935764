"""Our own forecast of each shipment that changed, added to the ledger when the date shown has to change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from milepost.forecast.foreteller import LESSON_NAMES
from milepost.forecast.stages import origin_country
from milepost.model.changes import ShipmentChange
from milepost.model.forecast_models import Tuning
from milepost.model.lessons import Way
from milepost.model.orders import Destination, OrderOutline
from milepost.model.places import RawPlace
from milepost.model.promises import Promise
from milepost.ports.app import App
from milepost.ports.forecast import ForecastFacts
from milepost.ports.store import OrderKey, Transaction

LEARN_EVERY = timedelta(minutes=5)
LESSONS_MAX = 20_000
"""Lessons read at a start, the newest; older ones have nearly faded anyway."""

GAPS_MAX = 20_000
NAME_MAX = 40  # characters of what comes from outside and is counted under


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was added to the ledger, and when time alone will have changed the forecast (UTC)."""

    promises: list[Promise]
    look_at: datetime | None


NOTHING = Foreseen([], None)


async def learn_lately(app: App) -> None:
    """Tell the forecaster of deliveries since the last time: committed ones only, so before a transaction."""
    forecaster, now = app.forecaster, app.clock.now()
    if forecaster.looked_at is not None and now - forecaster.looked_at < LEARN_EVERY:
        return
    await _go_by_the_right_model(app)
    lessons = await app.store.lessons_after(forecaster.learned_up_to, LESSONS_MAX)
    forecaster.learn(lessons, await app.store.all_news_gaps(GAPS_MAX), now)


async def _go_by_the_right_model(app: App) -> None:
    """Begin anew when another version was put in place, or another prior."""
    version, name = await app.store.forecast_in_place()
    if name == app.forecaster.model_name:
        return
    models = {one.version: one.tuning for one in await app.store.forecast_models()} if version else {}
    prior = await app.store.forecast_prior()
    trees = await app.store.forecast_trees(version)
    app.forecaster.begin_anew(name, version, models.get(version, Tuning()), prior, trees)


async def foresee(
    tx: Transaction, changes: Sequence[ShipmentChange], app: App, now: datetime
) -> list[Foreseen]:
    """Our own window of each shipment, for the ledger when it says something new; what the arrived teach."""
    asking = [change for change in changes if _teaches(change) or not change.after.status.is_terminal]
    orders = await tx.order_outlines(key for change in asking for key in _order_keys(change))
    await _teach(tx, [change for change in asking if _teaches(change)], orders, app, now)
    foreseen = []
    for change in changes:
        if change.after.status.is_terminal:  # there is nothing left to foresee
            foreseen.append(NOTHING)
            continue
        foreseen.append(_foreseen(change, facts_of(change, _first(change, orders), app, now), app))
    await tx.add_promises([promise for one in foreseen for promise in one.promises])
    return foreseen


def facts_of(change: ShipmentChange, order: OrderOutline | None, app: App, now: datetime) -> ForecastFacts:
    """What the forecaster may look at. Of an order nobody knows, its shipment says where it goes."""
    shipment = change.shipment
    to = order.destination if order else Destination(country=shipment.to_country, city=shipment.to_city)
    door = app.gazetteer.locate(RawPlace(city=to.city, region=to.region, country=to.country))
    return ForecastFacts(
        now=now,
        placed_at=order.placed_at if order else None,
        way=Way(
            shop=shipment.shop_id,
            carrier=shipment.carrier or shipment.provider_name[:NAME_MAX],
            service=shipment.service[:NAME_MAX],
            origin=origin_country(change.after),
            country=to.country,
            region=to.region[:NAME_MAX] or (door.region if door else ""),
            zone=(door.zone if door else None) or "",
        ),
        door=door,
        journey=change.after,
        promises=change.promises,
    )


def _foreseen(change: ShipmentChange, facts: ForecastFacts, app: App) -> Foreseen:
    forecast = app.forecaster.forecast(facts)
    if forecast is None:
        return NOTHING
    shipment = change.shipment
    added = app.forecaster.entries(forecast, facts, shipment.order_numbers, shipment.shipment_id)
    return Foreseen(added, app.forecaster.next_look(forecast, facts))


async def _teach(
    tx: Transaction,
    arrived: Sequence[ShipmentChange],
    orders: dict[OrderKey, OrderOutline],
    app: App,
    now: datetime,
) -> None:
    """What was promised of a parcel that arrived and what came true, kept together with its arrival."""
    if not arrived:
        return
    ledger: dict[OrderKey, list[Promise]] = defaultdict(list)
    keys = {key for change in arrived for key in _order_keys(change)}
    for one in await tx.promises_ahead(keys, LESSON_NAMES):
        ledger[one.shop_id, one.order_number].append(one)
    lessons = []
    for change in arrived:
        shipment = change.shipment
        own = [
            one
            for key in _order_keys(change)
            for one in ledger.get(key, ())
            if one.shipment_id in (None, shipment.shipment_id)
        ]
        lesson = app.forecaster.lesson(facts_of(change, _first(change, orders), app, now), own)
        if lesson is not None:
            lessons.append((shipment.shipment_id, lesson))
    await tx.add_lessons(lessons)


def _first(change: ShipmentChange, orders: dict[OrderKey, OrderOutline]) -> OrderOutline | None:
    return next((orders[key] for key in _order_keys(change) if key in orders), None)


def _order_keys(change: ShipmentChange) -> list[OrderKey]:
    return [(change.shipment.shop_id, number) for number in change.shipment.order_numbers]


def _teaches(change: ShipmentChange) -> bool:
    """Whether it was delivered just now."""
    return change.before.delivered_at is None and change.after.delivered_at is not None
