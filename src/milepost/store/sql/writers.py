"""A few writers at a time in this process, and a clear word when somebody would wait for themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Writers:
    """Places for tasks that write at the same time; the others wait in line."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._holders: set[asyncio.Task[Any] | None] = set()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Raises RuntimeError inside a transaction of the same task, which could wait for itself."""
        task = asyncio.current_task()
        if task in self._holders:
            raise RuntimeError("a transaction is open in this task already: write through that one")
        async with self._places:
            self._holders.add(task)
            try:
                yield
            finally:
                self._holders.discard(task)
