"""The forecaster of a running Milepost: published times at first, then more and more history.

Layers: working days by published service times (rough), what deliveries taught (memory), the carrier's own
date as one more opinion (reckoning), corrections by what was told and what came (tracker), the door's
calendar.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import structs

from milepost.forecast import commitments, ledger
from milepost.forecast.commitments import Commitment
from milepost.forecast.days import evening_of, morning_of, zone_of
from milepost.forecast.doorstep import window
from milepost.forecast.measure import Measured
from milepost.forecast.memory import ENOUGH, Memory
from milepost.forecast.reckoning import Reckoning
from milepost.forecast.saying import said, told_of
from milepost.forecast.scoreboard import lines
from milepost.forecast.stages import PICKUP, STOPPED, stages_of
from milepost.forecast.training import read_trees
from milepost.forecast.why import sentence, whys
from milepost.model.forecast_models import SHIPPED, Prior, Tuning
from milepost.model.forecasts import Basis, Forecast, Why, WhyKind
from milepost.model.gaps import ANY_LANE, NewsGaps
from milepost.model.journeys import Journey
from milepost.model.lessons import Lesson, Lived, OurWord, TheirWord, Way
from milepost.model.polling import stage as polling_stage
from milepost.model.promises import EtaKind, Promise, Promiser
from milepost.model.scoreboard import Recent, ScoreLine
from milepost.model.statuses import Status
from milepost.ports.forecast import ForecastFacts

WORDS_MAX = 24
"""Entries of one teller that a lesson keeps, the first ones."""

CORRECTED, CORRECTED_LATER = 1_500, 100
"""Of the lessons read at a start, and of those that came since the last look, the newest by which windows are
corrected: each is foreseen once more, and that takes longer than learning it."""

LATE_NUMBERS = 512
"""With many writers a lesson may become visible after one with a higher number: so many are read again."""

SOONEST_LOOK = timedelta(hours=1)
DELIVERY_CLOCKS = ("delivery_option_required_delivery_time", "delivery_sla_time")
LESSON_NAMES = (ledger.NAME, *DELIVERY_CLOCKS)
"""Under which a lesson's words stand in the ledger: ours, the carrier's and the marketplace's."""

NO_FORECAST = frozenset({Status.AVAILABLE_FOR_PICKUP, Status.RETURN_IN_TRANSIT})
"""Waiting for the buyer, or on the way back: nobody will ring."""


