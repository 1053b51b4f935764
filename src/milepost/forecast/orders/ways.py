"""A stretch of an order's way, such as purchase to delivery: how long it takes by now, and for whom longer.

A way is learned twice: in days, and as a share of the time that the shop's own date leaves. Both have a level
that counts what is still open, and effects of lanes, places and sellers beside it.
"""

from collections.abc import Hashable, Mapping, Sequence
from math import log

from milepost.forecast.hierarchy import Hierarchy
from milepost.forecast.kaplan_meier import COHORT_DAYS, Cohort
from milepost.forecast.orders.rows import OrderRow

PART_MIN_DAYS = 0.1
"""Nothing takes less than this: log time has no zero, and minutes are typing errors or a hand at the door."""

FIRST_WORTH = 5
"""What is believed before anything is known weighs as much as so many parcels."""

OPEN_MAX = 200_000  # parcels waited for; the oldest are given up
THURSDAY = 3  # 1970-01-01, counted from Monday

Keys = Sequence[Hashable]


class Way:
    """Call `begin` and `end` in order of time, `refresh` once a day. Times are days since 1970."""

    __slots__ = (
        "_cohort",
        "_effects",
        "_first",
        "_open",
        "_promised",
        "_promised_effects",
        "level",
        "promised_level",
    )

    def __init__(
        self,
        first_days: float,
        cohort_days: float = COHORT_DAYS,
        half_life_days: float = 90.0,
        shrinkage: float = 25.0,
    ) -> None:
        self._first = log(first_days)
        self.level = self._first
        """Log days that half of all parcels take, by what is known now."""
        self.promised_level: float | None = None
        """Log share of the promised time that half of all parcels take; None while nobody knows."""
        self._cohort = Cohort(cohort_days)
        self._promised = Cohort(cohort_days)
        self._effects = Hierarchy(half_life_days, shrinkage)
        self._promised_effects = Hierarchy(half_life_days, shrinkage)
        self._open: dict[str, tuple[float, float, float | None]] = {}

    def refresh(self, now: float) -> None:
        """Follow the network. What is not known yet stays as it was."""
        days = self._cohort.level(now)
        if days is not None:
            trust = len(self._cohort) / (len(self._cohort) + FIRST_WORTH)
            self.level = trust * log(max(days, PART_MIN_DAYS)) + (1 - trust) * self._first
        share = self._promised.level(now)
        if share is not None:
            self.promised_level = log(max(share, 0.01))

    def begin(self, order_id: str, at: float, left: float | None) -> None:
        """An order came to the start of the way; the shop's date leaves it so many days, or None."""
        self._cohort.begin(order_id, at)
        promised = log(left) if left is not None and left >= 1 else None
        if promised is not None and left is not None:
            self._promised.begin(order_id, at, left)
        if len(self._open) < OPEN_MAX:
            level = self.promised_level
            self._open[order_id] = (
                at,
                self.level,
                None if promised is None or level is None else promised + level,
            )

    def end(self, order_id: str, at: float, keys: Keys) -> None:
        """It came to the end: what it took beyond the level of its start is learned."""
        self._cohort.come(order_id, at)
        self._promised.come(order_id, at)
        kept = self._open.pop(order_id, None)
        if kept is None:
            return
        began, level, promised = kept
        took = log(max(at - began, PART_MIN_DAYS))
        self._effects.observe(keys, at, took - level)
        if promised is not None:
            self._promised_effects.observe(keys, at, took - promised)

    def days(self, keys: Keys, now: float) -> float:
        """Log days expected of an order with these keys, the coarsest key first."""
        return self.level + self._effects.level(keys, now)

    def promised_days(self, keys: Keys, left: float | None, now: float) -> float | None:
        """The same by the shop's own date, or None without one."""
        if left is None or left < 1 or self.promised_level is None:
            return None
        return log(left) + self.promised_level + self._promised_effects.level(keys, now)

    def adds(self, key: Hashable, now: float) -> float:
        """What one key adds, in log time."""
        return self._effects.adds(key, now)

    def seen(self, key: Hashable, now: float) -> float:
        """How many parcels with that key are remembered."""
        return self._effects.seen(key, now)


def weekday(row: OrderRow, at: float) -> int:
    """Monday is 0, by the shop's clock."""
    return int(at + row.offset + THURSDAY) % 7


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
