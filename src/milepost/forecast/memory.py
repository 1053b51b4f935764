"""What deliveries taught so far: how long each stage takes by network, lane, service, place, seller.

Everything in here is derived from lessons (model/lessons.py), and is made anew by reading them in order. A
stage is learned only once the slowest of its parcels could have come as well: whoever learns from the first
to arrive believes the network fast (reference/forecast.md 4.6).
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from math import exp, log
from typing import Protocol

from msgspec import structs

from milepost.forecast.commitments import Commitment
from milepost.forecast.corrections import Corrections
from milepost.forecast.days import zone_of
from milepost.forecast.hierarchy import Hierarchy
from milepost.forecast.rough import SCORES, rough
from milepost.forecast.sketch import Sketch, value_of
from milepost.forecast.spreads import left_after
from milepost.forecast.stages import LABELED, OUT, PICKUP, PURCHASE, Standing
from milepost.model.forecast_models import Prior, Tuning
from milepost.model.forecasts import SHARES, Spread
from milepost.model.lessons import Lesson, Way

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
STAGE_DAYS_MAX = 120.0
"""A parcel that took longer was lost and found: it teaches nothing."""

LAG_DAYS_MAX = 21.0
ENOUGH = 30
"""Parcels, before anything measured is believed or shown."""

ETAS_KEPT = 300
"""The newest errors of a carrier's own dates."""

ETA_PRIOR = (-60.0, -42.0, -20.0, -6.0, 2.0, 22.0, 46.0)
ETA_OUT_PRIOR = (-9.0, -7.0, -4.0, -2.0, 0.0, 2.0, 20.0)
"""Hours from the end of a carrier's window to the door, at SHARES, before 30 were measured. Assumed: most
come before it ends, a few a day or two late (ShipMatrix 2021: 85 to 95 % on time, forecast.md 3.3)."""

FIRST, MOVED = "first", "moved"
"""Which window of a carrier's: its first, one in the place of an earlier one; or, of one that is out, OUT."""

SETTLED = 100
"""Parcels of a stage that were learned before what is told of it is compared with what came: until then it is
wrong in its middle, and says nothing of how wide it should be."""

PRIOR_WEIGHT = 40.0
"""A lane that was imported counts as so many parcels at most, however many it was made of."""

SUNDAY = 6
SUNDAYS_MIN = 0.02
"""A share of deliveries on a weekday from which on the carrier counts as delivering on it."""

REMEMBERED = 8192
EARLY = frozenset({PURCHASE, LABELED})
"""Before the first scan often nobody knows from where it comes, or with which service."""


Told = tuple[Spread, float]
"""What was told when a stage was heard of, and the hours it took from then on."""


class Trees(Protocol):
    """What was grown from such parcels (parcels/learned.py)."""

    def spread(self, told: Spread, row: Sequence[float]) -> Spread:
        """The same forecast with what they add."""
        ...


