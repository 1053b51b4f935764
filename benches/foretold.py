"""The forecast in a simulated world: what it said of parcels at each moment, and what then came.

The sandbox's world is played in the order in which its carriers publish. The forecaster sees what a Milepost
would have heard by then, learns from each delivery as it is heard, is trained once as by night, and is scored
on the deliveries after that.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from statistics import median
from time import process_time_ns

from benches.figures import Figure, show
from milepost.forecast.foreteller import Foreteller
from milepost.forecast.measure import MOMENTS, OURS, Measured
from milepost.forecast.memory import Memory
from milepost.forecast.stages import STAGES, origin_country
from milepost.forecast.training import grown, train
from milepost.model.events import TrackingEvent
from milepost.model.forecast_models import Tuning
from milepost.model.forecasts import Spread
from milepost.model.instants import Instant
from milepost.model.journeys import EMPTY_JOURNEY, Journey
from milepost.model.lessons import Lesson, Way
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.promises import Promise, Promiser
from milepost.model.statuses import Evidence, Status
from milepost.ports.forecast import ForecastFacts
from milepost.record.journey import derive
from milepost_sandbox.clock import WorldClock
from milepost_sandbox.stories.library import all_stories
from milepost_sandbox.world import words
from milepost_sandbox.world.generate import Plan, make_world

SEED = 21
ORDERS = 3_600
DAYS = 90.0
LEARNED_FIRST = 2_000
"""Deliveries before the first that is scored."""

COST_ORDERS = 500
STAGE_MIN = 100
"""Parcels of a stage, before its own coverage is a figure."""

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
STATUS = {
    "label_created": Status.LABEL_CREATED,
    "picked_up": Status.ACCEPTED,
    "dropped_off": Status.ACCEPTED,
    "customs_arrived": Status.IN_TRANSIT,
    "customs_hold": Status.HELD,
    "weather_delay": Status.IN_TRANSIT,
    "security_hold": Status.HELD,
    "address_wrong": Status.HELD,
    "address_incomplete": Status.HELD,
    "damaged": Status.HELD,
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "attempt_absent": Status.ATTEMPTED,
    "attempt_closed": Status.ATTEMPTED,
    "refused": Status.ATTEMPTED,
    "available_for_pickup": Status.AVAILABLE_FOR_PICKUP,
    "collected": Status.DELIVERED,
    "delivered": Status.DELIVERED,
    "lost": Status.LOST,
    "return_started": Status.RETURN_IN_TRANSIT,
    "return_departed": Status.RETURN_IN_TRANSIT,
    "returned": Status.RETURNED,
    "destroyed": Status.DESTROYED,
    "label_voided": Status.CANCELLED,
    "eta_changed": None,
    "in_transit_note": None,
}
"""Everything else is on its way."""

REASON = {"customs_hold": "customs.papers_missing", "attempt_absent": "receiver.absent"}


@dataclass
class Told:
    """One parcel as we know it by now."""

    parcel: words.Parcel
    order: words.Order
    door: Located
    journey: Journey = EMPTY_JOURNEY
    heard: int = 0  # steps in it
    promises: list[Promise] = field(default_factory=list)
    made: dict[str, tuple[datetime, Spread]] = field(default_factory=dict)  # when a stage was first heard of
    looks_at: datetime | None = None
    is_over: bool = False


@dataclass
class Played:
    """What became of it all."""

    foreteller: Foreteller
    measured: Measured
    lessons: list[Lesson]
    model: str  # what the forecasts went by that were scored
    held: dict[str, list[bool]]  # by stage, whether the 80 % window made when it was heard of held


def measure() -> list[Figure]:
    """Coverage of the 80 % window, warnings ahead, dates shown per parcel, what steadiness costs."""
    steady, restless = play(ORDERS, SEED), play(ORDERS, SEED, keeps=1.0)
    figures = [*_figures("forecast_sim", steady), *_figures("forecast_sim_no_hysteresis", restless)]
    for moment in MOMENTS:
        cost_h = _error_h(steady, moment) - _error_h(restless, moment)
        n = steady.measured.total(moment, OURS).parcels
        name = f"forecast_sim_hysteresis_cost_{moment}"
        figures.append(Figure(name=name, value=round(cost_h, 2), unit="h", n=n, seed=SEED))
    world = f"{ORDERS} orders of the sandbox's world, after {LEARNED_FIRST}"
    show(f"The forecast, simulated: {world}, {steady.model}", figures)
    return figures


def cost() -> list[Figure]:
    """One forecast of a parcel on its way, seven shares and its ledger entry; with trees and without."""
    played = play(COST_ORDERS, SEED, learned_first=10**9)
    teller, lessons = played.foreteller, played.lessons
    figures = [_cost("forecast_parcel_us", teller)]
    trees = grown(lessons, Memory(teller.table), lessons[0].delivered_at, lessons[-1].delivered_at)
    if trees is not None:
        teller.begin_anew("1", 1, Tuning(), None, trees.to_bytes())
        teller.learn(list(enumerate(lessons, 1)), (), lessons[-1].delivered_at)
        figures.append(_cost("forecast_parcel_trees_us", teller))
    show("What a forecast of a parcel costs, with its entry in the ledger", figures)
    return figures


def _cost(name: str, teller: Foreteller) -> Figure:
    """The median over parcels that were just handed over."""
    took = []
    for told in _handed_over():
        facts = _facts(told, told.parcel.steps[1].published_at)
        started = process_time_ns()
        forecast = teller.forecast(facts)
        if forecast is not None:
            teller.entries(forecast, facts, ["1"], told.parcel.key)
            took.append((process_time_ns() - started) / 1000)
    return Figure(name=name, value=round(median(took), 1), unit="µs", n=len(took), seed=SEED)


def _handed_over() -> Iterator[Told]:
    for order in _world(COST_ORDERS, SEED + 1).orders:
        for parcel in order.parcels:
            if len(parcel.steps) > 2:
                told = Told(parcel, order, _located(parcel.destination))
                told.journey = derive([_event(step, parcel) for step in parcel.steps[:2]])
                told.heard = 2
                yield told


def play(orders: int, seed: int, *, keeps: float | None = None, learned_first: int = LEARNED_FIRST) -> Played:
    """Play a world to its end. `keeps`: as in Foreteller; None: as in the product."""
    world = _world(orders, seed)
    foreteller = Foreteller() if keeps is None else Foreteller(keeps=keeps)
    measured, lessons, model = Measured(), [], "as shipped"
    held: dict[str, list[bool]] = defaultdict(list)
    for now, told in _moments(world):
        lesson = _hear(told, now, foreteller)
        if lesson is not None:
            lessons.append(lesson)
            foreteller.learn([(len(lessons), lesson)], (), now)
            if len(lessons) == learned_first:
                model = _trained(foreteller, lessons, now)
            elif len(lessons) > learned_first:
                measured.count(lesson)
                for stage, (at, spread) in told.made.items():
                    low, high = spread.window(80)
                    held[stage].append(low <= (lesson.delivered_at - at) / timedelta(hours=1) <= high)
    return Played(foreteller, measured, lessons, model, held)


def _world(orders: int, seed: int) -> words.WorldLike:
    plan = Plan(seed=seed, orders=orders, start=START, days_back=DAYS, days_ahead=0)
    return make_world(plan, all_stories(), WorldClock(START))


def _trained(foreteller: Foreteller, lessons: list[Lesson], now: datetime) -> str:
    """Train as by night, and go on with what passed the gate; its name."""
    found = train(lessons, Tuning(), version=1, table=foreteller.table, prior=None, now=now)
    if found is None or not found.is_better:
        return "as shipped"
    foreteller.begin_anew("1", 1, found.model.tuning, None, found.trees)
    foreteller.learn(list(enumerate(lessons, 1)), (), now)
    return "version 1 with trees" if found.trees else "version 1 without trees"


def _moments(world: words.WorldLike) -> Iterator[tuple[datetime, Told]]:
    """Purchase, each publication, and each look that the forecaster asked for, in order of time."""
    queue: list[tuple[datetime, int, Told]] = []
    number = 0
    for order in world.orders:
        for parcel in order.parcels:
            told = Told(parcel, order, _located(parcel.destination))
            for at in {order.paid_at, *(step.published_at for step in parcel.steps)}:
                number += 1
                heapq.heappush(queue, (at, number, told))
    while queue:
        now, _, told = heapq.heappop(queue)
        if told.is_over:
            continue
        yield now, told
        if told.looks_at is not None and told.looks_at > now:
            number += 1
            heapq.heappush(queue, (told.looks_at, number, told))
            told.looks_at = None


def _hear(told: Told, now: datetime, foreteller: Foreteller) -> Lesson | None:
    known = told.parcel.steps_published(now)
    if len(known) != told.heard:
        told.journey = derive([_event(step, told.parcel) for step in known])
        told.heard = len(known)
    eta = told.parcel.eta_at(now)
    if eta is not None and all(one.to_at != eta.to_at for one in told.promises):
        told.promises.append(
            _promise(told, Promiser.CARRIER, name="delivery", from_at=eta.from_at, to_at=eta.to_at, now=now)
        )
    if not told.promises:
        sla = told.order.delivery_sla
        told.promises.append(
            _promise(told, Promiser.MARKETPLACE, name="delivery_sla_time", from_at=None, to_at=sla, now=now)
        )
    facts = _facts(told, now)
    if facts.journey.status is Status.DELIVERED:
        told.is_over = True
        return foreteller.lesson(facts, told.promises)
    if facts.journey.status.is_terminal:
        told.is_over = True
        return None
    forecast = foreteller.forecast(facts)
    if forecast is not None:
        told.made.setdefault(forecast.stage, (now, forecast.spread))
        told.promises += foreteller.entries(forecast, facts, ["1"], told.parcel.key)
        told.looks_at = foreteller.next_look(forecast, facts)
    return None


def _facts(told: Told, now: datetime) -> ForecastFacts:
    journey, door = told.journey, told.door
    return ForecastFacts(
        now=now,
        placed_at=told.order.paid_at,
        way=Way(
            shop=told.order.shop_id,
            carrier=told.parcel.carrier,
            service=told.parcel.service if told.heard else "",
            origin=origin_country(journey),
            country=door.country,
            region=door.region,
            zone=door.zone or "",
        ),
        door=door,
        journey=journey,
        promises=told.promises,
    )


def _promise(
    told: Told, by: Promiser, *, name: str, from_at: datetime | None, to_at: datetime, now: datetime
) -> Promise:
    return Promise(
        order_number="1",
        shop_id=told.order.shop_id,
        shipment_id=told.parcel.key,
        promiser=by,
        source=by.value,
        name=name,
        kind="estimated",
        from_at=from_at,
        to_at=to_at,
        offset_minutes=0,
        said_at=now,
        reason="",
    )


def _event(step: words.Step, parcel: words.Parcel) -> TrackingEvent:
    place = (
        Place(raw=RawPlace(), located=_located(step.place))
        if step.place
        else Place(raw=RawPlace(), located=None)
    )
    return TrackingEvent(
        source=parcel.carrier,
        shop_id="s",
        order_number=None,
        tracking_number=parcel.tracking_number,
        occurred=Instant.reported(step.at),
        heard_at=step.published_at,
        status=STATUS.get(step.situation, Status.IN_TRANSIT),
        reason=REASON.get(step.situation),
        responsible=None,
        evidence=Evidence.PHYSICAL,
        code=step.situation,
        description=step.situation,
        place=place,
        report_hash="0" * 64,
        event_id=step.key,
    )


@lru_cache(4096)
def _located(place: words.Place) -> Located:
    return Located(
        city=place.city,
        region=place.region,
        country=place.country,
        latitude=place.lat,
        longitude=place.lon,
        zone=place.zone,
        precision=Precision.CITY,
        method="world",
    )


def _error_h(played: Played, moment: str) -> float:
    score = played.measured.total(moment, OURS)
    return score.error_h / max(score.parcels, 1)


def _figures(name: str, played: Played) -> list[Figure]:
    told = played.measured
    figures = []
    for moment in MOMENTS:
        score = told.total(moment, OURS)
        n = score.parcels
        if not n:
            continue
        values = {
            "cov50": 100 * score.in50 / n,
            "cov80": 100 * score.in80 / n,
            "cov90": 100 * score.in90 / n,
            "shown": 100 * score.inside / n,
        }
        figures += [
            Figure(name=f"{name}_{moment}_{what}", value=round(value, 1), unit="%", n=n, seed=SEED)
            for what, value in values.items()
        ]
        figures.append(
            Figure(name=f"{name}_{moment}_mae", value=round(score.error_h / n, 1), unit="h", n=n, seed=SEED)
        )
        figures.append(
            Figure(
                name=f"{name}_{moment}_width80", value=round(score.width_h / n, 1), unit="h", n=n, seed=SEED
            )
        )
    for stage in STAGES:
        kept = played.held[stage]
        if len(kept) >= STAGE_MIN:
            share = 100 * sum(kept) / len(kept)
            figures.append(
                Figure(name=f"{name}_made_{stage}", value=round(share, 1), unit="%", n=len(kept), seed=SEED)
            )
    warned = told.warned()
    late = max(warned.late, 1)
    share, parcels = 100 * warned.warned_day / late, max(warned.parcels, 1)
    changes, flips = warned.changes / parcels, warned.flips / parcels
    figures.append(
        Figure(name=f"{name}_flips", value=round(flips, 3), unit="flips/parcel", n=warned.parcels, seed=SEED)
    )
    figures.append(
        Figure(name=f"{name}_warned_24h", value=round(share, 1), unit="%", n=warned.late, seed=SEED)
    )
    figures.append(
        Figure(
            name=f"{name}_changes", value=round(changes, 2), unit="dates/parcel", n=warned.parcels, seed=SEED
        )
    )
    return figures
