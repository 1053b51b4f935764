"""Writers that keep events with their actions, remember what they were told, and a look at what is there after."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import timedelta

import apsw
from sqlalchemy import select

from milepost.ports.store import StoreError
from milepost.queue.leases import LeaseQueue
from milepost.store.sql.sqlite import SqliteEngine
from milepost.store.sql_store import SqlStore
from milepost.store.tables import EVENTS, WORK
from tests.contract.things import NOON, action, event, report
from tests.stores import KEY, FixedClock

WRITERS = 4
BODY_BYTES = 6000


class OnPurposeError(Exception):
    """A writer gives its transaction up."""


@dataclass
class Told:
    """What the writers heard: kept, given up by themselves, or not kept."""

    kept: set = field(default_factory=set)
    given_up: set = field(default_factory=set)
    refused: set = field(default_factory=set)


@dataclass(frozen=True)
class There:
    """What a database holds: batches by number, and what is half of one."""

    whole: set
    halves: set
    integrity: list


def sqlite_store(folder, vfs=None):
    """A store over the engine Milepost runs on, with another layer below SQLite."""
    return SqlStore(SqliteEngine(folder / "milepost.sqlite", vfs=vfs), folder / KEY, FixedClock())


async def write(store, numbers, told, chance, *, given_up=0.0):
    """Several writers at the same time keep one batch per number; a share is given up half way, on purpose."""
    queue = LeaseQueue(store)

    async def writer():
        for number in numbers:
            try:
                await keep(store, queue, number, chance, gives_up=chance.random() < given_up)
            except OnPurposeError:
                told.given_up.add(number)
            except StoreError:
                told.refused.add(number)
            else:
                told.kept.add(number)

    await asyncio.gather(*[writer() for _ in range(WRITERS)])


async def keep(store, queue, number, chance, *, gives_up):
    """Two events, now and then a report, and the action that follows from them: whole, or not at all."""
    big = chance.random() < 0.3
    at = NOON + timedelta(minutes=number)
    async with store.transaction() as tx:
        await tx.add_events([(event(at=at, text=str(number), code="one"), "s1")])
        if big:
            await tx.keep_reports([report(chance.randbytes(chance.randint(1, BODY_BYTES)))])
        await tx.add_events([(event(at=at, text=str(number), code="two"), "s1")])
        if gives_up:
            raise OnPurposeError
        await queue.add(tx, [action(f"batch {number}")])


async def there(store):
    """Every batch, from its rows."""
    events = await store.rows(select(EVENTS.c.description, EVENTS.c.code))
    work = {int(key.removeprefix("batch ")) for (key,) in await store.rows(select(WORK.c.key))}
    ones = {int(number) for number, code in events if code == "one"}
    twos = {int(number) for number, code in events if code == "two"}
    whole = ones & twos & work
    return There(whole, (ones | twos | work) - whole, [])


def integrity(path):
    """What SQLite itself says of a file: `["ok"]`."""
    connection = apsw.Connection(str(path))
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        return found + [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
    finally:
        connection.close()


def chance_of(*seed):
    """The same chances for the same seed, which the test prints when it fails."""
    return random.Random(" ".join(map(str, seed)))
