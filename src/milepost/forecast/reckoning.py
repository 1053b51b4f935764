"""One reckoning: where a parcel stands, what the carrier named, as of when; and its spread."""

from datetime import datetime, timedelta
from typing import NamedTuple

from milepost.forecast.days import is_working, zone_of
from milepost.forecast.memory import FIRST, MOVED, Memory, views
from milepost.forecast.spreads import mixed
from milepost.forecast.stages import OUT, STOPPED, Standing
from milepost.model.forecasts import Spread
from milepost.model.lessons import Lesson, Way

CLOSED_DAYS_MAX = 40
WIDTH_MIN_H = 1.0
RESCHEDULED = 6.0
"""A carrier that takes its own date back knows something: its word weighs so many times as much. Assumed,
until enough such dates were compared with what came."""


class Reckoning(NamedTuple):
    """All that a spread is made of, besides what was learned."""

    way: Way
    standing: Standing
    carrier_to: datetime | None  # the end of the carrier's own window
    as_of: datetime
    rescheduled: bool = False  # the carrier put that date in the place of an earlier one
    begun_at: datetime | None = None  # when the parcel's way began, as far as it is known

    def alone(self, memory: Memory) -> Spread:
        """Hours from `as_of` on, by history, or by published times while there is none."""
        return memory.spread(self.standing, self.way, self.as_of)

    def blended(self, memory: Memory, own: Spread) -> tuple[Spread, str]:
        """The same (`own`) with the carrier's date; and the name of what made them."""
        stage = self.standing.stage
        seen = memory.like(stage, self.way)
        model = "history" if seen else "rule"
        found = own
        if self.carrier_to is not None:
            named = OUT if stage == OUT else MOVED if self.rescheduled else FIRST
            theirs = memory.eta_spread(self.way.carrier, self.carrier_to, self.as_of, named)
            if theirs is not None:
                is_guessed = self.rescheduled and not memory.knows_dates(self.way.carrier, named)
                found = _blend(own, theirs, RESCHEDULED if is_guessed else 1.0)
                model += "+carrier"
        return found, model

    def begun(self) -> "Reckoning":
        """The same when its stage began and was heard of: what trees look at."""
        return self._replace(as_of=min(self.standing.heard_at, self.as_of))

    def closed_h(self, point: datetime) -> float:
        """Hours of closed days between the beginning of the stage and the point."""
        zone = zone_of(self.way.zone)
        day, last = self.standing.since.astimezone(zone).date(), point.astimezone(zone).date()
        closed = 0
        for _ in range(CLOSED_DAYS_MAX):
            day += timedelta(days=1)
            if day > last:
                break
            closed += not is_working(day, self.way.country.upper())
        return 24.0 * closed


def as_heard(lesson: Lesson, number: int) -> Reckoning:
    """What was known of it when that stage was heard of."""
    lived = lesson.stages[number]
    standing = Standing(lived.stage, lived.since, lived.heard_at)
    way = views(lived.stage, lesson.way)[-1]  # before the first scan little is known of it
    named = [at for at, word in enumerate(lesson.carriers) if word.said_at <= lived.heard_at]
    if not named or (lived.stage in STOPPED and lesson.carriers[named[-1]].said_at < lived.heard_at):
        return Reckoning(way, standing, None, lived.heard_at, begun_at=lesson.stages[0].since)
    moved = named[-1] > 0 and lived.stage != OUT
    to_at = lesson.carriers[named[-1]].to_at
    return Reckoning(way, standing, to_at, lived.heard_at, moved, lesson.stages[0].since)


def _blend(own: Spread, theirs: Spread, weight: float) -> Spread:
    """Ours and the carrier's, each as heavy as its measured error is small: one over its square."""
    return mixed([own, theirs], [1 / _width(own) ** 2, weight / _width(theirs) ** 2])


def _width(spread: Spread) -> float:
    low, high = spread.window(80)
    return max(high - low, WIDTH_MIN_H)
