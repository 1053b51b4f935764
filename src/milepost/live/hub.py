"""Open pages and idle workers of this process hear that something changed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from milepost.live.marks import mark_of
from milepost.ports.live import LiveState, Node
from milepost.version import VERSION

TOPICS_MAX = 100
"""Topics of one listener. It holds a topic once, however often that changed, so what waits is bounded."""

LOOKS_AT_ONCE = 100
LOOKS_GAP_S = 0.1
"""When all must look again they do so a hundred every tenth of a second: the database has other guests."""

WORK = "work"


class Listener:
    """Someone who waits: which of its topics changed since it last looked."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = {mark_of(topic): topic for topic in topics}
        self._changed: dict[str, None] = {}
        self._stir = asyncio.Event()

    def tell(self, mark: str) -> bool:
        """False if it did not yet look at the last change of this topic: then this one needs no telling."""
        known = mark in self._changed
        self._changed[mark] = None
        self._stir.set()
        return not known

    def tell_all(self) -> None:
        """Something may have been missed."""
        for mark in self.topics:
            self.tell(mark)

    async def changes(self) -> AsyncIterator[str]:
        """Topics, the longest waiting first."""
        while True:
            while self._changed:
                mark = next(iter(self._changed))
                del self._changed[mark]
                yield self.topics[mark]
            self._stir.clear()
            await self._stir.wait()


class Hub:
    """Fan-out inside one process (fills ports.live.Live). Safe only on one event loop."""

    def __init__(self, name: str = "this node") -> None:
        self.name = name
        self.published = 0
        self.merged = 0
        self._listeners: dict[Listener, None] = {}
        self._waiting: defaultdict[str, set[Listener]] = defaultdict(set)

    def publish(self, topics: Iterable[str]) -> None:
        """Tell everybody here who listens to them."""
        self.tell(self.marks(topics))

    def marks(self, topics: Iterable[str]) -> list[str]:
        """Each topic's mark, once; counted as published."""
        marks = [mark_of(topic) for topic in dict.fromkeys(topics)]
        self.published += len(marks)
        return marks

    def tell(self, marks: Iterable[str]) -> None:
        """The same, for marks that may come from another node."""
        for mark in marks:
            for listener in self._waiting.get(mark, ()):
                self.merged += not listener.tell(mark)

    def look_again(self) -> None:
        """Everybody looks, in turn, as if all their topics had changed."""
        loop = asyncio.get_running_loop()
        for number, listener in enumerate(self._listeners):
            loop.call_later(number // LOOKS_AT_ONCE * LOOKS_GAP_S, listener.tell_all)

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[AsyncIterator[str]]:
        """Changes of these topics from now on. Raises ValueError for more than TOPICS_MAX of them."""
        if len(topics) > TOPICS_MAX:
            raise ValueError(f"{len(topics)} topics for one listener; at most {TOPICS_MAX}")
        listener = Listener(topics)
        self._listeners[listener] = None
        for mark in listener.topics:
            self._waiting[mark].add(listener)
        try:
            yield listener.changes()
        finally:
            self._forget(listener)

    def _forget(self, listener: Listener) -> None:
        del self._listeners[listener]
        for mark in listener.topics:
            self._waiting[mark].discard(listener)
            if not self._waiting[mark]:
                del self._waiting[mark]

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def node(self) -> Node:
        """This process, as one node."""
        works = mark_of(WORK) in self._waiting
        return Node(name=self.name, version=VERSION, listeners=self.listeners, works=works, heard_s=0.0)

    def state(self) -> LiveState:
        """Alone, there is nothing to lose."""
        return LiveState(
            engine="process",
            listeners=self.listeners,
            nodes=(self.node(),),
            published=self.published,
            merged=self.merged,
        )
