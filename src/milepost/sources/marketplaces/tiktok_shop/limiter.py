"""How fast we call for one shop: a few calls a second, fewer when we are told to slow down (§6.1)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

BURST = 5
SLOWEST_SHARE = 1 / 16
"""Halving ends here: slower than this we would never get done, and their limit is never that low."""
RECOVERY_SHARE = 0.05
"""Each call that goes well gives back this share of the full rate."""


class Limiter:
    """A bucket of `BURST` calls that refills by `per_second`; halved by a refusal, recovering call by call.

    It counts real seconds, whatever the world's clock says: their servers are in our time, not in it.
    """

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        stand_in_line: Callable[[float, int], Awaitable[None]] | None = None,
    ) -> None:
        """`stand_in_line` waits for our turn among all nodes, for a few calls at once."""
        self._full_rate = per_second
        self.per_second = per_second
        self._monotonic = monotonic
        self._pause = pause
        self._stand_in_line = stand_in_line
        self._granted = 0  # calls for which we have stood in line
        self._at_the_end = asyncio.Lock()
        self._calls = float(BURST)
        self._counted_at = monotonic()

    async def take(self) -> None:
        """Wait until a call is free. Later comers queue up behind by owing more."""
        if self._stand_in_line is not None:
            async with self._at_the_end:
                if self._granted == 0:
                    await self._stand_in_line(self.per_second, BURST)
                    self._granted = BURST
                self._granted -= 1
        now = self._monotonic()
        self._calls = min(BURST, self._calls + (now - self._counted_at) * self.per_second)
        self._counted_at = now
        self._calls -= 1
        if self._calls < 0:
            await self._pause(-self._calls / self.per_second)

    def slow_down(self) -> None:
        """We were refused for calling too often."""
        self.per_second = max(self._full_rate * SLOWEST_SHARE, self.per_second / 2)

    def went_well(self) -> None:
        """A call went through."""
        self.per_second = min(self._full_rate, self.per_second + self._full_rate * RECOVERY_SHARE)
