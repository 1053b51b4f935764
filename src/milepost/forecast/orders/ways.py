"""A stretch of an order's way, such as purchase to delivery: how long it takes by now, and for whom longer.

It has a level that counts what is still open, and effects of lanes, places and sellers beside it. The effects
may be learned by several readings, each with its own keys of the same order.
"""

from collections.abc import Hashable, Mapping, Sequence
from heapq import heappop, heappush
from math import exp, log
from typing import NamedTuple

from milepost.forecast.hierarchy import Hierarchy
from milepost.forecast.kaplan_meier import COHORT_DAYS, Cohort
from milepost.forecast.orders.rows import OrderRow

PART_MIN_DAYS = 0.02
"""Nothing takes less than this: log time has no zero, and minutes are typing errors or a hand at the door."""

FIRST_WORTH = 8
"""What is believed before anything is known weighs as much as so many parcels that came."""

YOUNG_ORDERS = 150
SETTLED_AFTER = 2.5
"""The first orders to come are the fast ones. So in a young shop an order teaches no effects before so many
times the first estimate are over: by then the slow ones of its days have come as well."""

OPEN_MAX = 200_000  # parcels waited for; the oldest are given up
THURSDAY = 3  # 1970-01-01, counted from Monday

Keys = Sequence[Hashable]


class Begun(NamedTuple):
    """An order on its way: since when, at which levels (log days), and whom it is like in each reading."""

    at: float
    levels: tuple[float, ...]
    readings: Sequence[Keys]


class Way:
    """Call `begin` and `end` in order of time, `refresh` once a day. Times are days since 1970."""

    __slots__ = ("_cohort", "_effects", "_first", "_open", "_waiting", "_young", "level")

    def __init__(
        self,
        first_days: float,
        cohort_days: float = COHORT_DAYS,
        half_life_days: float = 90.0,
        shrinkage: float = 25.0,
        readings: int = 1,
    ) -> None:
        self._first = log(first_days)
        self.level = self._first
        """Log days that half of all parcels take, by what is known now."""
        self._cohort = Cohort(cohort_days)
        self._effects = [Hierarchy(half_life_days, shrinkage) for _ in range(readings)]
        self._young = 0
        self._waiting: list[tuple[float, int, float, Begun]] = []
        self._open: dict[str, Begun] = {}

    def refresh(self, now: float) -> None:
        """Follow the network. What is not known yet stays as it was."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, came, kept = heappop(self._waiting)
            self._learn(kept, came, now)
        days = self._cohort.level(now)
        if days is not None:
            trust = self._cohort.came / (self._cohort.came + FIRST_WORTH)
            self.level = trust * log(max(days, PART_MIN_DAYS)) + (1 - trust) * self._first

    def begin(self, order_id: str, at: float, readings: Sequence[Keys], *levels: float) -> None:
        """An order came to the start of the way: its keys, and its log days by the other readings."""
        self._cohort.begin(order_id, at)
        if len(self._open) < OPEN_MAX:
            self._open[order_id] = Begun(at, (self.level, *levels), readings)

    def end(self, order_id: str, at: float) -> None:
        """It came to the end: what it took beyond the level of its start is learned."""
        self._cohort.come(order_id, at)
        kept = self._open.pop(order_id, None)
        if kept is None:
            return
        if self._young >= YOUNG_ORDERS:
            self._learn(kept, at, at)
        else:
            self._young += 1
            settled = kept.at + SETTLED_AFTER * exp(self._first)
            heappush(self._waiting, (max(at, settled), self._young, at, kept))

    def _learn(self, begun: Begun, came: float, now: float) -> None:
        took = log(max(came - begun.at, PART_MIN_DAYS))
        for effects, level, keys in zip(self._effects, begun.levels, begun.readings, strict=True):
            effects.observe(keys, now, took - level)

    def days(self, keys: Keys, now: float) -> float:
        """Log days expected of an order with these keys, the coarsest key first."""
        return self.level + self._effects[0].level(keys, now)

    @property
    def has_ended(self) -> bool:
        """Whether any order ever came to the end of this way."""
        return self._young > 0

    def effects(self, keys: Keys, now: float, reading: int) -> float:
        """What these keys add to a level of that reading."""
        return self._effects[reading].level(keys, now)

    def adds(self, key: Hashable, now: float) -> float:
        """What one key adds, in log time."""
        return self._effects[0].adds(key, now)

    def seen(self, key: Hashable, now: float) -> float:
        """How many parcels with that key are remembered."""
        return self._effects[0].seen(key, now)


def weekday(row: OrderRow, at: float) -> int:
    """Monday is 0, by the shop's clock."""
    return int(row.local(at) + THURSDAY) % 7


def lane_keys(row: OrderRow) -> list[Hashable]:
    """Where it goes, from coarse to fine; empty when an end is not known."""
    start, end = row.origin, row.destination
    if not row.has_places:
        return []
    fine = max(len(end.zip) - 2, 0)
    keys: list[Hashable] = [("lane", start.country, start.region, end.country, end.region)]
    if fine:
        keys.append(("area", start.region, end.country, end.zip[: max(fine - 1, 1)]))
        keys.append(("prefix", end.country, end.zip[:fine]))
    return keys


def who_keys(words: Mapping[str, str]) -> list[Hashable]:
    return [("word", name, word) for name, word in sorted(words.items())]
