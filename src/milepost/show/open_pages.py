"""Open pages that hear of news: how many this process has, and their common end when it stops."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class OpenPages:
    """The streams of one process. Safe only on one event loop."""

    def __init__(self) -> None:
        self.count = 0
        self.ended = False
        self._waits: set[asyncio.Future[Any]] = set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """As long as a page's stream is open."""
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1

    async def wait(self, news: asyncio.Future[Any], within_s: float) -> bool:
        """Whether news came within so many real seconds; at once no, and `ended`, when the process stops."""
        if not self.ended:
            self._waits.add(news)
            await asyncio.wait({news}, timeout=within_s)
            self._waits.discard(news)
        return news.done() and not self.ended

    def end(self) -> None:
        """Every stream ends by itself and is not cut; its browser comes back, perhaps to another node."""
        self.ended = True
        for news in tuple(self._waits):
            news.cancel()
