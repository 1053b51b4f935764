"""One writer at a time in this process, and a clear word when somebody would wait for themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from milepost.ports.store import StoreError, Trouble

LINE_MAX = 2000
"""Tasks in line, at most: whoever comes then is told to come again, while that is still an answer in time."""


def nothing_to_do() -> None:
    """Nobody asked to hear when the line is empty."""


class Turn:
    """A line in which tasks wait for their turn, in the order they came."""

    def __init__(self, at_rest: Callable[[], None] = nothing_to_do) -> None:
        """`at_rest` is called each time a turn ends, or somebody leaves the line, and nobody is left."""
        self._line = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._waiting = 0
        self._at_rest = at_rest

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Raises RuntimeError inside a turn of the same task, which would never end.

        Raises StoreError when too many wait.
        """
        task = asyncio.current_task()
        if task is not None and task is self._holder:
            raise RuntimeError("a transaction is open in this task already: write through that one")
        if self._waiting >= LINE_MAX:
            raise StoreError(f"{LINE_MAX} batches wait to be kept already: send it again later", Trouble.BUSY)
        await self._wait()
        self._holder = task
        try:
            yield
        finally:
            self._holder = None
            self._line.release()
            self._say_if_at_rest()

    async def _wait(self) -> None:
        self._waiting += 1
        try:
            await self._line.acquire()
        except BaseException:
            self._waiting -= 1
            self._say_if_at_rest()
            raise
        self._waiting -= 1

    def _say_if_at_rest(self) -> None:
        if self._waiting == 0 and not self._line.locked():
            self._at_rest()
