"""Budgets of calls that hold over all nodes and a restart: kept in the store, taken in small blocks."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, column, select, table, update
from sqlalchemy.dialects import postgresql

from milepost.model.polling import NO_LIMIT, Left
from milepost.ports.clock import Clock
from milepost.ports.store import Store, StoreError
from milepost.queue.purse import BLOCK_LIFE, Purse, block_size

TRIES_MAX = 50
"""Others that were quicker with the same budget before us, at most; each of them got a block."""

RETRY_S_MAX = 0.02
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")

BUDGETS = table("call_budgets", column("name", Text), column("version", BigInteger), column("spent", Text))
_READ = select(BUDGETS.c.version, BUDGETS.c.spent).where(BUDGETS.c.name == bindparam("which"))
_FIRST = postgresql.insert(BUDGETS).on_conflict_do_nothing(index_elements=["name"])
_NEXT = (
    update(BUDGETS)
    .where(BUDGETS.c.name == bindparam("which"), BUDGETS.c.version == bindparam("before"))
    .values(version=BUDGETS.c.version + 1, spent=bindparam("told"))
)


@dataclass(slots=True)
class _Block:
    """Calls this process has taken and not made yet."""

    left: int = 0
    taken_at: datetime = BEGINNING
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class StoredBudgets:
    """Fills ports.budgets.Budgets. Who changes a budget says what it was before; the slower one looks again.

    A process that is alone (SQLite) counts the minute in memory and keeps its block of the day until
    midnight; a restart then forgets a minute, and loses one block of the day at most.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._is_alone = store.engine == "sqlite"
        self._blocks: defaultdict[str, _Block] = defaultdict(_Block)
        self._minutes: defaultdict[str, Purse] = defaultdict(Purse)

    async def spend(self, name: str, *, per_minute: int, per_day: int) -> float:
        """Take one call; 0.0, or seconds of the clock until there is one. Raises StoreError."""
        block = self._blocks[name]
        async with block.lock:
            if not self._is_alone:
                return await self._from_block(name, block, per_minute, per_day)
            now, minute = self._clock.now(), self._minutes[name]
            wait_s = minute.wait_s(now, per_minute, 0, 1) or await self._from_block(name, block, 0, per_day)
            if not wait_s:
                minute.take(now, per_minute, 0, 1)
            return wait_s

    async def left(self, name: str, *, per_minute: int, per_day: int) -> Left:
        """How many calls are left, our own block with them; nothing is taken. Raises StoreError."""
        if not per_minute and not per_day:
            return Left(now=NO_LIMIT, today=NO_LIMIT)
        now, block = self._clock.now(), self._blocks[name]
        found = await self._store.rows(_READ, {"which": name})
        purse = msgspec.json.decode(found[0][1], type=Purse) if found else Purse()
        ours = block.left if self._is_good(block, now) else 0
        shared = purse.left(now, 0 if self._is_alone else per_minute, per_day)
        today = shared.today + ours if per_day else NO_LIMIT
        minute = self._minutes[name].left(now, per_minute, 0).now if self._is_alone else shared.now + ours
        return Left(now=min(minute, today), today=today)

    async def _from_block(self, name: str, block: _Block, per_minute: int, per_day: int) -> float:
        """One call of our block, or of the next one."""
        if not per_minute and not per_day:
            return 0.0
        now, wanted = self._clock.now(), block_size(per_minute, per_day)
        if block.left and self._is_good(block, now):
            block.left -= 1
            return 0.0
        unused, taken_at = block.left, block.taken_at

        def take(purse: Purse) -> tuple[int, float]:
            if unused:
                purse.give_back(taken_at, unused)
            taken = purse.take(now, per_minute, per_day, wanted)
            return taken, 0.0 if taken else purse.wait_s(now, per_minute, per_day, wanted)

        block.left = 0  # whatever becomes of the change, it is not spent twice
        taken, wait_s = await self._change(name, take)
        block.left, block.taken_at = max(0, taken - 1), now
        return wait_s

    def _is_good(self, block: _Block, now: datetime) -> bool:
        """A block is of its day; where others count the same minute, it is of its moment too."""
        if self._is_alone:
            return block.taken_at.date() == now.date()
        return block.taken_at <= now < block.taken_at + BLOCK_LIFE and block.taken_at.date() == now.date()

    async def turn(self, name: str, *, per_second: float, calls: int) -> float:
        """Real seconds to wait before so many calls; who is alone keeps their own pace. Raises StoreError."""
        if self._is_alone or not self._clock.rate:
            return 0.0
        takes = timedelta(seconds=calls / per_second * self._clock.rate)
        now = self._clock.now()
        wait_s = await self._change(name, lambda purse: purse.stand_in_line(now, takes))
        return wait_s / self._clock.rate

    async def _change(self, name: str, change: Callable[[Purse], T]) -> T:
        for _ in range(TRIES_MAX):
            found = await self._store.rows(_READ, {"which": name})
            purse = msgspec.json.decode(found[0][1], type=Purse) if found else Purse()
            result = change(purse)
            told = msgspec.json.encode(purse).decode()
            if found:
                row = {"which": name, "before": found[0][0], "told": told}
                changed = await self._store.run(_NEXT, [row])
            else:
                changed = await self._store.run(_FIRST, [{"name": name, "version": 0, "spent": told}])
            if changed:
                return result
            await asyncio.sleep(random.uniform(0, RETRY_S_MAX))  # noqa: S311 - no secret
        raise StoreError(f"the budget of {name} is wanted by too many at once: run fewer workers")
