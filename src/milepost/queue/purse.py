"""What was spent of a budget of calls, and what may still be taken. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from milepost.model.polling import NO_LIMIT, Left
from milepost.queue.rows import micros

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
BLOCK_LIFE = timedelta(seconds=5)
"""A block is used up within this time of Milepost's clock, or what is left of it is given back."""

BLOCKS = 20
"""Blocks in a limit: each costs one write, and at most a twentieth lies unused on one node."""

DAYS_KEPT = 4
TURNS_AHEAD_MAX = timedelta(minutes=1)
"""A line longer than this was made by a clock that was set back since."""


@dataclass(slots=True)
class Purse:
    """The spending of one source: blocks of the last minute, calls by day, and the end of the line."""

    taken: list[tuple[int, int]] = field(default_factory=list)  # microseconds since 1970 UTC, calls
    days: dict[str, int] = field(default_factory=dict)
    turn_at: int = 0  # microseconds since 1970 UTC

    def take(self, now: datetime, per_minute: int, per_day: int, wanted: int) -> int:
        """So many calls, or what is left of them; 0 when there is none. 0 as a limit means: no such limit."""
        at, day = micros(now), _day(now)
        self._forget(at, wanted)
        if per_minute:
            wanted = min(wanted, per_minute - sum(calls for _, calls in self.taken))
        if per_day:
            wanted = min(wanted, per_day - self.days.get(day, 0))
        if wanted <= 0:
            return 0
        if per_minute:
            self.taken.append((at, wanted))
        if per_day:
            self.days[day] = self.days.get(day, 0) + wanted
            self.days = dict(sorted(self.days.items())[-DAYS_KEPT:])
        return wanted

    def left(self, now: datetime, per_minute: int, per_day: int) -> Left:
        """What may still be taken, by one who takes one at a time."""
        self._forget(micros(now), 1)
        today = max(0, per_day - self.days.get(_day(now), 0)) if per_day else NO_LIMIT
        minute = max(0, per_minute - sum(calls for _, calls in self.taken)) if per_minute else NO_LIMIT
        return Left(now=min(minute, today), today=today)

    def give_back(self, taken_at: datetime, calls: int) -> None:
        """Calls of a block that were not made."""
        at, day = micros(taken_at), _day(taken_at)
        for place, (then, taken) in enumerate(self.taken):
            if then == at and taken >= calls:
                self.taken[place] = (then, taken - calls)
                break
        if day in self.days:
            self.days[day] = max(0, self.days[day] - calls)

    def wait_s(self, now: datetime, per_minute: int, per_day: int, wanted: int) -> float:
        """Seconds until a call is left again; 0.0 when there is one. `wanted`: as in `take`."""
        at, wait = micros(now), 0.0
        self._forget(at, wanted)
        if per_day and self.days.get(_day(now), 0) >= per_day:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
            wait = (midnight - now).total_seconds()
        if per_minute and sum(calls for _, calls in self.taken) >= per_minute:
            oldest = min(then for then, calls in self.taken if calls)
            wait = max(wait, (oldest + _counts_for(wanted) - at) / 1_000_000)
        return wait

    def _forget(self, at: int, wanted: int) -> None:
        """What is past. What stands in the future (a clock was set back) counts as just spent."""
        counts_for = _counts_for(wanted)
        self.taken = [
            (min(then, at), calls) for then, calls in self.taken if calls and at - then < counts_for
        ]

    def stand_in_line(self, now: datetime, takes: timedelta) -> float:
        """Seconds of the clock until our turn, which then takes so long."""
        at = micros(now)
        if self.turn_at > at + TURNS_AHEAD_MAX // timedelta(microseconds=1):
            self.turn_at = at
        turn = max(at, self.turn_at)
        self.turn_at = turn + takes // timedelta(microseconds=1)
        return (turn - at) / 1_000_000


def block_size(per_minute: int, per_day: int) -> int:
    """Calls taken at once."""
    limits = [limit for limit in (per_minute, per_day) if limit]
    return max(1, min(limits) // BLOCKS) if limits else 1


def _counts_for(size: int) -> int:
    """How long a block counts, in microseconds: a minute from the last moment at which it can be used."""
    life = MINUTE + (BLOCK_LIFE if size > 1 else timedelta(0))
    return life // timedelta(microseconds=1)


def _day(now: datetime) -> str:
    return now.date().isoformat()
