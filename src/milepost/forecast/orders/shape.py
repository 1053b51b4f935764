"""How far orders fall from their estimate, as multiples of it: the window of the layer without trees."""

from math import exp, floor, log

from milepost.forecast.kaplan_meier import Cohort
from milepost.forecast.spreads import SCORES
from milepost.model.forecasts import SHARES

COHORT_DAYS = 60.0
FIRST_SPREAD = 0.55
"""Log time per normal score before anything is known: wide, for it knows nothing."""

FULL_COHORT = 200
"""Orders after which the shape is wholly learned."""


class Shape:
    """Log multiples at the seven shares; orders that are still open count as longer than so far."""

    __slots__ = ("_begun", "_cohort", "_day", "logs")

    def __init__(self) -> None:
        self._cohort = Cohort(COHORT_DAYS)
        self._begun = 0
        self._day: int | None = None
        self.logs = [FIRST_SPREAD * score for score in SCORES]

    def begin(self, order_id: str, now: float, log_days: float) -> None:
        """An order was estimated at so many log days."""
        self._cohort.begin(order_id, now, exp(log_days))
        self._begun += 1

    def come(self, order_id: str, now: float) -> None:
        self._cohort.come(order_id, now)

    def refresh(self, now: float) -> None:
        """Once a day; a share that is not reached yet stays as wide as it was first."""
        day = floor(now)
        if day == self._day:
            return
        self._day = day
        trust = min(1.0, self._begun / FULL_COHORT)
        known = self._cohort.levels(now, SHARES)
        for at, (found, score) in enumerate(zip(known, SCORES, strict=True)):
            first = FIRST_SPREAD * score
            self.logs[at] = first if found is None else trust * log(max(found, 0.02)) + (1 - trust) * first
        self.logs.sort()
