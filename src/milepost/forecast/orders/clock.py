"""A clock that runs when parcels come, and nearly stands still when they do not: on Sundays, at night.

All instants of a history are put on it, so that "six days" means the same on a Tuesday and before a holiday;
what is said goes back to the calendar. It runs as fast as the calendar on average, and never backwards.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low

from milepost.forecast.orders.rhythm import Rhythm, kind, rhythm_of
from milepost.forecast.orders.rows import OrderRow

BEFORE_DAYS, AFTER_DAYS = 30, 800
PARTS = 24  # of a day


class Clock:
    """Instants (days since 1970, UTC) into working time and back; `offset` is the place's, in days."""

    __slots__ = ("_day", "_first", "_offset", "_sums", "_weights")

    def __init__(
        self, first: float, last: float, offset: float = 0.0, country: str = "", rhythm: Rhythm | None = None
    ) -> None:
        rhythm = rhythm or Rhythm()
        self._offset = offset
        self._day = rhythm.day_so_far
        self._first = int(first) - BEFORE_DAYS
        days = range(self._first, int(last) + AFTER_DAYS)
        self._weights = [rhythm.days[kind(day, country)] for day in days]
        self._sums = [float(self._first)]
        for weight in self._weights:
            self._sums.append(self._sums[-1] + weight)

    def work(self, at: float) -> float:
        """Working days at an instant. Beyond its range the clock is the calendar's."""
        local = at + self._offset
        day = int(local) - self._first
        if day < 0:
            return local
        if day >= len(self._weights):
            return self._sums[-1] + local - self._first - len(self._weights)
        hours = local % 1 * PARTS
        hour = int(hours)
        part = self._day[hour] + (hours - hour) * (self._day[hour + 1] - self._day[hour])
        return self._sums[day] + self._weights[day] * part

    def instant(self, work: float) -> float:
        """The instant at which so many working days are reached; the inverse of `work`."""
        if work < self._sums[0]:
            return work - self._offset
        day = bisect_right(self._sums, work) - 1
        if day >= len(self._weights):
            return work - self._sums[-1] + self._first + len(self._weights) - self._offset
        part = (work - self._sums[day]) / self._weights[day]
        hour = min(bisect_right(self._day, part), PARTS) - 1
        hours = hour + (part - self._day[hour]) / (self._day[hour + 1] - self._day[hour])
        return self._first + day + min(hours / PARTS, 1.0) - self._offset


def clock_of(rows: Sequence[OrderRow], until: float) -> Clock:
    """The clock of the place where most of these orders go, by what had come there until then."""
    bought = [row.purchased_at for row in rows] or [0.0]
    countries = Counter(row.destination.country for row in rows if row.destination.country).most_common(1)
    country = countries[0][0] if countries else ""
    offset = median_low(row.offset for row in rows) if rows else 0.0
    came = [at + offset for row in rows if (at := row.delivered_at) is not None and at < until]
    return Clock(min(bought), max(bought), offset, country, rhythm_of(came, country))


def on(clock: Clock, row: OrderRow) -> OrderRow:
    """The order with its instants on that clock."""

    def work(at: float | None) -> float | None:
        return None if at is None else clock.work(at)

    return replace(
        row,
        purchased_at=clock.work(row.purchased_at),
        approved_at=work(row.approved_at),
        handed_over_at=work(row.handed_over_at),
        delivered_at=work(row.delivered_at),
        promised_at=work(row.promised_at),
        hand_over_by=work(row.hand_over_by),
        instant=clock.instant,
    )
