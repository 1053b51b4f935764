"""Keeps windows honest: when too few parcels come inside, it moves their edges out, and back in for too many.

Each edge is read once, at the moment it named, whether or not the parcel came earlier: reading the fast first
would draw windows in. Readings of a day count together and the step is small, because an answer comes as
late as the edge itself; a step per parcel overshoots to windows of thousands of days.
"""

from collections.abc import Callable, Hashable, Sequence
from heapq import heappop, heappush

from milepost.model.forecasts import SHARES

STEP = 0.02
"""Log time per day at most, times the share that was wrong."""

LIMIT = 1.0
"""No edge moves further than this in log time (a factor of 2.7): then the model is wrong, not its width."""

PENDING_MAX = 2_000_000
FULL_DAY = 5.0
"""Readings of a day that are as many as this weigh half of a full day."""


class Tracker:
    """One group's corrections, a log shift per share. Times are days on one clock."""

    __slots__ = ("_day", "_edges", "_ever", "_limit", "_pending", "_sequence", "_step", "_tally", "shifts")

    def __init__(
        self, edges: Sequence[int] = (0, 1, 2, 4, 5, 6), step: float = STEP, limit: float = LIMIT
    ) -> None:
        self._edges = tuple(edges)
        self._step = step
        self._limit = limit
        self._pending: list[tuple[float, int, int, Hashable]] = []
        self._sequence = 0
        self._day: int | None = None
        self._ever = 1.0
        self._tally = {edge: [0, 0] for edge in self._edges}  # read, come by then
        self.shifts = [0.0] * len(SHARES)

    def expect(self, key: Hashable, edges_at: Sequence[float]) -> None:
        """A window was told: the instant (days) of each of its seven shares."""
        for edge in self._edges:
            self._sequence += 1
            heappush(self._pending, (edges_at[edge], self._sequence, edge, key))
        while len(self._pending) > PENDING_MAX:
            self._pending.pop()

    def advance(
        self, now: float, came_by: Callable[[Hashable, float], bool | None], *, ever: float = 1.0
    ) -> None:
        """Read every edge that has passed. `came_by(key, at)`: had it come then; None: it never will.

        `ever` is the share of parcels that come at all, when nobody says which do not: a lost parcel is no
        reason to widen the windows of the others.
        """
        self._ever = ever
        while self._pending and self._pending[0][0] <= now:
            at, _, edge, key = heappop(self._pending)
            self._close_before(int(at))
            came = came_by(key, at)
            if came is not None:
                self._tally[edge][0] += 1
                self._tally[edge][1] += came
        self._close_before(int(now))

    def _close_before(self, day: int) -> None:
        """Learn from the day that is over."""
        if self._day is None or day > self._day:
            for edge, (read, came) in self._tally.items():
                if read:
                    missed = self._ever * SHARES[edge] - came / read
                    moved = self.shifts[edge] + self._step * missed * read / (read + FULL_DAY)
                    self.shifts[edge] = max(-self._limit, min(moved, self._limit))
                    self._tally[edge] = [0, 0]
            self._day = day
