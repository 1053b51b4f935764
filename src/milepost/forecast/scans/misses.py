"""By how much estimates were missed lately: the last few hundred misses of one kind, and their shares."""

from collections import deque
from collections.abc import Sequence

from milepost.model.forecasts import SHARES

KEPT_MAX = 500
"""Beyond so many, the oldest are forgotten."""

NEWS_SHARE = 0.1  # sorted again when a tenth of them is new


class Misses:
    """A ring of misses, in any unit."""

    __slots__ = ("_kept", "_shares", "_sorted_at", "seen")

    def __init__(self) -> None:
        self._kept: deque[float] = deque(maxlen=KEPT_MAX)
        self._shares: tuple[float, ...] = ()
        self._sorted_at = 0
        self.seen = 0

    def add(self, miss: float) -> None:
        """One more."""
        self._kept.append(miss)
        self.seen += 1

    def shares(self) -> tuple[float, ...]:
        """The miss at each of SHARES. There must be one at least."""
        if self.seen > self._sorted_at + NEWS_SHARE * min(self._sorted_at, KEPT_MAX):
            ordered = sorted(self._kept)
            self._shares = tuple(share_of(ordered, share) for share in SHARES)
            self._sorted_at = self.seen
        return self._shares


def share_of(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of sorted values lies, between neighbors in a straight line."""
    place = share * (len(ordered) + 1) - 1
    low = min(max(int(place), 0), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * min(max(place - low, 0.0), 1.0)
