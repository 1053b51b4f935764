"""Finds out whether facts can be kept, by keeping a small one: nothing less shows a full disk."""

import asyncio
from collections.abc import Awaitable, Callable

from milepost.ports.store import StoreError, Trouble

FEW_BYTES = 16
MANY_BYTES = 256 * 1024
"""Kept once when something could not be kept lately: on a full disk little things may still find room."""

TOLD_LATER = (Trouble.BUSY, Trouble.NOT_OPEN)
"""Refusals that say nothing of the disk."""

ANSWER_S = 3.0
"""Real seconds a probe may take before the database counts as not answering."""

GIVEN_UP_S = 15.0
"""Real seconds after which a try is broken off: who asks then makes another, perhaps over a better line."""


class Probe:
    """One try at a time, shared by all who ask meanwhile, so that asking often costs one commit each time."""

    def __init__(self, keep: Callable[[int], Awaitable[None]]) -> None:
        """`keep` commits that many bytes, in place of those before."""
        self._keep = keep
        self._doubts = False
        self._trying: asyncio.Task[Trouble | None] | None = None

    def heard(self, error: StoreError) -> None:
        """Somebody could not keep theirs."""
        self._doubts = self._doubts or error.trouble not in TOLD_LATER

    async def trouble(self) -> Trouble | None:
        """What stood in the way; None when the small fact was durable in time."""
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._try())
        trying = self._trying
        await asyncio.wait([trying], timeout=ANSWER_S)
        return trying.result() if trying.done() else Trouble.NO_ANSWER

    async def _try(self) -> Trouble | None:
        try:
            async with asyncio.timeout(GIVEN_UP_S):
                if self._doubts:
                    await self._keep(MANY_BYTES)
                await self._keep(FEW_BYTES)
        except StoreError as error:
            return error.trouble
        except TimeoutError:
            return Trouble.NO_ANSWER
        self._doubts = False
        return None

    async def stop(self) -> None:
        """Leave a try that hangs."""
        if self._trying is not None and not self._trying.done():
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        self._trying = None
