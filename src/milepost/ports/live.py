"""Telling open pages, and workers on other nodes, that something changed, after it is safely kept."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from milepost.model.errors import OutsideError


class LiveError(OutsideError):
    """The bus of `live.url` cannot be used; the text is one sentence with the fix, and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A running Milepost as the others hear of it."""

    name: str
    version: str
    listeners: int  # open pages, and one for a worker
    works: bool  # it carries out work
    heard_s: float  # real seconds since it was last heard; 0 for ourselves
    reached: bool = True  # whether it reaches the bus; the others we could not hear


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """How news gets about, seen from this node. Counts are since its start."""

    engine: str  # process, postgres or nats
    trouble: str = ""  # why the bus is out of reach; empty when all is well
    away_s: float = 0.0  # real seconds since it went
    listeners: int = 0  # open pages and workers of this node
    nodes: tuple[Node, ...] = ()  # this one first, then those heard of late
    published: int = 0  # topics said here
    heard: int = 0  # marks from other nodes
    merged: int = 0  # repeats a slow reader was spared
    sent: int = 0  # messages given to the bus
    lost: int = 0  # times the bus went away
    unreadable: int = 0  # messages on the bus that are not ours


class Live(Protocol):
    """Fan-out of "look again" marks. Never the only copy of anything."""

    def publish(self, topics: Iterable[str]) -> None:
        """Say that these topics (`order:<shop>:<number>`, `console:<shop>`, `work`) changed; never waits.

        Call it after the commit: who hears it looks at the database at once.
        """
        ...

    def listen(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """The topics as they change; a slow reader misses repeats, never the last change.

        After the bus was away every topic is said once, because news may have been missed.
        """
        ...

    def state(self) -> LiveState:
        """For /readyz, /metrics and `milepost nodes`."""
        ...
