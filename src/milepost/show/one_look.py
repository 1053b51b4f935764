"""Many open pages of one order hear of the same scan: the page is looked up and drawn once for all."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class OneLook(Generic[T]):
    """Who asks gets a look that begins after the question; who asks meanwhile shares the next.

    So nobody is shown something older than what made them ask, and two looks at most wait or run for a key.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}
        self._next: dict[Hashable, asyncio.Task[T]] = {}

    async def ask(self, key: Hashable, look: Callable[[], Awaitable[T]]) -> T:
        """What `look` finds. `key` names everything that it depends on. Raises what `look` raises."""
        shared = self._next.get(key)
        if shared is None:
            shared = asyncio.create_task(self._look(key, look, self._running.get(key)))
            self._next[key] = shared
        return await asyncio.shield(shared)  # one reader who leaves takes nothing from the others

    async def _look(
        self, key: Hashable, look: Callable[[], Awaitable[T]], before: asyncio.Task[T] | None
    ) -> T:
        if before is not None:
            await asyncio.wait({before})
        mine = self._running[key] = self._next.pop(key)  # from here on it is too late to share it
        try:
            return await look()
        finally:
            if self._running[key] is mine:
                del self._running[key]