class Foreteller:
    """Fills `ports.forecast.Forecaster`."""

    def __init__(self, table: Sequence[Commitment] | None = None, *, keeps: float = ledger.KEEPS) -> None:
        """`keeps`: the chance below which a window that was said is given up (ledger.KEEPS)."""
        self.table = tuple(table if table is not None else commitments.read())
        self._keeps = keeps
        self.begin_anew("", SHIPPED, Tuning(), None)

    def begin_anew(
        self, name: str, version: int, tuning: Tuning, prior: Prior | None, trees: bytes = b""
    ) -> None:
        """Forget everything and go on with this model; `name` tells it and the prior from others."""
        self.model_name, self._version = name, version
        self.memory = Memory(self.table, tuning, prior, read_trees(trees))
        self.measured = Measured()
        self.looked_at: datetime | None = None
        self._numbers: dict[int, None] = {}
        self._newest = 0
        self._gaps: dict[tuple[str, str, str], NewsGaps] = {}

    @property
    def learned_up_to(self) -> int:
        """The number from which on lessons may be new."""
        return max(self._newest - LATE_NUMBERS, 0)

    def learn(self, lessons: Sequence[tuple[int, Lesson]], gaps: Sequence[NewsGaps], now: datetime) -> None:
        """Those it does not know yet, in their order."""
        most = CORRECTED_LATER if self._newest else CORRECTED
        for place, (number, lesson) in enumerate(lessons):
            if number in self._numbers:
                continue
            self._numbers[number] = None
            self._newest = max(self._newest, number)
            self.measured.count(lesson)
            is_recent = place >= len(lessons) - most
            self.memory.learn(lesson, now, told_of(lesson, self.memory) if is_recent else ())
        for number in list(self._numbers)[: -2 * LATE_NUMBERS]:
            del self._numbers[number]
        if gaps:
            self._gaps = {(one.carrier, one.lane, one.stage): one for one in gaps}
        self.memory.catch_up(now)
        self.looked_at = now

    def forecast(self, facts: ForecastFacts) -> Forecast | None:
        """A window in UTC, or None when nobody will ring or nothing is known of it."""
        reckoning = reckoned(facts)
        if reckoning is None:
            return None
        spread, model = said(reckoning, self.memory)
        standing, way = reckoning.standing, facts.way
        shown = window(spread, facts.now, way, standing.stage, self.memory.delivers_on)
        return Forecast(
            as_of=facts.now,
            spread=spread,
            low_at=shown.low_at,
            point_at=shown.point_at,
            high_at=shown.high_at,
            stage=standing.stage,
            since=standing.since,
            model=f"{model}/{self._version}" if self._version else model,
            parcels=self.memory.like(standing.stage, way),
            carrier_to=reckoning.carrier_to,
            rescheduled=reckoning.rescheduled,
            closed_h=reckoning.closed_h(shown.point_at),
        )

    def entries(
        self, forecast: Forecast, facts: ForecastFacts, orders: Sequence[str], shipment_id: str
    ) -> list[Promise]:
        """One for each order whose date shown has to change, with the reason; mostly none."""
        found = []
        for number in orders:
            before = ledger.standing_of(facts.promises, number)
            if not ledger.is_news(before, forecast, facts.way.zone, self._keeps):
                continue
            basis = self._basis(forecast, facts, before)
            found.append(
                ledger.entry(
                    forecast,
                    basis,
                    sentence(basis.why, basis),
                    shop_id=facts.way.shop,
                    shipment_id=shipment_id,
                    order_number=number,
                    measured=self.measured_of(facts.way),
                )
            )
        return found

    def next_look(self, forecast: Forecast, facts: ForecastFacts) -> datetime:
        """The next morning at the door while it may come; the evening on which its window closes."""
        zone = zone_of(facts.way.zone)
        today = facts.now.astimezone(zone).date()
        morning = morning_of(today + timedelta(days=1), zone)
        evening = evening_of(today, zone)
        looks = [morning.astimezone(UTC)]
        if evening > facts.now and forecast.high_at >= evening:
            looks.append(evening.astimezone(UTC))
        return max(min(looks), facts.now + SOONEST_LOOK)

    def lesson(self, facts: ForecastFacts, ledger_of: Sequence[Promise]) -> Lesson | None:
        """What a parcel that has just arrived teaches; None when nobody knows since when it was under way."""
        delivered_at = facts.journey.delivered_at
        stages = stages_of(facts.journey, facts.placed_at, facts.door)
        if delivered_at is None or not stages or stages[0].since >= delivered_at:
            return None
        return Lesson(
            way=facts.way,
            delivered_at=delivered_at,
            stages=tuple(Lived(*one) for one in stages),
            ours=tuple(_our_words(ledger_of)),
            carriers=_their_words(ledger_of, Promiser.CARRIER, (ledger.NAME,)),
            marketplaces=_their_words(ledger_of, Promiser.MARKETPLACE, DELIVERY_CLOCKS),
        )

    def improbable_after(self, journey: Journey, carrier: str, lane: str) -> timedelta | None:
        """The silence beyond which something is wrong there in this stage; None: too few gaps were seen."""
        at = polling_stage(journey.status)
        for where in (lane, ANY_LANE):
            known = self._gaps.get((carrier, where, at))
            if known is not None and known.improbable_s is not None:
                return timedelta(seconds=known.improbable_s)
        return None

    def measured_of(self, way: Way) -> tuple[float, int] | None:
        """The share of shown windows that held for parcels like it, and of how many."""
        return self.measured.shown(way.carrier, way.lane, ENOUGH)

    def delivers_on(self, carrier: str, weekday: int) -> bool:
        """Whether that carrier brings parcels on that day of the week."""
        return self.memory.delivers_on(carrier, weekday)

    def scoreboard(self, shops: Sequence[str] | None) -> list[ScoreLine]:
        """How good windows were, ours beside others': all together first, then per carrier and lane."""
        return lines(self.measured, shops)

    def recent(self) -> list[Recent]:
        """How windows held lately, for each carrier and lane of which enough arrived."""
        return self.measured.recent()

    def _basis(self, forecast: Forecast, facts: ForecastFacts, before: Promise | None) -> Basis:
        basis = Basis(
            hours=forecast.spread.hours,
            stage=forecast.stage,
            since=forecast.since,
            model=forecast.model,
            parcels=forecast.parcels,
            origin=facts.way.origin,
            service=facts.way.service,
            carrier_to=forecast.carrier_to,
            rescheduled=forecast.rescheduled,
            closed_h=forecast.closed_h,
            closed_on=tuple(day for day in range(7) if not self.memory.delivers_on(facts.way.carrier, day)),
        )
        old = ledger.basis_of(before) if before is not None else None
        now = reckoned(facts)
        if before is None or old is None or now is None:
            why: tuple[Why, ...] = (Why(WhyKind.FIRST, 0.0),)
        else:
            why = whys(old, before.said_at, now, self.memory, facts.journey.reason)
        return structs.replace(basis, why=why)


