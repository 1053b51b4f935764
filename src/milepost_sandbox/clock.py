"""The world's clock: it stands until told to move, or runs at a rate of real time.

A stepped clock (`rate=None`) moves only by `advance`; a scaled one follows
`world = anchor_world + rate * (real - anchor_real)`. All moments are UTC.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class ClockError(ValueError):
    """The clock was asked to go back, or to run at a rate that is not above zero."""


class WorldClock:
    """One clock for everything in the world; `real` gives seconds that only ever grow."""

    def __init__(
        self, start: datetime, rate: float | None = None, *, real: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin at `start` (timezone-aware); `rate` is world seconds per real second, None to stand still."""
        if start.tzinfo is None:
            raise ClockError("the world's start needs a time zone")
        self._real = real
        self._anchor_world = start.astimezone(UTC)
        self._anchor_real = real()
        self._rate = _checked(rate)

    @property
    def rate(self) -> float | None:
        """World seconds per real second; None while stepped."""
        return self._rate

    def now(self) -> datetime:
        """The world's present moment, UTC."""
        if self._rate is None:
            return self._anchor_world
        return self._anchor_world + timedelta(seconds=self._rate * (self._real() - self._anchor_real))

    def advance(self, to: datetime) -> None:
        """Go to a later moment; raises ClockError for an earlier one, for the world never runs backwards."""
        if to.tzinfo is None:
            raise ClockError("the moment to go to needs a time zone")
        if to < self.now():
            raise ClockError(f"the world is already at {self.now().isoformat()}, past {to.isoformat()}")
        self._anchor_world, self._anchor_real = to.astimezone(UTC), self._real()

    def set_rate(self, rate: float | None) -> None:
        """Run at another rate from now on, or stand still (None)."""
        rate = _checked(rate)
        self._anchor_world, self._anchor_real = self.now(), self._real()
        self._rate = rate


def _checked(rate: float | None) -> float | None:
    if rate is not None and rate <= 0:
        raise ClockError("a rate must be above zero; use no rate at all for a clock that stands")
    return rate
