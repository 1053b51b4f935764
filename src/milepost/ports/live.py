"""Telling open pages that something changed, after it is safely kept."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Live(Protocol):
    """Fan-out of "look again" marks. Never the only copy of anything."""

    def publish(self, topics: Iterable[str]) -> None:
        """Say that these topics (`order:<shop>:<number>`, `console:<shop>`, `work`) changed; never waits."""
        ...

    def listen(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """The topics as they change; a slow reader misses repeats, never the last change."""
        ...