def reckoned(facts: ForecastFacts) -> Reckoning | None:
    """What the forecast of these facts is made of; None when nobody will ring, or nothing at all is known."""
    journey = facts.journey
    if journey.status.is_terminal or journey.status in NO_FORECAST or journey.returning:
        return None
    stages = stages_of(journey, facts.placed_at, facts.door)
    if not stages or stages[-1].stage == PICKUP:
        return None
    standing = stages[-1]
    if standing.since > facts.now:  # a clock ahead of ours
        standing = standing._replace(since=facts.now)
    named = _named(facts)
    if named is None or (standing.stage in STOPPED and named.said_at < standing.heard_at):
        return Reckoning(facts.way, standing, None, facts.now, begun_at=stages[0].since)
    moved = named.kind == EtaKind.RESCHEDULED or any(
        one.said_at < named.said_at for one in _named_by_carrier(facts)
    )
    return Reckoning(facts.way, standing, named.to_at, facts.now, moved, stages[0].since)


def _named(facts: ForecastFacts) -> Promise | None:
    """The window the carrier named last."""
    return max(_named_by_carrier(facts), key=lambda one: one.said_at, default=None)


def _named_by_carrier(facts: ForecastFacts) -> list[Promise]:
    return [one for one in facts.promises if one.promiser is Promiser.CARRIER and one.name == ledger.NAME]


def _our_words(ledger_of: Sequence[Promise]) -> Sequence[OurWord]:
    """Of one order in the parcel: what is said of a parcel is said of each of them."""
    ours = [one for one in ledger_of if one.promiser is Promiser.MILEPOST and one.source == ledger.SOURCE]
    first = ours[0].order_number if ours else ""
    words = []
    for one in ours:
        basis = ledger.basis_of(one)
        if one.order_number == first and basis is not None and one.from_at is not None:
            words.append(OurWord(one.said_at, basis.stage, one.from_at, one.to_at, basis.hours))
    return words[:WORDS_MAX]


def _their_words(
    ledger_of: Sequence[Promise], promiser: Promiser, names: Sequence[str]
) -> tuple[TheirWord, ...]:
    told = [one for one in ledger_of if one.promiser is promiser and one.name in names]
    first = told[0].order_number if told else ""
    words = [TheirWord(one.said_at, one.from_at, one.to_at) for one in told if one.order_number == first]
    return tuple(words[:WORDS_MAX])
