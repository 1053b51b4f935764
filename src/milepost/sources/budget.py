"""How many calls we may still make to one source, counted in this process alone, on Milepost's clock."""

from collections import deque
from datetime import datetime, timedelta

from milepost.model.polling import NO_LIMIT, Left
from milepost.ports.clock import Clock

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class CallBudget:
    """Calls per minute (any sixty seconds) and per day (carriers count days from midnight UTC).

    Of one source. Fills ports.budgets.Budgets for a line that shares nothing with anybody.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._recent: deque[datetime] = deque()  # never longer than per_minute
        self._day_ends = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._spent_today = 0

    async def spend(self, name: str, *, per_minute: int, per_day: int) -> float:
        """Take one call; 0.0 when there was one left, else the seconds until there is one again."""
        now = self._clock.now()
        wait = max(self._until_next_day(now, per_day), self._until_oldest_is_past(now, per_minute))
        if wait > 0:
            return wait
        self._spent_today += 1
        if per_minute:
            self._recent.append(now)
        return 0.0

    async def left(self, name: str, *, per_minute: int, per_day: int) -> Left:
        """How many calls are left; nothing is taken."""
        now = self._clock.now()
        self._until_next_day(now, per_day)
        self._until_oldest_is_past(now, per_minute)
        today = per_day - self._spent_today if per_day else NO_LIMIT
        minute = per_minute - len(self._recent) if per_minute else NO_LIMIT
        return Left(now=min(minute, today), today=today)

    async def turn(self, name: str, *, per_second: float, calls: int) -> float:
        """Nobody else stands in line."""
        return 0.0

    def _until_next_day(self, now: datetime, per_day: int) -> float:
        if now >= self._day_ends:
            self._day_ends = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
            self._spent_today = 0
        if not per_day or self._spent_today < per_day:
            return 0.0
        return (self._day_ends - now).total_seconds()

    def _until_oldest_is_past(self, now: datetime, per_minute: int) -> float:
        """What stands in the future (a clock was set back) counts as just spent."""
        self._recent = deque(min(then, now) for then in self._recent if then + MINUTE > now)
        if not per_minute or len(self._recent) < per_minute:
            return 0.0
        return (self._recent[0] + MINUTE - now).total_seconds()
