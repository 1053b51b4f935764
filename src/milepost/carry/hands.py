"""A worker's hands: lanes beside each other, so that a slow or stuck one never delays another."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from milepost.carry.due import carry_out
from milepost.carry.set_back import SetBack
from milepost.model.actions import ActionKind, Leased
from milepost.ports.app import App

LEASE_MAX = 400
"""Actions taken at once."""

LANE_MAX = 100
"""Of them of one lane: little waits behind a stuck action, and a stop waits for little."""

QUICK_LANES = 8
"""Lanes at once, not counting those that take longer than SLOW_AFTER_S: they wait for somebody else."""

SLOW_AFTER_S = 2.0
LANES_MAX = 200
"""Lanes at once, slow ones included."""

AGAIN_AFTER = timedelta(seconds=30)
"""When what nobody finished comes again: it ended in a way nobody foresaw."""

log = structlog.get_logger(__name__)


class Hands:
    """What one worker has in hand. Each lane is one task; it is not taken again before that ends."""

    def __init__(self, app: App, worker: str, on_end: Callable[[], None] = lambda: None) -> None:
        """`on_end` is called whenever a lane ends."""
        self._app = app
        self.worker = worker
        self._on_end = on_end
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._places = QUICK_LANES  # for lanes that are not known to be slow
        self._set_back = SetBack(app)
        self._owed: list[Leased] = []  # taken and not finished, which the database could not be told yet
        self._is_stopping = False
        self.took_anything = False

    @property
    def are_empty(self) -> bool:
        """Whether nothing is in hand."""
        return not self._lanes

    async def reach(self) -> int:
        """Take what is due, as far as there is room; how many actions. Raises StoreError."""
        await self._pay()
        await self._set_back.mind()
        room = min(self._places, LANES_MAX - len(self._lanes))
        if room <= 0:
            return 0
        leased = await self._app.work.lease(
            now=self._app.clock.now(),
            worker=self.worker,
            length=timedelta(seconds=self._app.settings.work.lease_s),
            limit=LEASE_MAX,
            lane_limit=LANE_MAX,
            lanes_max=room,
            lanes_not=frozenset(self._lanes),
        )
        self.took_anything = self.took_anything or bool(leased)
        by_lane: dict[str, list[Leased]] = defaultdict(list)
        for held in leased:
            by_lane[held.action.lane].append(held)
        for lane, group in by_lane.items():
            self._places -= 1
            self._lanes[lane] = asyncio.create_task(self._carry_out(lane, group))
        return len(leased)

    async def any_end(self) -> None:
        """Wait until some lane has ended; at once if nothing is in hand."""
        if self._lanes:
            await asyncio.wait(self._lanes.values(), return_when=asyncio.FIRST_COMPLETED)

    async def all_end(self) -> None:
        """Wait until everything in hand has ended, and give back what nobody finished."""
        while self._lanes:
            await self.any_end()
        await self._pay()

    async def finish(self, within_s: float) -> None:
        """Begin nothing more, and wait for what has begun; after `within_s` real seconds it is broken off."""
        self._is_stopping = True
        try:
            if self._lanes:
                await asyncio.wait(self._lanes.values(), timeout=within_s)
        finally:
            await self.drop()

    async def drop(self) -> None:
        """Break off what is in hand."""
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, lane: str, group: list[Leased]) -> None:
        kinds: dict[ActionKind, list[Leased]] = defaultdict(list)
        for held in group:
            kinds[held.action.kind].append(held)
        try:
            async with self._place():
                await asyncio.gather(
                    *(carry_out(kind, some, self._app, self._stops) for kind, some in kinds.items())
                )
        except Exception:  # the failure itself could not be written down
            log.exception("lane_failed", lane=lane, actions=len(group))
        finally:
            self._owed += group
            del self._lanes[lane]
            self._on_end()

    def _stops(self) -> bool:
        return self._is_stopping

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the quick places, given up when it takes long: then there is room for another lane."""
        loop = asyncio.get_running_loop()

        def give_up() -> None:
            self._places += 1
            self._on_end()

        slow = loop.call_later(SLOW_AFTER_S, give_up)
        try:
            yield
        finally:
            if loop.time() < slow.when():
                slow.cancel()
                self._places += 1

    async def _pay(self) -> None:
        """What ended without being finished is given back; if the database cannot be told now, next time."""
        owed: Sequence[Leased] = self._owed
        if not owed:
            return
        count = len(owed)
        given = await self._app.work.give_back(owed, self._app.clock.now() + AGAIN_AFTER)
        self._owed = self._owed[count:]
        if given:
            log.warning("work_given_back", actions=given)


async def carry_out_due(app: App, worker: str) -> int:
    """One reach, and everything that was taken carried out; how many actions."""
    hands = Hands(app, worker)
    taken = await hands.reach()
    await hands.all_end()
    return taken
