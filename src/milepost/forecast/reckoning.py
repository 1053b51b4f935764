"""One reckoning: where a parcel stands, what the carrier named, as of when; and its spread."""

from datetime import datetime, timedelta
from typing import NamedTuple

from milepost.forecast.days import is_working, zone_of
from milepost.forecast.memory import Memory
from milepost.forecast.spreads import mixed
from milepost.forecast.stages import OUT, Standing
from milepost.model.forecasts import Spread
from milepost.model.lessons import Way

CLOSED_DAYS_MAX = 40
WIDTH_MIN_H = 1.0
RESCHEDULED = 6.0
"""A carrier that takes its own date back knows something: its word weighs so many times as much. Assumed."""


class Reckoning(NamedTuple):
    """All that a spread is made of, besides what was learned."""

    way: Way
    standing: Standing
    carrier_to: datetime | None  # the end of the carrier's own window
    as_of: datetime
    rescheduled: bool = False  # the carrier put that date in the place of an earlier one

    def spread(self, memory: Memory) -> tuple[Spread, str]:
        """Hours from `as_of` on, and the name of what made them."""
        stage = self.standing.stage
        own = memory.spread(self.standing, self.way, self.as_of)
        seen = memory.like(stage, self.way)
        model = "history" if seen else "rule"
        found = own
        if self.carrier_to is not None:
            theirs = memory.eta_spread(self.way.carrier, self.carrier_to, self.as_of, is_out=stage == OUT)
            if theirs is not None:
                found = self._blend(own, theirs)
                model += "+carrier"
        return memory.straightened(found, stage, self.way.carrier), model

    def _blend(self, own: Spread, theirs: Spread) -> Spread:
        """Ours and the carrier's, each as heavy as its measured error is small: one over its square."""
        weight = RESCHEDULED if self.rescheduled else 1.0
        return mixed([own, theirs], [1 / _width(own) ** 2, weight / _width(theirs) ** 2])

    def point(self, memory: Memory) -> datetime:
        """The median."""
        return self.as_of + timedelta(hours=self.spread(memory)[0].point)

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


def _width(spread: Spread) -> float:
    low, high = spread.window(80)
    return max(high - low, WIDTH_MIN_H)
