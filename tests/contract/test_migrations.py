"""Databases of earlier versions come up to date, go back again, and look like new ones."""

import re
from pathlib import Path

import apsw
import asyncpg
import pytest
from sqlalchemy import select

from milepost.ports.store import StoreError
from milepost.store.history import REVISIONS, SCHEMA_VERSION
from milepost.store.migrator import Migrator, Place
from milepost.store.opening import open_store
from milepost.store.revisions.added import UNUSED
from milepost.store.schema import SHARED
from milepost.store.sealing import Sealer, load_key
from milepost.store.sql.by_month import months_about
from milepost.store.sql.postgres import PostgresEngine
from milepost.store.tables import EVENTS, REPORT_BODIES, REPORTS, SCHEMA
from tests.contract.things import HOUR, NOON, event, report
from tests.stores import FixedClock, base_of, on_server

VERSION_1 = Path(__file__).parent / "version_1"
ALL_COLUMNS = tuple(column.name for column in EVENTS.columns if column.name != "seq")
EVENT_COLUMNS = tuple(name for name in ALL_COLUMNS if name != "certainty")  # what version 1 had
HISTORY = [NOON, NOON - 40 * 24 * HOUR, NOON.replace(year=1969), NOON.replace(year=9999)]


async def test_a_database_of_version_1_comes_up_to_date_with_all_it_holds(engine, url, tmp_path):
    await version_1(engine, url, tmp_path)
    if engine == "postgres":
        with pytest.raises(Exception, match="run `milepost migrate up`"):
            await started(url, tmp_path)
        async with moving(url) as migrator:
            assert await migrator.up() == Place(SCHEMA_VERSION)
    store = await started(url, tmp_path)
    assert (await store.rows(select(SCHEMA.c.version, SCHEMA.c.step)))[0] == (SCHEMA_VERSION, 0)
    told = [event(at=at) for at in HISTORY]
    assert await store.shipment_events(["s1"]) == {"s1": told}
    async with store.transaction() as tx:
        there = {("shop-1", one.event_id) for one in told}
        assert await tx.add_events([(one, "s1") for one in told]) == there, "kept again what it had"
        assert not await tx.add_events([(event(at=NOON + HOUR), "s1")])
    await store.stop()


async def test_a_database_that_came_up_to_date_looks_like_a_new_one(engine, url, tmp_path):
    await version_1(engine, url, tmp_path)
    async with moving(url) as migrator:
        await migrator.up()
    came = await looks(url)
    await emptied(url)
    (tmp_path / "milepost.key").unlink()
    store = await started(url, tmp_path)
    await store.stop()
    new = await looks(url)
    assert came == new, (
        "a revision in store/revisions is missing or wrong, see docs/add/table.md; "
        f"only migrated: {came - new}; only new: {new - came}"
    )


async def test_going_back_to_version_1_leaves_what_version_1_had(engine, url, tmp_path):
    await version_1(engine, url, tmp_path)
    before, events = await looks(url), await rows_of(url)
    async with moving(url) as migrator:
        await migrator.up()
        assert await migrator.down(1) == Place(1)
    assert await looks(url) == before
    assert await rows_of(url) == events
    async with moving(url) as migrator:
        assert await migrator.up() == Place(SCHEMA_VERSION)


async def test_stopped_after_any_step_it_goes_on_and_goes_back_from_there(engine, url, tmp_path):
    await version_1(engine, url, tmp_path)
    before = await looks(url)
    for steps in range(1, sum(len(revision.steps) for revision in REVISIONS)):
        async with moving(url) as migrator:
            for _ in range(steps):
                place = await migrator.where()
                after, work = migrator._next(place)
                await migrator._do(work, place, after)
            assert await migrator.down(1) == Place(1)
        assert await looks(url) == before, f"after {steps} steps"
    async with moving(url) as migrator:
        await migrator.up()


async def test_going_back_every_report_has_a_body_of_its_own_again_and_forward_it_still_has(
    engine, url, tmp_path
):
    told = [report(b'{"id": %d, "data": "%s"}' % (one, b"the same " * 30)) for one in range(12)]
    store = await started(url, tmp_path)
    for one in told:
        async with store.transaction() as tx:
            await tx.keep_reports([one], {one.body_hash})
    assert len(await store.rows(select(REPORT_BODIES))) == 1, "none was a repeat"
    await store.stop()
    async with moving(url, tmp_path / "milepost.key") as migrator:
        await migrator.down(4)
        sealer = Sealer(load_key(tmp_path / "milepost.key", may_make=False))
        bodies = dict(await migrator._engine.reader.rows(select(REPORT_BODIES)))
        assert [sealer.open_body(bodies[one.body_hash], one.body_hash) for one in told] == [
            one.body for one in told
        ]
        await migrator.up()
    store = await started(url, tmp_path)
    seqs = await store.rows(select(REPORTS.c.seq).order_by(REPORTS.c.seq))
    assert [await store.report_as_heard(seq) for (seq,) in seqs] == [one.body for one in told]
    await store.stop()


async def test_without_the_key_file_nothing_sealed_is_written_anew(engine, url, tmp_path):
    store = await started(url, tmp_path)
    async with store.transaction() as tx:
        await tx.keep_reports([report()])
    await store.stop()
    for key_file, why in ((None, "name the key file"), (tmp_path / "gone.key", "key file .* is missing")):
        async with moving(url, key_file) as migrator:
            with pytest.raises(StoreError, match=why):
                await migrator.down(4)
            assert await migrator.where() == Place(SCHEMA_VERSION), "the key is asked for first"


