"""Pushes that come while the tables change: each is kept, or asked to come again and kept then."""

import asyncio
import threading
from itertools import count

import pytest

from milepost.store.history import REVISIONS, SCHEMA_VERSION
from milepost.store.migrator import Migrator, Place
from milepost.store.opening import open_store
from milepost.store.revision import Change, Revision, Step
from tests.sim.extra_revision import EXTRA
from tests.sim.pushes import kept_pushes
from tests.sim.results import keep
from tests.sim.test_postgres_trouble import LONG_ENOUGH_S, listening, send_all, until_kept, until_ready
from tests.sim.tiers import TIER
from tests.stores import FixedClock, fresh_url

PUSHES = 6
SENDERS = 3
LONG = Revision(
    version=SCHEMA_VERSION + 1,
    about="a step that takes as long as a test wants",
    serves=SCHEMA_VERSION,
    steps=(Step(up=Change(make=lambda op: op.execute("SELECT as_long_as_it_takes()")), down=None),),
)


async def test_who_pushes_while_sqlite_changes_its_tables_is_asked_to_come_again_and_is_kept_then(tmp_path):
    begun, over = threading.Event(), threading.Event()

    def as_long_as_it_takes():
        begun.set()
        return over.wait(LONG_ENOUGH_S)

    async with (
        fresh_url("sqlite", tmp_path) as url,
        listening(tmp_path, url) as (store, http, push),
    ):
        told = await until_kept(push, range(PUSHES))
        engine = store._database
        engine.connection.create_scalar_function("as_long_as_it_takes", as_long_as_it_takes, 0)
        changing = asyncio.create_task(Migrator(engine, (*REVISIONS, LONG)).up())
        try:
            assert await asyncio.to_thread(begun.wait, LONG_ENOUGH_S)
            meanwhile = range(PUSHES, 2 * PUSHES)
            assert await send_all(push, meanwhile) == set(), "answered 200 while nothing could be kept"
            ready = await http.get("/readyz")
            assert (ready.status_code, ready.json()["database"]) == (503, "no answer in time")
            page = await http.get("/orders/1001", headers={"accept": "text/html"})
            assert page.status_code < 500, "pages are read meanwhile"
            waiting = asyncio.create_task(until_kept(push, meanwhile))
        finally:
            over.set()
        assert await changing == Place(SCHEMA_VERSION + 1)
        told |= await waiting
        await until_ready(http)
        assert told == set(range(2 * PUSHES)) == await kept_pushes(store)


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_tables_change_and_change_back_under_pushes_and_none_is_lost(engine, tmp_path):
    async with fresh_url(engine, tmp_path) as url, listening(tmp_path, url) as (store, _, push):
        numbers, told, over = count(), set(), asyncio.Event()
        answers = {200: 0, 503: 0}

        async def sender():
            while not over.is_set():
                number = next(numbers)
                heard = await send_all(push, [number])
                answers[200 if heard else 503] += 1
                told.update(heard)

        async with asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(sender())
            for _ in range(TIER.changes):
                await there_and_back(store, url, told)
            over.set()
        sent = range(next(numbers))
        told |= await until_kept(push, set(sent) - told)
        assert told == set(sent) == await kept_pushes(store)
    print(answers)
    keep(
        "pushes_while_tables_change",
        {"engine": engine, "changes": TIER.changes, "answers": answers, "lost": 0},
    )


async def there_and_back(store, url, told):
    """On SQLite the program itself; on PostgreSQL a command beside it."""
    engine = (
        store._database if store.engine == "sqlite" else open_store(url, "nowhere", FixedClock())._database
    )
    if store.engine == "postgres":
        await engine.examine()
        await engine.open()
    try:
        migrator = Migrator(engine, (*REVISIONS, EXTRA))
        await more(told)
        await migrator.up()
        await more(told)  # this program goes on with the newer tables
        assert await migrator.down(SCHEMA_VERSION) == Place(SCHEMA_VERSION)
        await more(told)
    finally:
        if store.engine == "postgres":
            await engine.close()


async def more(told):
    """Until some further push is kept."""
    before = len(told)
    async with asyncio.timeout(LONG_ENOUGH_S):
        while len(told) == before:  # noqa: ASYNC110 - a count that the senders keep
            await asyncio.sleep(0.01)
