"""How long parcels take by now, counting the ones still on the way: those that came first are the fast ones.

The mean of what has been delivered says "fast" in every new installation and in every rush. The product-limit
estimate of Kaplan and Meier (1958) counts a parcel that is still open as "longer than so far".
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

COHORT_DAYS = 28.0
COHORT_MAX = 20_000  # parcels; of more, the newest


def quantile(times: Iterable[tuple[float, bool]], share: float) -> float | None:
    """The time by which that share has come, of pairs (time, has come); open ones say "longer than this".

    None when fewer than that share is known to have come: the honest answer is "not yet known".
    """
    ordered = sorted(times, key=lambda pair: (pair[0], not pair[1]))
    left, alive = len(ordered), 1.0
    for time, has_come in ordered:
        if has_come:
            alive *= 1 - 1 / left
            if alive <= 1 - share + 1e-12:
                return time
        left -= 1
    return None


class Cohort:
    """What began within the last days, and whether it has come. Times are days on one clock."""

    __slots__ = ("_began", "_came", "_days")

    def __init__(self, days: float = COHORT_DAYS) -> None:
        self._days = days
        self._began: list[tuple[float, object]] = []  # in order of time
        self._came: dict[object, float] = {}

    def begin(self, key: object, at: float) -> None:
        """A parcel set out. Calls come in order of time, or nearly."""
        entry = (at, key)
        if self._began and at < self._began[-1][0]:
            self._began.insert(bisect_left(self._began, at, key=lambda kept: kept[0]), entry)
        else:
            self._began.append(entry)

    def come(self, key: object, at: float) -> None:
        """It came."""
        self._came[key] = at

    def drop(self, key: object) -> None:
        """It will never come (cancelled): neither early nor late."""
        self._began = [entry for entry in self._began if entry[1] != key]
        self._came.pop(key, None)

    def level(self, now: float, share: float = 0.5) -> float | None:
        """Days by which that share of the cohort has come, open ones counted; None when not known yet."""
        self._forget(now)
        return quantile(self.times(now), share)

    def times(self, now: float) -> Sequence[tuple[float, bool]]:
        """(days, has come) of everything that began in the last days and before now."""
        found = []
        for began, key in self._began:
            if began >= now:
                break
            if began >= now - self._days:
                came = self._came.get(key)
                is_here = came is not None and came <= now
                found.append((max((came if came is not None and is_here else now) - began, 0.0), is_here))
        return found

    def _forget(self, now: float) -> None:
        cut = bisect_left(self._began, now - self._days, key=lambda kept: kept[0])
        cut = max(cut, len(self._began) - COHORT_MAX)
        if cut > 0:
            for _, key in self._began[:cut]:
                self._came.pop(key, None)
            del self._began[:cut]
