"""Finds out whether facts can be kept, by keeping a small one: nothing less shows a full disk."""

import asyncio
from collections.abc import Awaitable, Callable

from milepost.ports.store import StoreError, Trouble

ANSWER_S = 3.0
"""Real seconds a probe may take before the database counts as not answering."""


class Probe:
    """One try at a time, shared by all who ask meanwhile, so that asking often costs one commit each time."""

    def __init__(self, keep: Callable[[], Awaitable[None]]) -> None:
        self._keep = keep
        self._trying: asyncio.Task[Trouble | None] | None = None

    async def trouble(self) -> Trouble | None:
        """What stood in the way; None when the small fact was durable in time."""
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._try())
        trying = self._trying
        await asyncio.wait([trying], timeout=ANSWER_S)
        return trying.result() if trying.done() else Trouble.NO_ANSWER

    async def _try(self) -> Trouble | None:
        try:
            await self._keep()
        except StoreError as error:
            return error.trouble
        return None

    async def stop(self) -> None:
        """Leave a try that hangs."""
        if self._trying is not None and not self._trying.done():
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        self._trying = None
