"""A backup is of one instant, holds everything and nothing readable, and is put back whole or not at all."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import apsw
import asyncpg
import pytest
from sqlalchemy import select

from milepost.model.orders import Contact
from milepost.ports.store import StoreError
from milepost.queue.leases import LeaseQueue
from milepost.store.backup import archive, restoring
from milepost.store.backup.archive import ArchiveError, Reader
from milepost.store.backup.restoring import restore
from milepost.store.backup.snapshots import TABLES
from milepost.store.backup.taking import look_over, snapshot_of, take
from milepost.store.opening import open_store
from milepost.store.tables import EVENTS, MARKS, METADATA, REPORT_BODIES, REPORTS, SCHEMA, WORK
from tests.contract.test_sealing import CANARIES, keep_secrets
from tests.contract.things import NOON, action, event, order, report
from tests.stores import KEY, FixedClock, fresh_url

BATCH, BATCHES = 20, 30


@dataclass
class Place:
    """A database and its key file, and what a test does with them."""

    url: str
    folder: Path

    @property
    def key(self):
        return self.folder / KEY

    @property
    def backup(self):
        return self.folder / "one.milepost"

    @asynccontextmanager
    async def store(self):
        store = open_store(self.url, self.key, FixedClock())
        await store.start()
        try:
            yield store
        finally:
            await store.stop()

    async def take(self, **more):
        return await take(self.url, self.key, self.backup, FixedClock(), **more)

    async def restore(self, path, **more):
        return await restore(path, self.url, self.key, FixedClock(), no_words, **more)

    async def rows(self):
        async with self.store() as store:
            return await rows_of(store)

    def files(self):
        """Every file with its bytes; a lock is no content, nor is what a look leaves beside SQLite's file."""
        return {
            path.name: path.read_bytes()
            for path in self.folder.iterdir()
            if path.is_file() and not path.name.endswith((".lock", "-shm")) and path.stat().st_size
        }


async def no_words(_store, _tx, _backup):
    """Nothing is written but what was backed up."""


async def rows_of(store):
    return {
        table.name: sorted(await store.rows(select(table)), key=repr)
        for table in METADATA.sorted_tables
        if table is not SCHEMA
    }


async def keep_some(store, number=0):
    """A batch that only makes sense whole: so many events, one action, and how many batches there are."""
    async with store.transaction() as tx:
        at = [NOON + timedelta(seconds=number * BATCH + n) for n in range(BATCH)]
        await tx.add_events([(event(at=one), "s1") for one in at])
        await LeaseQueue(store).add(tx, [action(f"batch {number}")])
        await tx.set_mark("batches", str(number + 1))


@pytest.fixture
def place(url, tmp_path):
    return Place(url, tmp_path)


