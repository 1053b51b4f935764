"""How long parcels take by now, counting the ones still on the way: those that came first are the fast ones.

The mean of what has been delivered says "fast" in every new installation and in every rush. The product-limit
estimate of Kaplan and Meier (1958) counts a parcel that is still open as "longer than so far".
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

COHORT_DAYS = 28.0
COHORT_MIN = 50
"""A small shop looks further back than the days, to so many parcels: two would say anything."""

COHORT_MAX = 50_000  # parcels; of more, the newest
ASKED_MAX = 1_000  # parcels; of more, every second or third
ROUNDING = 1e-12


def quantile(times: Iterable[tuple[float, bool]], share: float) -> float | None:
    """The time by which that share has come, of pairs (time, has come); open ones say "longer than this".

    None when fewer than that share is known to have come: the honest answer is "not yet known".
    """
    return quantiles(times, (share,))[0]


def quantiles(times: Iterable[tuple[float, bool]], shares: Sequence[float]) -> list[float | None]:
    """The same for several shares in rising order, for one sorting."""
    return _quantiles(sorted((time, not has_come) for time, has_come in times), shares)


def _quantiles(ordered: Sequence[tuple[float, bool]], shares: Sequence[float]) -> list[float | None]:
    """Of pairs (time, is open), sorted."""
    found: list[float | None] = []
    wanted = iter(shares)
    share = next(wanted, None)
    left, alive = len(ordered), 1.0
    for time, is_open in ordered:
        if not is_open:
            alive *= 1 - 1 / left
            while share is not None and alive <= 1 - share + ROUNDING:
                found.append(time)
                share = next(wanted, None)
        left -= 1
    return found + [None] * (len(shares) - len(found))


class Cohort:
    """What began within the last days, and whether it has come; further back when that is little.

    Times are days on one clock.
    """

    __slots__ = ("_began", "_came", "_days")

    def __init__(self, days: float = COHORT_DAYS) -> None:
        self._days = days
        self._began: list[tuple[float, object, float]] = []  # in order of time: when, what, unit
        self._came: dict[object, float] = {}

    def begin(self, key: object, at: float, unit: float = 1.0) -> None:
        """A parcel set out. Calls come in order of time, or nearly. Its times are counted in `unit` days."""
        entry = (at, key, unit)
        if self._began and at < self._began[-1][0]:
            self._began.insert(bisect_left(self._began, at, key=_began), entry)
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
        return self.levels(now, (share,))[0]

    def levels(self, now: float, shares: Sequence[float]) -> list[float | None]:
        """The same for several shares in rising order."""
        self._forget(now)
        return _quantiles(sorted(self.times(now)), shares)

    def times(self, now: float) -> list[tuple[float, bool]]:
        """(days, is open) of what began in the last days and before now; of very many, an even choice."""
        until = bisect_left(self._began, now, key=_began)
        since = max(0, min(bisect_left(self._began, now - self._days, key=_began), until - COHORT_MIN))
        came_at = self._came.get
        found = []
        for began, key, unit in self._began[since : until : 1 + (until - since) // ASKED_MAX]:
            came = came_at(key)
            if came is None or came >= now:
                found.append(((now - began) / unit, True))
            else:
                found.append(((came - began) / unit if came > began else 0.0, False))
        return found

    @property
    def came(self) -> int:
        """How many of those that are remembered have come."""
        return len(self._came)

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._began)

    def _forget(self, now: float) -> None:
        cut = bisect_left(self._began, now - self._days, key=_began)
        cut = max(min(cut, len(self._began) - COHORT_MIN), len(self._began) - COHORT_MAX)
        if cut > 0:
            for _, key, _ in self._began[:cut]:
                self._came.pop(key, None)
            del self._began[:cut]


def _began(entry: tuple[float, object, float]) -> float:
    return entry[0]
