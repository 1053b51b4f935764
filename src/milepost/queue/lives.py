"""Which workers are alive: each moves its beat now and then, and whose beat stands still is dead.

Nobody compares instants of two machines. Whoever looks measures by its own monotonic clock how long a beat
has not moved; so a clock that is stepped, or differs from node to node, takes no work from the living.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from milepost.ports.store import Sql, Store
from milepost.queue.handling import Handling
from milepost.queue.rows import micros
from milepost.queue.statements import (
    ALIVE,
    BEAT,
    BURY,
    BUSY_WORKERS,
    GIVE_BACK_ALL,
    JOIN,
    LEAVE,
    STOP,
)

NO_BEAT = -1
"""Of a worker that has no row of its own: nothing can move there."""
LOOKS = 6
"""Looks at the others' beats in the length of a lease: a death is noticed a sixth later at most."""


class Lives(Handling):
    """The part of the work list (ports.work.WorkList) that knows who lives."""

    def __init__(self, store: Store, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._seen: dict[str, tuple[int, float]] = {}  # each worker's beat, and since when it stands there
        self._next_look = float("-inf")

    async def start(self, now: datetime) -> None:
        """Only one process has a SQLite file open: whoever held work before us is dead."""
        if self._store.engine == "sqlite":
            for (worker,) in await self._store.rows(BUSY_WORKERS):
                await self._give_back_all(worker, now)

    async def beat(self, worker: str) -> bool:
        """A sign of life. False: others took us for dead, and what we had in hand is theirs."""
        return await self._store.run(BEAT, [{"who": worker}]) == 1

    async def leave(self, worker: str, now: datetime) -> int:
        """Give back what is in hand and be gone; how many actions were given back."""
        return await self._give_back_all(worker, now)

    async def doubtful(self, worker: str) -> bool:
        """Whether some other worker has work in hand and has not moved since we first looked."""
        busy = {row[0] for row in await self._store.rows(BUSY_WORKERS)} - {worker}
        beats = dict(await self._store.rows(ALIVE))
        known = {other: self._seen[other][0] if other in self._seen else beats.get(other) for other in busy}
        return any(beat == beats.get(other) for other, beat in known.items())

    async def _join(self, sql: Sql, worker: str, now: datetime) -> None:
        """Taking work is a sign of life too; who has none to show is dead to the others."""
        if await sql.run(BEAT, [{"who": worker}]) == 0:
            await sql.run(JOIN, [{"name": worker, "beat": 0, "since": micros(now)}])

    async def _take_over(self, worker: str, length: timedelta, now: datetime) -> None:
        """What dead workers had in hand is anybody's again."""
        at = self._monotonic()
        if at < self._next_look:
            return
        self._next_look = at + length.total_seconds() / LOOKS
        beats = dict.fromkeys((row[0] for row in await self._store.rows(BUSY_WORKERS)), NO_BEAT)
        beats |= dict(await self._store.rows(ALIVE))
        beats.pop(worker, None)
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == beat else (beat, at)
            for name, beat in beats.items()
        }
        for name, (beat, since) in self._seen.items():
            if at - since >= length.total_seconds():
                await self._bury(name, beat, now)

    async def _bury(self, worker: str, last: int, now: datetime) -> None:
        """Only if its beat still stands there: whoever moved meanwhile lives."""
        async with self._store.transaction() as transaction:
            if last == NO_BEAT or await transaction.run(BURY, [{"who": worker, "last": last}]):
                await transaction.run(GIVE_BACK_ALL, [{"holder": worker, "at": micros(now)}])

    async def _give_back_all(self, worker: str, now: datetime) -> int:
        async with self._store.transaction() as transaction:
            await transaction.run(LEAVE, [{"who": worker}])
            return await transaction.run(GIVE_BACK_ALL, [{"holder": worker, "at": micros(now)}])

    async def _stop_held(self, now: datetime) -> None:
        """Due work that meets a stop for its kind, lane or shop is held before anybody takes it."""
        stops = await self.holds()
        if not stops:
            return
        async with self._store.transaction() as transaction:
            for stop in stops:
                met = {"which": stop.value, "now": micros(now), "said": stop.reason}
                await transaction.run(STOP[stop.scope], [met])
