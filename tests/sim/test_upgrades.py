"""Tables change and change back while news comes in: nothing is lost, and nobody waits long."""

import asyncio
import os
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import asyncpg
import pytest
from sqlalchemy import func, select

from milepost.store.history import REVISIONS, SCHEMA_VERSION
from milepost.store.migrator import Migrator, Place
from milepost.store.opening import open_store
from milepost.store.revisions.added import UNUSED
from milepost.store.sql.verbatim import Verbatim
from milepost.store.tables import EVENTS, SHIPMENTS
from tests.contract.test_migrations import looks
from tests.contract.things import NOON, event, shipment
from tests.sim.extra_revision import EXTRA
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.stores import KEY, FixedClock, fresh_url

COUNT = {"test": 10_000, "sim": 1_000_000}[TIER.name]
WRITERS = 4
EVENTS_PER_WRITE = 5
BETWEEN_WRITES_S = 0.04  # with four writers, about a hundred writes a second
PAUSE_CPU_S_MAX = 5.0  # of our own process: the clock on the wall tells of the machine's other work too
LONG_ENOUGH_S = float(os.environ.get("MILEPOST_TEST_PATIENCE_S", "120"))


@dataclass
class Load:
    """Four who write and one who reads, until they are told to stop."""

    store: object
    written: list = field(default_factory=list)  # (when it was durable, how long it took, CPU used by then)
    kept: set = field(default_factory=set)  # events that were said to be kept
    read_s: list = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, place):
        number = 0
        while not self.over.is_set():
            which = f"s{number * WRITERS + place + 1}"
            told = [
                event(f"AC{place}", NOON + timedelta(seconds=number * EVENTS_PER_WRITE + n))
                for n in range(EVENTS_PER_WRITE)
            ]
            began = time.monotonic()
            async with self.store.transaction() as tx:
                await tx.claim([which])
                await tx.put_shipments([shipment(which, f"AC{place}", orders=())])
                await tx.add_events([(one, which) for one in told])
            self.written.append((time.monotonic(), time.monotonic() - began, time.process_time()))
            self.kept |= {one.event_id for one in told}
            number += 1
            await asyncio.sleep(BETWEEN_WRITES_S)

    async def read(self):
        while not self.over.is_set():
            began = time.monotonic()
            await self.store.shipments(shop_ids=["shop-1"], cursor=None, limit=50)
            self.read_s.append(time.monotonic() - began)
            await asyncio.sleep(BETWEEN_WRITES_S)

    def pauses(self, began=0.0, ended=float("inf")):
        """The times without any write becoming durable, and the CPU we used in each, of those about this while."""
        marks = sorted((at, used) for at, _, used in self.written)
        return [
            (later - sooner, used - before)
            for (sooner, before), (later, used) in pairwise(marks)
            if later > began and sooner < ended
        ]


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_tables_change_and_change_back_under_load_and_nothing_is_lost(engine, tmp_path):
    async with fresh_url(engine, tmp_path) as url, opened(url, tmp_path) as store:
        await fill(store, COUNT)
        before = await looks(url)
        async with migrating(store, url) as migrator, loaded(store) as load:
            began = time.monotonic()
            assert await migrator.up() == Place(SCHEMA_VERSION + 1)
            up_s, turned = time.monotonic() - began, time.monotonic()
            assert await unfilled(store) <= len(load.written), (
                "the backfill left rows that nobody wrote meanwhile"
            )
            assert len(await looks(url) - before) >= 2
            written = len(load.written)
            await written_since(load, written)  # program N goes on with N + 1
            began = time.monotonic()
            assert await migrator.down(SCHEMA_VERSION) == Place(SCHEMA_VERSION)
            down_s = time.monotonic() - began
        assert {row for row in await looks(url) if UNUSED not in str(row)} == before
        stored = {row[0] for row in await store.rows(select(EVENTS.c.event_id))}
        lost = load.kept - stored
        assert not lost, f"{len(lost)} of {len(load.kept)} events that were said to be kept are gone"
        assert await counted(store, SHIPMENTS) >= COUNT
    row = {
        "engine": engine,
        "shipments": COUNT,
        "events_kept": len(load.kept),
        "events_lost": len(lost),
        "up_s": round(up_s, 2),
        "down_s": round(down_s, 2),
        "longest_write_pause_up_s": round(max(load.pauses(ended=turned))[0], 3),
        "longest_write_pause_down_s": round(max(load.pauses(began=began))[0], 3),
        "cpu_in_a_pause_s": round(max(cpu for _, cpu in load.pauses()), 3),
        "slowest_write_s": round(max(took for _, took, _ in load.written), 3),
        "slowest_read_s": round(max(load.read_s), 3),
    }
    print(row)
    keep("upgrade_under_load", row)
    assert row["cpu_in_a_pause_s"] <= PAUSE_CPU_S_MAX


