"""One writer at a time in this process, and a clear word when somebody would wait for themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Turn:
    """A line in which tasks wait for their turn, in the order they came."""

    def __init__(self) -> None:
        self._line = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Raises RuntimeError inside a turn of the same task, which would never end."""
        task = asyncio.current_task()
        if task is not None and task is self._holder:
            raise RuntimeError("a transaction is open in this task already: write through that one")
        async with self._line:
            self._holder = task
            try:
                yield
            finally:
                self._holder = None