class Memory:
    """All that was learned. Not safe for threads; instants are aware."""

    def __init__(
        self,
        table: Sequence[Commitment],
        tuning: Tuning | None = None,
        prior: Prior | None = None,
        trees: Trees | None = None,
    ) -> None:
        """`table`: published service times, what stands in for history; `prior`: other people's."""
        tuning = tuning or Tuning()
        self.trees = trees
        self._table = table
        self._levels = Hierarchy(tuning.half_life_days, tuning.shrinkage)
        self._shapes: dict[tuple[str, str], Sketch] = defaultdict(lambda: Sketch(tuning.belief))
        self._counts: dict[tuple[str, str], int] = defaultdict(int)
        self._corrections = Corrections()
        self._learned: dict[str, int] = defaultdict(int)
        self._etas: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._etas_newest: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._weekdays: dict[str, list[int]] = defaultdict(lambda: [0] * 7)
        self._waiting: list[tuple[float, int, Standing, Way, float, Told | None]] = []
        self._number = 0
        self.lessons = 0
        self._prior = prior

    def spread(self, standing: Standing, way: Way, now: datetime) -> Spread:
        """Remaining hours of a parcel that stands there and has not come by `now`."""
        seen = self._view(standing.stage, way)
        return left_after(self._whole(standing, seen, days(now)), (now - standing.since) / HOUR)

    def straightened(self, spread: Spread, stage: str, carrier: str) -> Spread:
        """What was told when a stage began, with the corrections that such words taught."""
        return self._corrections.straightened(spread, stage, carrier)

    def eta_spread(self, carrier: str, to_at: datetime, now: datetime, named: str) -> Spread | None:
        """What the carrier's own date says, by how wrong such dates were; None when it is long over.

        `named`: FIRST, MOVED or OUT.
        """
        errors = self._eta_errors(carrier, named)
        left = (to_at - now) / HOUR
        hours = [max(left + error, 0.0) for error in errors]
        return Spread(tuple(hours)) if hours[4] > 0 else None

    def knows_dates(self, carrier: str, named: str) -> bool:
        """Whether enough of its windows, named so, were compared with what came."""
        return len(self._etas.get((carrier, named), ())) >= ENOUGH

    def like(self, stage: str, way: Way) -> int:
        """How many parcels a forecast rests on: of the finest sort that has enough, else of all."""
        found = [self._counts.get(key, 0) for key in keys_of(stage, self._view(stage, way))]
        return next((count for count in reversed(found) if count >= ENOUGH), found[0])

    def adds(self, stage: str, way: Way, now: datetime) -> list[float]:
        """What each of its keys adds to the guess, in log time, the coarsest first."""
        at = days(now)
        return [self._levels.adds(key, at) for key in keys_of(stage, self._view(stage, way))]

    def guess(self, standing: Standing, way: Way) -> float:
        """The hours of that stage by calendar and published times alone."""
        return rough(standing, self._view(standing.stage, way), self._table).hours

    def delivers_on(self, carrier: str, weekday: int) -> bool:
        """Whether it comes on that day of the week: any but Sunday until enough was seen."""
        seen = self._weekdays.get(carrier)
        if seen is None or sum(seen) < ENOUGH:
            return weekday != SUNDAY
        return seen[weekday] >= SUNDAYS_MIN * sum(seen)

    def is_settled(self, stage: str) -> bool:
        """Whether so much is known of it that what is told of it may be compared with what came."""
        return self._learned[stage] >= SETTLED

    def learn(self, lesson: Lesson, now: datetime, told: Sequence[Told | None] = ()) -> None:
        """A parcel arrived. What it teaches of carriers' dates at once, of each stage's length in its time.

        `told`: of each of its stages what would have been told, uncorrected, and the hours from there.
        """
        self._begin_with_prior(now)
        self.lessons += 1
        delivered = days(lesson.delivered_at)
        for number, lived in enumerate(lesson.stages):
            standing = Standing(lived.stage, lived.since, lived.heard_at)
            took = delivered - days(lived.since)
            if 0 < took <= STAGE_DAYS_MAX and lived.stage != PICKUP:
                slowest = self._whole(standing, lesson.way, delivered).hours[-1] / 24
                ready = max(delivered, days(lived.since) + min(slowest, LAG_DAYS_MAX))
                self._number += 1
                was_told = told[number] if number < len(told) else None
                heappush(self._waiting, (ready, self._number, standing, lesson.way, took * 24, was_told))
        self._learn_etas(lesson)
        local = lesson.delivered_at.astimezone(zone_of(lesson.way.zone))
        self._weekdays[lesson.way.carrier][local.weekday()] += 1
        self.catch_up(now)

    def catch_up(self, now: datetime) -> None:
        """Learn what has become ripe by `now`."""
        self._begin_with_prior(now)
        at = days(now)
        while self._waiting and self._waiting[0][0] <= at:
            ready, _, standing, way, took, told = heappop(self._waiting)
            if told is not None:
                self._corrections.saw(standing.stage, way.carrier, *told)
            self._learn_stage(standing, way, took, ready)

    def _begin_with_prior(self, now: datetime) -> None:
        """Other people's parcels count as a few of our own, as of now."""
        prior, self._prior = self._prior, None
        for lane in prior.lanes if prior is not None else ():
            way = Way(carrier=lane.carrier, service=lane.service, origin=lane.origin, country=lane.country)
            at, each = days(now), min(PRIOR_WEIGHT, lane.parcels) / lane.parcels
            for cell, parcels in lane.cells:
                self._learn_ratio(lane.stage, way, value_of(cell), at, each * parcels)

    def _learn_stage(self, standing: Standing, way: Way, took: float, at: float) -> None:
        for seen in views(standing.stage, way):
            expected = rough(standing, seen, self._table)
            self._learn_ratio(standing.stage, seen, log(max(took, 0.25) / expected.hours), at)
            for key in keys_of(standing.stage, seen):
                self._counts[key] += 1
        self._learned[standing.stage] += 1

    def _learn_ratio(self, stage: str, way: Way, ratio: float, at: float, weight: float = 1.0) -> None:
        """How much longer than guessed it took, and how far that strayed from what was expected of it."""
        keys = keys_of(stage, way)
        strayed = ratio - self._levels.level(keys, at)
        for group in _groups(stage, way):
            self._shapes[group].add(strayed, at, weight)
        self._levels.observe(keys, at, ratio, weight=weight)

    def _learn_etas(self, lesson: Lesson) -> None:
        """Of every window the carrier named: the last one alone has only forgotten the tries that failed."""
        out_at = next((lived.heard_at for lived in lesson.stages if lived.stage == OUT), None)
        for number, word in enumerate(lesson.carriers):
            is_out = out_at is not None and word.said_at >= out_at
            error = (lesson.delivered_at - word.to_at) / HOUR
            key = (lesson.way.carrier, OUT if is_out else MOVED if number else FIRST)
            newest, ordered = self._etas_newest[key], self._etas[key]
            newest.append(error)
            insort(ordered, error)
            if len(newest) > ETAS_KEPT:
                ordered.remove(newest.pop(0))

    def _view(self, stage: str, way: Way) -> Way:
        """The way as far as history knows ways described so; as it was asked while it knows none at all."""
        if stage not in EARLY:
            return way
        found = (
            view for view in views(stage, way) if self._counts.get((_kind(stage, view), ""), 0) >= ENOUGH
        )
        return next(found, way)

    def _whole(self, standing: Standing, way: Way, at: float) -> Spread:
        """Hours from the beginning of the stage to the door, of all parcels like it."""
        stage = standing.stage
        expected = rough(standing, way, self._table)
        center = expected.hours * exp(self._levels.level(keys_of(stage, way), at))
        shape: Sequence[float] = [expected.width * score for score in SCORES]
        for group in _groups(stage, way):
            sketch = self._shapes.get(group)
            if sketch is not None:
                shape = sketch.quantiles(shape, at)
        return Spread(tuple(center * exp(log_ratio) for log_ratio in shape))

    def _eta_errors(self, carrier: str, named: str) -> Sequence[float]:
        """Hours from the end of its window to the door, at SHARES."""
        if not self.knows_dates(carrier, named):
            return ETA_OUT_PRIOR if named == OUT else ETA_PRIOR
        seen = self._etas[carrier, named]
        return [seen[min(int(share * len(seen)), len(seen) - 1)] for share in SHARES]