async def test_what_would_be_said_can_be_read_before(engine, url, tmp_path):
    await version_1(engine, url, tmp_path)
    async with moving(url) as migrator:
        said = "\n".join(migrator.sql(Place(1), SCHEMA_VERSION))
        back = "\n".join(migrator.sql(Place(SCHEMA_VERSION), 1))
        assert await migrator.where() == Place(1), "printing changed something"
    assert f"UPDATE milepost_schema SET version = {SCHEMA_VERSION}, step = 0" in said
    assert "UPDATE milepost_schema SET version = 1" in back
    assert ("PARTITION BY RANGE (month)" in said) == (engine == "postgres")


def test_versions_follow_each_other_and_none_serves_a_newer_program():
    assert [revision.version for revision in REVISIONS] == list(range(2, SCHEMA_VERSION + 1))
    assert all(revision.serves <= revision.version for revision in REVISIONS)
    assert all(revision.steps for revision in REVISIONS)


@pytest.mark.postgres
async def test_parts_for_the_coming_months_are_there_and_take_over_what_came_too_early(store, engine):
    if engine == "sqlite":
        assert not await store.rows(select(EVENTS))
        return
    clock, late = store._clock, NOON.replace(year=2027, month=1)
    async with store.transaction() as tx:
        await tx.add_events([(event(), "s1"), (event(at=late), "s1")])
    assert await where_events_are(store) == {"events_202603", "events_other"}
    clock.at = late
    await store.stop()
    await store.start()
    assert await where_events_are(store) == {"events_202603", "events_202701"}
    assert len((await store.shipment_events(["s1"]))["s1"]) == 2
    async with store.transaction() as tx:
        assert len(await tx.add_events([(event(), "s1"), (event(at=late), "s1")])) == 2
    clock.at = NOON


def test_months_go_over_the_turn_of_the_year():
    assert months_about(NOON.replace(month=11)) == [202609, 202610, 202611, 202612, 202701, 202702]
    assert months_about(NOON.replace(month=1)) == [202511, 202512, 202601, 202602, 202603, 202604]


# What the tests above stand on.


async def version_1(engine, url, folder):
    """A database as the first Milepost made it, with events of several times."""
    sealer = Sealer(load_key(folder / "milepost.key", may_make=True))
    statements = [*(VERSION_1 / f"{engine}.sql").read_text("utf-8").splitlines()[1:]]
    statements.append(f"INSERT INTO milepost_schema VALUES (1, 1, '{sealer.key_check}', 0)")
    marks = ", ".join("?" if engine == "sqlite" else f"${n + 1}" for n in range(len(EVENT_COLUMNS)))
    insert = f"INSERT INTO events ({', '.join(EVENT_COLUMNS)}) VALUES ({marks})"
    rows = [row_of(event(at=at)) for at in HISTORY]
    if engine == "sqlite":
        connection = apsw.Connection(url.removeprefix("sqlite:"))
        for statement in statements:
            connection.execute(statement)
        connection.executemany(insert, rows)
        connection.close()
    else:
        connection = await asyncpg.connect(url)
        for statement in statements:
            await connection.execute(statement)
        await connection.executemany(insert, rows)
        await connection.close()


def row_of(one):
    from milepost.store.event_shelf import _row

    row = dict(zip(ALL_COLUMNS, _row(one, "s1"), strict=True))
    return tuple(row[name] for name in EVENT_COLUMNS)


async def started(url, folder):
    store = open_store(url, folder / "milepost.key", FixedClock())
    await store.start()
    return store


class moving:  # noqa: N801 - reads as a word
    """A migrator over an open database, closed at the end."""

    def __init__(self, url, key_file=None):
        self.key_file = key_file
        self.engine = open_store(url, "nowhere", FixedClock())._database

    async def __aenter__(self):
        await self.engine.examine()
        await self.engine.open()
        return Migrator(self.engine, key_file=self.key_file)

    async def __aexit__(self, *_):
        await self.engine.close()


async def looks(url):
    """Every table, column, index, rule and wall, in words that do not depend on how they came to be."""
    if url.startswith("sqlite"):
        connection = apsw.Connection(url.removeprefix("sqlite:"))
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        found = {
            (table, *column[1:])
            for table in tables
            if not table.startswith("sqlite_")
            for column in connection.execute(f"PRAGMA table_info({table})")
            if not column[1].startswith(UNUSED)  # on the way back it is only put out of the way
        }
        found |= set(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
        connection.close()
        return found
    connection = await asyncpg.connect(url)
    found = {tuple(row) for asked in CATALOGS for row in await connection.fetch(asked)}
    await connection.close()
    return {row for row in found if not any(re.match(r"events_\d{6}", str(word)) for word in row)}


CATALOGS = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public'""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies",
    """SELECT relname, relrowsecurity, relforcerowsecurity
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')""",
)


async def emptied(url):
    if url.startswith("sqlite"):
        for end in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:") + end).unlink(missing_ok=True)  # noqa: ASYNC240 - nothing else runs
        return
    await on_server(base_of(url), "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION milepost")


async def rows_of(url):
    if url.startswith("sqlite"):
        connection = apsw.Connection(url.removeprefix("sqlite:"))
        found = list(connection.execute(f"SELECT seq, {', '.join(EVENT_COLUMNS)} FROM events ORDER BY seq"))
        connection.close()
        return found
    connection = await asyncpg.connect(url)
    found = [tuple(row) for row in await connection.fetch("SELECT * FROM events ORDER BY seq")]
    await connection.close()
    return found


async def where_events_are(store):
    engine = store._database
    assert isinstance(engine, PostgresEngine)
    assert set(SHARED) >= {"events", "orders"}
    async with store.transaction() as tx:
        found = await tx._session._connection.fetch("SELECT DISTINCT tableoid::regclass::text FROM events")
    return {row[0] for row in found}
