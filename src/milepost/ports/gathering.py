"""Gathers what comes while something is under way, so that it goes in together and costs once."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from milepost.ports.store import StoreError, Trouble

TOGETHER_MAX = 100
"""Things done in one go, at most."""

WAITING_MAX = 2_000
"""Things waiting for their turn, at most; whoever comes then is asked to come again later."""

WORK_S = 15.0
"""Real seconds for one go. Whoever waits is answered sooner; what is stuck holds nobody up for longer."""

T = TypeVar("T")


class Gathering(Generic[T]):
    """One alone goes in at once; those that come meanwhile wait for it to end, and then go together."""

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[object]]) -> None:
        """`work` does all of them or, when it raises, none; it is broken off after WORK_S."""
        self._work = work
        self._waiting: deque[tuple[T, asyncio.Future[None]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def add(self, thing: T) -> None:
        """Ends when it is done. Raises what `work` raises for it, and StoreError when too many wait."""
        if len(self._waiting) >= WAITING_MAX:
            raise StoreError("more comes than can be kept just now: it is to be sent again", Trouble.BUSY)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(TOGETHER_MAX, len(self._waiting)))]
                await self._do([one for one in taken if not one[1].done()])  # who gave up is not kept
        finally:
            self._running = None

    async def _do(self, taken: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        try:
            if taken:
                async with asyncio.timeout(WORK_S):
                    await self._work([thing for thing, _ in taken])
        except TimeoutError:
            _fail(taken, StoreError(f"it was not kept within {WORK_S:g} s", Trouble.NO_ANSWER))
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            if len(taken) == 1 or isinstance(error, StoreError):
                _fail(taken, error)
            else:  # one of them is at fault: each by itself, so that it takes no other with it
                for one in taken:
                    await self._do([one])
        else:
            for _, done in taken:
                if not done.done():
                    done.set_result(None)


def _fail(taken: Sequence[tuple[T, asyncio.Future[None]]], error: Exception) -> None:
    for _, done in taken:
        if not done.done():
            done.set_exception(error)