@lru_cache(REMEMBERED)
def views(stage: str, way: Way) -> tuple[Way, ...]:
    """The way as it may be known to whoever asks at that stage: each is learned apart.

    A yardstick of a known service and one of an unknown one are not the same hours.
    """
    if stage not in EARLY:
        return (way,)
    known = [
        structs.replace(way, service=service, origin=origin)
        for service in (way.service, "")
        for origin in (way.origin, "")
    ]
    return tuple(dict.fromkeys(known))


@lru_cache(REMEMBERED)
def keys_of(stage: str, way: Way) -> tuple[tuple[str, str], ...]:
    """What a parcel is counted under, the coarsest first."""
    lane = f"{way.origin}>{way.country}"
    names = ["", lane, f"{way.carrier}|", f"{way.carrier}|{lane}", f"{way.carrier}|{lane}-{way.region}"]
    if stage in EARLY and way.shop:
        names.append(f"@{way.shop}")  # how fast a seller hands over
    if way.service:
        names.append(f"{way.carrier}|{lane}|{way.service.casefold()}")
    kind = _kind(stage, way)
    return tuple((kind, name) for name in dict.fromkeys(names))


@lru_cache(REMEMBERED)
def _groups(stage: str, way: Way) -> tuple[tuple[str, str], ...]:
    """Whose spread around the level is kept: of all, of the carrier between two countries, of its service."""
    lane = f"{way.carrier}|{way.origin}>{way.country}"
    names = ["", lane]
    if way.service:
        names.append(f"{lane}|{way.service.casefold()}")
    if stage in EARLY and way.shop:
        names.append(f"@{way.shop}")
    kind = _kind(stage, way)
    return tuple((kind, name) for name in names)


def _kind(stage: str, way: Way) -> str:
    """The stage, and of an early one how much is known of its way."""
    if stage not in EARLY:
        return stage
    return f"{stage}{' service' if way.service else ''}{' origin' if way.origin else ''}"


def days(moment: datetime) -> float:
    """Days since 1970."""
    return (moment - EPOCH) / DAY
