"""Which share of orders comes at all: some are cancelled or lost, and nobody says so."""

from collections import deque

from milepost.forecast.orders.rows import OrderRow

LOST_AFTER_DAYS = 60.0
LOOKED_AT_DAYS = 90.0
WORTH = 20  # orders that are believed to come before any is known


class Ever:
    """One group of orders. Call in order of time; times are days since 1970."""

    __slots__ = ("_came", "_judged", "_open")

    def __init__(self) -> None:
        self._open: deque[tuple[float, OrderRow]] = deque()
        self._judged: deque[tuple[float, bool]] = deque()
        self._came = 0

    def begin(self, row: OrderRow, at: float) -> None:
        self._open.append((at, row))

    def share(self, now: float) -> float:
        """Of the orders of two to five months ago: how many came within two months."""
        while self._open and self._open[0][0] <= now - LOST_AFTER_DAYS:
            at, row = self._open.popleft()
            has_come = row.delivered_at is not None and row.delivered_at <= at + LOST_AFTER_DAYS
            self._judged.append((at, has_come))
            self._came += has_come
        while self._judged and self._judged[0][0] <= now - LOST_AFTER_DAYS - LOOKED_AT_DAYS:
            self._came -= self._judged.popleft()[1]
        return (self._came + WORTH) / (len(self._judged) + WORTH)
