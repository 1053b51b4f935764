"""Sends a carrier's pushes: who is subscribed, what is due by the world's clock, what is lost on the way.

A push is sent once; what is not taken is not sent again, as with UPS (carriers.md §2.7). Under the fault
`push_lost` a fifth of them never leave.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import httpx

from milepost_sandbox.servers import chance
from milepost_sandbox.trust import trusted
from milepost_sandbox.world.words import FaultsLike, Parcel, Step, WorldLike

AT_ONCE_MAX: Final = 8
LOST_SHARE: Final = 0.2
DUPLICATE_SHARE: Final = 0.2
SHUFFLED_SHARE: Final = 0.3
SHUFFLED_BY_S: Final = 900
TIMEOUT_S: Final = 5.0
EVERYTHING: Final = "*"
"""Subscribed under this number is every parcel of the carrier."""

Headers = Mapping[str, str]
Prove = Callable[[httpx.AsyncClient, bytes], Awaitable[Headers]]
Body = Callable[[datetime], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where somebody's pushes go, for how long, and how it is shown that they are the carrier's."""

    address: str
    since: datetime
    until: datetime | None
    prove: Prove
    tell: Callable[[Parcel, Step, datetime], Body | None]


@dataclass(frozen=True, slots=True, order=True)
class _Waiting:
    due_at: datetime
    serial: int
    key: str = field(compare=False)
    hook: Hook = field(compare=False)
    body: Body = field(compare=False)


class Pusher:
    """One carrier's end of its pushes; what is due goes out when `flush` is called."""

    def __init__(self, world: WorldLike, faults: FaultsLike, source: str, carrier: str = "") -> None:
        """`carrier`: whose parcels these are, where the source is not the carrier itself."""
        self.source = source
        self._world = world
        self._faults = faults
        self._hooks: dict[str, Hook] = {}
        self._agenda = _agenda(world, carrier or source)
        self._next = 0
        self._queue: list[_Waiting] = []
        self._serial = 0
        self.lost = 0

    def subscribe(self, number: str, hook: Hook | None) -> None:
        """Push this number (or EVERYTHING) there from now on; None ends it."""
        self._take_due(self._world.now())
        if hook is None:
            self._hooks.pop(number, None)
        else:
            self._hooks[number] = hook

    def send(self, key: str, hook: Hook, body: Body) -> None:
        """A push that is about no parcel, in the next flush; `key` says which one it is to the faults."""
        self._queue_up(key, self._world.now(), hook, body)

    def due(self) -> int:
        """How many pushes are due by the world's clock."""
        now = self._world.now()
        self._take_due(now)
        return sum(waiting.due_at <= now for waiting in self._queue)

    async def flush(self) -> dict[str, int]:
        """Send everything that is due; counts of `sent`, `accepted`, `refused`, and `lost` since the last."""
        now = self._world.now()
        self._take_due(now)
        batch: list[_Waiting] = []
        while self._queue and self._queue[0].due_at <= now:
            batch.append(heapq.heappop(self._queue))
        outcomes = await self._send_all(self._disturbed(batch), now)
        counts = {"sent": len(outcomes), "accepted": sum(outcomes), "lost": self.lost}
        self.lost = 0
        return {**counts, "refused": counts["sent"] - counts["accepted"]}

    def _take_due(self, now: datetime) -> None:
        """What was published meanwhile, for those who were subscribed when it was."""
        while self._next < len(self._agenda) and self._agenda[self._next][0] <= now:
            at, parcel, step = self._agenda[self._next]
            self._next += 1
            hook = self._hooks.get(parcel.tracking_number) or self._hooks.get(EVERYTHING)
            if hook is None or at < hook.since or (hook.until is not None and at >= hook.until):
                continue
            body = hook.tell(parcel, step, at)
            if body is not None:
                self._queue_up(step.key, at, hook, body)

    def _queue_up(self, key: str, at: datetime, hook: Hook, body: Body) -> None:
        if self._faults.strikes("push_lost", self.source, key, share=LOST_SHARE):
            self.lost += 1
            return
        late = 0.0
        if self._faults.strikes("shuffled", "push", self.source, key, share=SHUFFLED_SHARE):
            late = SHUFFLED_BY_S * chance.fraction("late push", key)
        self._serial += 1
        due_at = at + timedelta(seconds=int(late))
        heapq.heappush(self._queue, _Waiting(due_at, self._serial, key, hook, body))

    def _disturbed(self, batch: list[_Waiting]) -> list[_Waiting]:
        """The batch as the faults `duplicate` and `shuffled` leave it."""
        twice = [
            waiting
            for waiting in batch
            if self._faults.strikes("duplicate", "push", self.source, waiting.key, share=DUPLICATE_SHARE)
        ]
        told = batch + twice
        if self._faults.on("shuffled"):
            told.sort(key=lambda waiting: chance.fraction("push order", waiting.serial))
        return told

    async def _send_all(self, batch: Sequence[_Waiting], now: datetime) -> list[bool]:
        if not batch:
            return []
        gate = asyncio.Semaphore(AT_ONCE_MAX)
        timeout = httpx.Timeout(TIMEOUT_S)
        bodies = {waiting.serial: waiting.body(now) for waiting in batch}
        async with httpx.AsyncClient(timeout=timeout, trust_env=False, verify=trusted()) as client:

            async def send(waiting: _Waiting) -> bool:
                async with gate:
                    return await self._send(client, waiting.hook, bodies[waiting.serial])

            return list(await asyncio.gather(*map(send, batch)))

    async def _send(self, client: httpx.AsyncClient, hook: Hook, body: bytes) -> bool:
        try:
            headers = {"Content-Type": "application/json", **await hook.prove(client, body)}
            answer = await client.post(hook.address, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200


def _agenda(world: WorldLike, source: str) -> list[tuple[datetime, Parcel, Step]]:
    """Every step of every parcel somebody here ordered, in the order the carrier publishes them."""
    steps = (
        (step.published_at, parcel, step)
        for parcel in world.parcels
        if parcel.carrier == source and parcel.order_ids
        for step in parcel.steps
    )
    return sorted(steps, key=lambda one: (one[0], one[2].key))