@pytest.mark.postgres
async def test_a_change_that_cannot_have_its_lock_lets_everybody_pass(tmp_path):
    """Somebody reads a table for long: the change must not stand in the line before all who come after."""
    async with fresh_url("postgres", tmp_path) as url, opened(url, tmp_path) as store:
        reader = await asyncpg.connect(url)
        await reader.execute("BEGIN; SELECT count(*) FROM shipments")
        async with migrating(store, url) as migrator:
            changing = asyncio.create_task(migrator.up())
            await asked_for_a_lock(url)
            async with asyncio.timeout(LONG_ENOUGH_S), store.transaction() as tx:
                await tx.put_shipments([shipment("s1")])
            assert not changing.done()
            assert await migrator.where() == Place(SCHEMA_VERSION)
            await reader.execute("COMMIT")
            async with asyncio.timeout(LONG_ENOUGH_S):
                assert await changing == Place(SCHEMA_VERSION + 1)
        await reader.close()


# What the tests above stand on.


@asynccontextmanager
async def opened(url, folder):
    store = open_store(url, folder / KEY, FixedClock())
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


@asynccontextmanager
async def migrating(store, url):
    """On SQLite the program itself migrates; on PostgreSQL a command beside it, with connections of its own."""
    revisions = (*REVISIONS, EXTRA)
    if store.engine == "sqlite":
        yield Migrator(store._database, revisions)
        return
    engine = open_store(url, "nowhere", FixedClock())._database
    await engine.examine()
    await engine.open()
    try:
        yield Migrator(engine, revisions)
    finally:
        await engine.close()


@asynccontextmanager
async def loaded(store):
    load = Load(store)
    async with asyncio.TaskGroup() as group:
        for place in range(WRITERS):
            group.create_task(load.write(place))
        group.create_task(load.read())
        await written_since(load, 0)
        try:
            yield load
        finally:
            await written_since(load, len(load.written))
            load.over.set()


async def written_since(load, count):
    async with asyncio.timeout(LONG_ENOUGH_S):
        while len(load.written) < count + 2 * WRITERS:  # noqa: ASYNC110 - a count, and the writers know no count
            await asyncio.sleep(BETWEEN_WRITES_S)


async def asked_for_a_lock(url):
    """Until somebody waits for a lock on a table."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL"
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(LONG_ENOUGH_S):
        while not await connection.fetchval(waiting):  # noqa: ASYNC110 - the server does not tell
            await asyncio.sleep(BETWEEN_WRITES_S / 4)
    await connection.close()


async def fill(store, count):
    """So many shipments, made by the database itself."""
    async with store.transaction() as tx:
        await tx.put_shipments([shipment("s0", orders=())])
    for start in range(0, count - 1, FILLED_AT_ONCE):
        end = min(start + FILLED_AT_ONCE, count - 1)
        await store.run(Verbatim(FILL.format(first=start + 1, last=end)))
    assert await counted(store, SHIPMENTS) == count


FILLED_AT_ONCE = 50_000
COPIED = "shop_id, tracking_number, carrier, superseded"
FILL = f"""INSERT INTO shipments (shipment_id, facts, {COPIED})
WITH RECURSIVE numbers(n) AS (SELECT {{first}} UNION ALL SELECT n + 1 FROM numbers WHERE n < {{last}})
SELECT 's' || n, replace(facts, '"s0"', '"s' || n || '"'), {COPIED}
FROM numbers, shipments WHERE shipment_id = 's0'"""


async def counted(store, table):
    return (await store.rows(select(func.count()).select_from(table)))[0][0]


async def unfilled(store):
    return (await store.rows(Verbatim("SELECT count(*) FROM shipments WHERE weight IS NULL")))[0][0]