@asynccontextmanager
async def empty_place(engine, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    async with fresh_url(engine, folder) as url:
        yield Place(url, folder)


@pytest.fixture
async def other(engine, tmp_path):
    """An empty place on the other engine, without a key."""
    async with empty_place("postgres" if engine == "sqlite" else "sqlite", tmp_path) as empty:
        yield empty


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def either(request, tmp_path):
    """An empty place on either engine."""
    async with empty_place(request.param, tmp_path) as empty:
        yield empty


async def test_a_backup_is_of_one_instant_though_others_go_on_writing(place):
    async with place.store() as store:
        await keep_some(store, 0)
        async with snapshot_of(place.url) as snapshot:
            first = {table.name: await counted(snapshot, table) for table in TABLES[:1]}
            await keep_some(store, 1)
            later = {table.name: await counted(snapshot, table) for table in TABLES}
            assert len(await store.rows(select(WORK))) == 2, "the writer went on meanwhile"
        assert (later["events"], later["work"]) == (BATCH, 1)
        assert first.items() <= later.items()


async def counted(snapshot, table):
    return sum([rows async for rows, _ in snapshot.pieces(table)])


async def test_a_backup_under_load_holds_whole_batches_only(place, monkeypatch):
    monkeypatch.setattr(archive, "PIECE_BYTES", 2_000)
    async with place.store() as store:
        await keep_some(store, 0)

        async def writes():
            for number in range(1, BATCHES):
                await keep_some(store, number)

        writing = asyncio.create_task(writes())
        backup = await place.take()
        await writing
    read = everything_in(backup.path)
    batches = int(dict(read["marks"])["batches"])
    assert (len(read["events"]), len(read["work"])) == (batches * BATCH, batches)


def everything_in(path):
    with path.open("rb") as file:
        reader = Reader(file, str(path))
        found = {name: [] for name in reader.header.tables}
        for table, rows in reader.pieces():
            found[table] += rows
    return found


async def test_what_is_put_back_is_what_was_there_on_either_engine(place, either):
    async with place.store() as store:
        await keep_secrets(store)
        await keep_some(store)
        async with store.transaction() as tx:
            contact = Contact(name="Ada", email="ada@example.com")
            await tx.put_order(order("NUL \x00 and \U0001f4e6", contact=contact), NOON, "h")
            await tx.keep_reports([report(bytes(range(256)) * 8_000)])
    before = await place.rows()
    backup = await place.take()
    assert backup == await look_over(backup.path)
    shutil.copy(place.key, either.key)
    restored = await either.restore(backup.path)
    assert (restored.aside, restored.key_written, restored.backup) == (None, False, backup)
    assert await either.rows() == before
    async with either.store() as store:
        assert (await store.contact("shop-1", "NUL \x00 and \U0001f4e6")).name == "Ada"
        async with store.transaction() as tx:  # new rows get numbers of their own
            await tx.put_order(order("new"), NOON, "h")
            assert not await tx.add_events([(event(text="new"), None)]), "it is not there yet"
    await either.take()
    again = everything_in(either.backup)
    assert len(again["orders"]) == len(before["orders"]) + 1


async def test_an_answer_that_told_nothing_new_comes_back_from_a_backup_byte_for_byte(place, either):
    told = [report(b'{"id": %d, "data": "%s"}' % (one, b"the same " * 30)) for one in range(6)]
    async with place.store() as store:
        for one in told:
            async with store.transaction() as tx:
                await tx.keep_reports([one], {one.body_hash})
        assert len(await store.rows(select(REPORT_BODIES))) == 1, "none was a repeat"
    await place.take()
    shutil.copy(place.key, either.key)
    await either.restore(place.backup)
    later = report(b'{"id": 7, "data": "%s"}' % (b"the same " * 30))
    async with either.store() as store:
        async with store.transaction() as tx:
            await tx.keep_reports([later], {later.body_hash})
        rows = await store.rows(select(REPORTS.c.seq, REPORTS.c.repeats).order_by(REPORTS.c.seq))
        assert [await store.report_as_heard(seq) for seq, _ in rows] == [one.body for one in [*told, later]]
        assert rows[-1][1] == rows[0][0], "what was restored is not repeated by what comes after"


async def test_indexes_are_as_a_first_start_makes_them(place):
    async with place.store():
        fresh = await indexes(place.url)
    await place.take()
    await place.restore(place.backup)
    assert await indexes(place.url) == fresh


async def indexes(url):
    if url.startswith("sqlite"):
        connection = apsw.Connection(url.removeprefix("sqlite:"))
        return {*connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'")}
    connection = await asyncpg.connect(url)
    found = await connection.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
    await connection.close()
    return {row[0] for row in found}


async def test_no_secret_stands_readable_in_a_backup(place):
    async with place.store() as store:
        await keep_secrets(store)
    await place.take()
    told = [*CANARIES, "2015550100", "07666", place.key.read_text("ascii").strip()]
    unpacked = repr(everything_in(place.backup)).encode() + place.backup.read_bytes()
    assert b"1001" in unpacked
    assert [word for word in told if word.encode() in unpacked] == []


async def test_the_key_is_in_a_backup_only_when_asked_for_and_is_put_back_from_it(place, other):
    async with place.store() as store:
        await keep_secrets(store)
    backup = await place.take(with_key=True)
    assert backup.has_key
    assert (await other.restore(place.backup)).key_written
    assert other.key.read_text("ascii") == place.key.read_text("ascii")
    assert other.key.stat().st_mode & 0o777 == 0o600
    assert await other.rows() == await place.rows()


async def test_without_its_key_a_backup_is_refused_and_the_key_is_named(place, other):
    async with place.store() as store:
        await keep_secrets(store)
    backup = await place.take()
    begins = backup.key_check[:12]
    await refused(
        other, place.backup, f"sealed with the key whose check begins with {begins}, and the key file"
    )
    other.key.touch(0o600)
    other.key.write_text("00" * 32, "ascii")
    await refused(other, place.backup, f"is not the one .* was sealed with: put the key .* {begins}")


async def refused(place, path, says, **more):
    """One sentence with the fix, and nothing is touched."""
    before = place.files()
    with pytest.raises(StoreError, match=says) as error:
        await place.restore(path, **more)
    assert "\n" not in str(error.value)
    assert ": " in str(error.value)
    assert place.files() == before


async def test_a_database_that_is_not_empty_is_replaced_only_when_asked_and_kept_aside(place, tmp_path):
    async with place.store() as store:
        await keep_some(store, 0)
    await place.take()
    async with place.store() as store:
        await keep_some(store, 1)
    newer = await place.rows()
    await refused(place, place.backup, "is not empty: .*--replace")
    assert await place.rows() == newer
    restored = await place.restore(place.backup, replace=True)
    assert len((await place.rows())["work"]) == 1
    if place.url.startswith("sqlite"):
        aside = Place(f"sqlite:{restored.aside}", tmp_path)
        assert await aside.rows() == newer
    else:
        schema = restored.aside.removeprefix("the schema ")
        assert await Place(f"{place.url}&search_path={schema}", tmp_path).rows() == newer


async def test_a_database_in_use_is_left_alone(place):
    async with place.store() as store:
        await keep_some(store, 0)
        await place.take()
        before = await rows_of(store)
        with pytest.raises(StoreError, match=r"in use by .*: stop"):
            await place.restore(place.backup, replace=True)
        await keep_some(store, 1)
        assert len(await store.rows(select(MARKS))) == 1
        assert len((await rows_of(store))["work"]) == len(before["work"]) + 1


async def test_a_damaged_backup_changes_nothing(place, other):
    async with place.store() as store:
        await keep_secrets(store)
        await keep_some(store)
    await place.take()
    shutil.copy(place.key, other.key)
    whole = place.backup.read_bytes()
    damaged = other.folder / "damaged"
    for content in (whole[: len(whole) // 2], whole[:-1], whole + b"x", flipped(whole)):
        damaged.write_bytes(content)
        await refused(other, damaged, "is damaged .*: use another one")
        with pytest.raises(ArchiveError, match="is damaged"):
            await look_over(damaged)
    await refused(other, other.key, "is not a backup of Milepost")
    await refused(other, other.folder / "nothing", "cannot be read .*: name a file that can")
    await other.restore(place.backup)


def flipped(content):
    changed = bytearray(content)
    changed[-len(content) // 3] ^= 1
    return bytes(changed)


async def test_a_backup_of_another_schema_is_refused(place, other, monkeypatch):
    async with place.store():
        pass
    await place.take()
    shutil.copy(place.key, other.key)
    monkeypatch.setattr(restoring, "SCHEMA_VERSION", 0)
    await refused(other, place.backup, "made by a newer Milepost .*install that version")
    monkeypatch.setattr(restoring, "SCHEMA_VERSION", 99)
    await refused(other, place.backup, "made by an older Milepost .*with that version, then upgrade")


async def test_a_database_of_another_program_is_no_place_for_a_backup(place, other, tmp_path):
    async with place.store():
        pass
    await place.take()
    shutil.copy(place.key, other.key)
    if other.url.startswith("sqlite"):
        path = Path(other.url.removeprefix("sqlite:"))
        apsw.Connection(str(path)).execute("CREATE TABLE cats (name TEXT)")
        await refused(other, place.backup, "belongs to another program", replace=True)
        path.write_bytes(b"%PDF-1.7")  # noqa: ASYNC240 - nothing else runs
        await refused(other, place.backup, "file of another kind", replace=True)
    else:
        connection = await asyncpg.connect(other.url)
        await connection.execute("CREATE TABLE cats (name TEXT)")
        await refused(other, place.backup, "belongs to another program", replace=True)
        await connection.close()


async def test_there_is_nothing_to_back_up_before_the_first_start(place):
    with pytest.raises(StoreError, match=r"is not there|holds nothing of Milepost yet"):
        await place.take()
    assert not place.backup.exists()


async def test_a_backup_never_replaces_a_file(place):
    async with place.store():
        pass
    await place.take()
    whole = place.backup.read_bytes()
    with pytest.raises(StoreError, match="is there already: name another file"):
        await place.take()
    assert place.backup.read_bytes() == whole
    assert place.backup.stat().st_mode & 0o777 == 0o600


async def test_events_of_every_time_can_be_put_back(place, other):
    """Wherever an engine keeps a time's events, there is room for them."""
    async with place.store() as store, store.transaction() as tx:
        far = [NOON + timedelta(days=days) for days in (-4000, -400, -40, 0, 40, 400, 4000)]
        await tx.add_events([(event(at=at, heard_at=at), "s1") for at in far])
    await place.take()
    shutil.copy(place.key, other.key)
    await other.restore(place.backup)
    assert (await other.rows())["events"] == (await place.rows())["events"]
    assert len((await other.rows())[EVENTS.name]) == 7
