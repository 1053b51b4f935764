"""How long a shop promises, beside what it promised others lately: that changes overnight."""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from math import log
from typing import NamedTuple

from milepost.forecast.orders.rows import OrderRow

LAST = 600
"""Orders that a promise is compared with: two or three days of a large shop, weeks of a small one."""

LEAST_DAYS = 0.5
SHARE_MAX = 0.9999
KNOWN_MAX = 200_000  # orders of which it is kept; the oldest are forgotten


class Place(NamedTuple):
    """Of the last orders: the share that was promised less, and how much longer this one is, in log time."""

    share: float
    over: float


MIDDLE = Place(0.5, 0.0)


class Promises:
    """The last promises. Call `made` in order of time; an order's place is that of its purchase."""

    __slots__ = ("_known", "_last", "_sorted", "_sum")

    def __init__(self) -> None:
        self._last: deque[float] = deque()
        self._sorted: list[float] = []
        self._sum = 0.0
        self._known: dict[str, Place] = {}

    def made(self, row: OrderRow) -> None:
        """An order was bought, perhaps with a promise."""
        if row.promised_at is None:
            return
        if len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        self._known[row.order_id] = self.place(row)
        value = log(max(row.promised_at - row.purchased_at, LEAST_DAYS))
        self._last.append(value)
        insort(self._sorted, value)
        self._sum += value
        if len(self._last) > LAST:
            gone = self._last.popleft()
            del self._sorted[bisect_left(self._sorted, gone)]
            self._sum -= gone

    def place(self, row: OrderRow) -> Place:
        """In the middle while nothing is known."""
        known = self._known.get(row.order_id)
        if known is not None:
            return known
        if row.promised_at is None or not self._last:
            return MIDDLE
        value = log(max(row.promised_at - row.purchased_at, LEAST_DAYS))
        count = len(self._sorted)
        share = (bisect_left(self._sorted, value) + bisect_right(self._sorted, value)) / 2 / count
        return Place(min(share, SHARE_MAX), value - self._sum / count)
