"""How far parcels strayed from what was expected, as counts on a fixed grid that fade with time.

Kept in log time (0.1: a tenth longer), 1/20 wide: however many parcels it counts, it is a few
hundred bytes.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from milepost.model.forecasts import SHARES

STEP = 0.05
REACH = 3.0  # log time: what took 20 times as long, or as short, stands at the edge
CELLS = round(2 * REACH / STEP)
HALF_LIFE_DAYS = 90.0
BELIEF = 25.0
"""A sketch of so many parcels believes half of what they say, and half of what it was told before."""

REREAD = 1.02
"""Quantiles are read anew when it has grown by so much: a parcel more among fifty moves none of them."""

FADE_MAX = 900.0  # half-lives; just below where 2.0 ** x ends


def cell_of(value: float) -> int:
    """The cell that a log ratio falls into."""
    return min(max(int((value + REACH) / STEP), 0), CELLS - 1)


def value_of(cell: int) -> float:
    """The log ratio in the middle of a cell."""
    return (cell + 0.5) * STEP - REACH


class Sketch:
    """Counts of log ratios. Times are days on one clock."""

    __slots__ = ("_base", "_belief", "_cells", "_known", "_known_at", "weight")

    def __init__(self, belief: float = BELIEF) -> None:
        self._belief = belief
        self._cells = [0.0] * CELLS
        self._base = 0.0
        self.weight = 0.0  # as of _base, like the cells
        self._known: tuple[float, ...] | None = None
        self._known_at = 0.0  # the weight when they were read

    def add(self, value: float, at: float, weight: float = 1.0) -> None:
        """One parcel strayed by so much."""
        if not self.weight or at - self._base > HALF_LIFE_DAYS * 8:
            self._rebase(at)
        grown = weight * 2.0 ** min((at - self._base) / HALF_LIFE_DAYS, FADE_MAX)
        self._cells[cell_of(value)] += grown
        self.weight += grown
        if self.weight > self._known_at * REREAD:
            self._known = None

    def seen(self, at: float) -> float:
        """How many parcels it still remembers."""
        faded: float = 2.0 ** -min(max(at - self._base, 0.0) / HALF_LIFE_DAYS, FADE_MAX)
        return self.weight * faded

    def quantiles(self, before: Sequence[float], at: float) -> tuple[float, ...]:
        """Log ratios at SHARES, drawn towards those it was told before the fewer parcels it remembers."""
        if not self.weight:
            return tuple(before)
        own = self._quantiles()
        trust = self.seen(at)
        trust /= trust + self._belief
        return tuple(trust * mine + (1 - trust) * told for mine, told in zip(own, before, strict=True))

    def _quantiles(self) -> tuple[float, ...]:
        if self._known is None:
            found = []
            sums = list(accumulate(self._cells))
            for share in SHARES:
                wanted = share * self.weight
                cell = min(bisect_left(sums, wanted), CELLS - 1)
                inside = self._cells[cell]
                within = (wanted - sums[cell] + inside) / inside if inside else 0.5
                found.append((cell + min(max(within, 0.0), 1.0)) * STEP - REACH)
            self._known = tuple(found)
            self._known_at = self.weight
        return self._known

    def _rebase(self, at: float) -> None:
        by = 2.0 ** -min((at - self._base) / HALF_LIFE_DAYS, FADE_MAX) if self.weight else 0.0
        self._cells = [count * by for count in self._cells]
        self.weight *= by
        self._base = at
        self._known_at *= by
