"""Open pages and idle workers hear that something changed: one small hub in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

QUEUE_MAX = 64
"""Marks waiting for one slow reader; more than that, and repeats are dropped, never the last change."""


class Hub:
    """Fan-out inside one process (fills ports.live.Live). Safe only on one event loop."""

    def __init__(self) -> None:
        self._readers: dict[asyncio.Queue[str], frozenset[str]] = {}

    def publish(self, topics: Iterable[str]) -> None:
        """Mark topics as changed for everybody who listens to them."""
        changed = set(topics)
        for queue, wanted in self._readers.items():
            for topic in sorted(wanted & changed):
                _mark(queue, topic)

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[AsyncIterator[str]]:
        """Changes of these topics from now on."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_MAX)
        self._readers[queue] = frozenset(topics)
        try:
            yield _changes(queue)
        finally:
            del self._readers[queue]

    @property
    def readers(self) -> int:
        """How many listen now."""
        return len(self._readers)


def _mark(queue: "asyncio.Queue[str]", topic: str) -> None:
    if queue.full():
        queue.get_nowait()  # the oldest mark; the page it is for looks at everything anyway
    queue.put_nowait(topic)


async def _changes(queue: "asyncio.Queue[str]") -> AsyncIterator[str]:
    while True:
        yield await queue.get()
