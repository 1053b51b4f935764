"""A clock that runs on working days and nearly stands still on Sundays, as parcels do.

All instants of a history are put on it, so that "six days" means the same on a Tuesday and before a holiday;
what is said goes back to the calendar. It runs as fast as the calendar on average, and never backwards.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low

from milepost.forecast import calendar
from milepost.forecast.orders.rows import OrderRow

WORKING, SATURDAY, RESTING = 1.3, 0.4, 0.1
"""Days on this clock for a day of the calendar; a week has seven. Our own assumption for every country."""

SATURDAY_AT = 5  # counted from Monday
THURSDAY = 3  # 1970-01-01
BEFORE_DAYS, AFTER_DAYS = 30, 800
HOURS = ((0.0, 0.0), (8 / 24, 0.08), (22 / 24, 0.93), (1.0, 1.0))
"""How much of a day is over by when: parcels come by day."""


class Clock:
    """Instants (days since 1970, UTC) into working time and back; `offset` is the place's, in days."""

    __slots__ = ("_first", "_offset", "_sums", "_weights")

    def __init__(self, first: float, last: float, offset: float = 0.0, country: str = "") -> None:
        self._offset = offset
        self._first = int(first) - BEFORE_DAYS
        days = range(self._first, int(last) + AFTER_DAYS)
        self._weights = [_weight(day, country) for day in days]
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
        return self._sums[day] + self._weights[day] * _between(HOURS, local % 1)

    def instant(self, work: float) -> float:
        """The instant at which so many working days are reached; the inverse of `work`."""
        if work < self._sums[0]:
            return work - self._offset
        day = bisect_right(self._sums, work) - 1
        if day >= len(self._weights):
            return work - self._sums[-1] + self._first + len(self._weights) - self._offset
        part = (work - self._sums[day]) / self._weights[day]
        return self._first + day + _between(BACK, part) - self._offset


def clock_of(rows: Sequence[OrderRow]) -> Clock:
    """The clock of the place where most of these orders go."""
    bought = [row.purchased_at for row in rows] or [0.0]
    country = Counter(row.destination.country for row in rows if row.destination.country).most_common(1)
    offset = median_low(row.offset for row in rows) if rows else 0.0
    return Clock(min(bought), max(bought), offset, country[0][0] if country else "")


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


def _weight(day: int, country: str) -> float:
    if not calendar.is_rest(day, country):
        return WORKING
    is_saturday = (day + THURSDAY) % 7 == SATURDAY_AT
    return SATURDAY if is_saturday else RESTING


def _between(points: Sequence[tuple[float, float]], value: float) -> float:
    before, below = points[0]
    for after, above in points[1:]:
        if value <= after:
            return below + (above - below) * (value - before) / (after - before)
        before, below = after, above
    return below


BACK = tuple((part, hour) for hour, part in HOURS)
