"""How much slower than expected: the network, then what each region, lane, prefix or seller adds to it.

Each key keeps the fading mean of what it adds to the keys before it, in log time (0.1: a tenth slower), drawn
towards nothing while it has seen little. Plain dictionaries: a look-up costs about a microsecond.
"""

from collections.abc import Hashable, Iterable, Sequence

SHRINKAGE = 8.0
"""A key that has seen so many parcels believes half of what they say."""

HALF_LIFE_DAYS = 60.0
REBASE_AFTER = 200.0  # half-lives; far below where 2.0 ** x ends
FADED = 900.0  # half-lives after which nothing is left; just below where 2.0 ** x ends
ADDS_MAX = 3.0  # log time: nothing adds more than a factor of 20


class Hierarchy:
    """Levels by key; `observe` what came, ask `level` before it comes. Times are days on any one clock."""

    __slots__ = ("_base", "_half_life", "_shrinkage", "_sums")

    def __init__(self, half_life_days: float = HALF_LIFE_DAYS, shrinkage: float = SHRINKAGE) -> None:
        self._half_life = half_life_days
        self._shrinkage = shrinkage
        self._base = 0.0
        self._sums: dict[Hashable, list[float]] = {}  # key: weight, weight times value; both grown to _base

    def level(self, keys: Sequence[Hashable], at: float) -> float:
        """The log ratio expected of a parcel with these keys, the coarsest key first."""
        shrinkage = self._shrinkage * 2.0 ** min((at - self._base) / self._half_life, FADED)
        sums = self._sums
        total = 0.0
        for key in keys:
            kept = sums.get(key)
            if kept is not None:
                total += kept[1] / (kept[0] + shrinkage)
        return total

    def adds(self, key: Hashable, at: float) -> float:
        """What this key alone adds to the keys before it."""
        return self.level((key,), at)

    def seen(self, key: Hashable, at: float) -> float:
        """How many parcels the key still remembers."""
        kept = self._sums.get(key)
        return kept[0] * 2.0 ** -min((at - self._base) / self._half_life, FADED) if kept is not None else 0.0

    def observe(self, keys: Iterable[Hashable], at: float, value: float, weight: float = 1.0) -> None:
        """A parcel with these keys, the coarsest first, had this log ratio."""
        grown = (at - self._base) / self._half_life
        if grown > REBASE_AFTER or not self._sums:
            self._rebase(at)
            grown = 0.0
        weight *= 2.0**grown
        shrinkage = self._shrinkage * 2.0**grown
        left = max(-ADDS_MAX, min(value, ADDS_MAX))
        for key in keys:
            kept = self._sums.get(key)
            if kept is None:
                self._sums[key] = [weight, weight * left]
                continue
            expected = kept[1] / (kept[0] + shrinkage)
            kept[0] += weight
            kept[1] += weight * left
            left -= expected

    def __len__(self) -> int:
        return len(self._sums)

    def _rebase(self, at: float) -> None:
        by = 2.0 ** -min((at - self._base) / self._half_life, FADED) if self._sums else 0.0
        for kept in self._sums.values():
            kept[0] *= by
            kept[1] *= by
        self._base = at
