"""How long orders take of which the shop promised as much: the middle one of the last three weeks.

Orders are told apart by their place among the promises of their day, not by days: those change overnight.
"""

from collections.abc import Sequence
from math import log

from milepost.forecast.kaplan_meier import Cohort
from milepost.forecast.orders.ways import OPEN_MAX, PART_MIN_DAYS

COHORT_DAYS = 21.0
CAME_MIN = 25  # of a group: fewer say anything
EDGES = (0.10, 0.25, 0.45, 0.65, 0.85)
MIDDLES = (0.05, 0.17, 0.35, 0.55, 0.75, 0.93)


class Peers:
    """One stretch of the way. Call in order of time; times are days since 1970."""

    __slots__ = ("_cohorts", "_known", "_of")

    def __init__(self) -> None:
        self._cohorts = [Cohort(COHORT_DAYS) for _ in MIDDLES]
        self._of: dict[str, Cohort] = {}
        self._known: list[tuple[float, float]] = []

    def begin(self, order_id: str, at: float, share: float) -> None:
        """An order set out whose promise is longer than that share of the last promises."""
        cohort = self._cohorts[sum(share >= edge for edge in EDGES)]
        cohort.begin(order_id, at)
        if len(self._of) < OPEN_MAX:
            self._of[order_id] = cohort

    def come(self, order_id: str, at: float) -> None:
        cohort = self._of.pop(order_id, None)
        if cohort is not None:
            cohort.come(order_id, at)

    def refresh(self, now: float) -> None:
        """Once a day. A group of which half is not there yet says nothing."""
        levels = [cohort.level(now) if cohort.came >= CAME_MIN else None for cohort in self._cohorts]
        self._known = [
            (middle, log(max(days, PART_MIN_DAYS)))
            for middle, days in zip(MIDDLES, levels, strict=True)
            if days is not None
        ]

    def days(self, share: float) -> float | None:
        """Log days, between the middles of two groups; None while nothing is known."""
        return _between(self._known, share) if self._known else None


def _between(known: Sequence[tuple[float, float]], share: float) -> float:
    at, value = known[0]
    if share <= at:
        return value
    for next_at, next_value in known[1:]:
        if share <= next_at:
            return value + (next_value - value) * (share - at) / (next_at - at)
        at, value = next_at, next_value
    return value
