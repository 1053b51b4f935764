"""A start that cannot be is refused with one sentence and the fix, and touches nothing."""

from pathlib import Path

import apsw
import asyncpg
import pytest
from sqlalchemy import select, update

from milepost.ports.store import StoreError
from milepost.store.opening import open_store
from milepost.store.schema import SCHEMA_VERSION
from milepost.store.tables import SCHEMA
from tests.contract.things import NOON, order
from tests.stores import FixedClock, base_of, fresh_url, on_server, postgres_folder

SECRET = "hunter2"


@pytest.fixture
def opened(tmp_path):
    return lambda url, key="milepost.key": open_store(url, tmp_path / key, FixedClock())


async def refused(store, says):
    """Starting fails with one sentence that names the fix; and so it does a second time."""
    for _ in range(2):
        with pytest.raises(StoreError, match=says) as error:
            await store.start()
        told = str(error.value)
        assert ": " in told, "the fix comes after a colon"
        assert "\n" not in told
        assert not told.endswith(".")
        assert SECRET not in told
    await store.stop()


async def test_what_was_kept_is_there_after_a_restart(url, opened):
    store = opened(url)
    for start in range(3):
        await store.start()
        async with store.transaction() as tx:
            await tx.put_order(order(f"{start}"), NOON, "h")
        await store.stop()
        await store.stop()
    await store.start()
    assert len((await store.orders(shop_ids=None, cursor=None, limit=10)).rows) == 3
    await store.stop()


async def test_a_store_that_is_not_started_says_so(url, opened):
    store = opened(url)
    with pytest.raises(StoreError, match="start"):
        await store.shops()
    with pytest.raises(StoreError, match="start"):
        async with store.transaction():
            pass
    assert await store.healthy() is False
    await store.start()
    assert await store.healthy() is True
    await store.stop()
    with pytest.raises(StoreError, match="start"):
        await store.shops()


async def test_a_database_of_a_newer_milepost_is_refused(url, opened):
    store = opened(url)
    await store.start()
    await store.run(update(SCHEMA).values(version=SCHEMA_VERSION + 1, serves=SCHEMA_VERSION + 1))
    await store.stop()
    await refused(store, "written by a newer Milepost .*install that version again")


async def test_a_newer_database_that_still_serves_this_program_is_used(url, opened):
    store = opened(url)
    await store.start()
    await store.run(update(SCHEMA).values(version=SCHEMA_VERSION + 1, serves=SCHEMA_VERSION))
    await store.stop()
    await store.start()
    assert await store.healthy()
    await store.stop()


async def test_a_database_sealed_with_another_key_is_refused(url, opened, tmp_path):
    store = opened(url)
    await store.start()
    await store.stop()
    await refused(opened(url, "other.key"), "key file .*other.key is missing.*restore it")
    assert not (tmp_path / "other.key").exists()
    (tmp_path / "other.key").touch(0o600)
    (tmp_path / "other.key").write_text("00" * 32)
    await refused(opened(url, "other.key"), "not the one .* was sealed with")


@pytest.mark.postgres
async def test_a_database_of_another_program_is_left_alone(engine, url, opened, tmp_path):
    if engine == "sqlite":
        path = Path(url.removeprefix("sqlite:"))
        apsw.Connection(str(path)).execute("CREATE TABLE cats (name TEXT); INSERT INTO cats VALUES ('Tom')")
        before = path.read_bytes()  # noqa: ASYNC240 - nothing else runs
        await refused(opened(url), "belongs to another program: name an empty database")
        assert path.read_bytes() == before  # noqa: ASYNC240
    else:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE cats (name TEXT)")
        await refused(opened(url), "belongs to another program: name an empty database")
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1
        await connection.close()
    assert not (tmp_path / "milepost.key").exists()


async def test_a_start_at_the_same_time_makes_one_schema(engine, url, opened):
    """Two programs may share PostgreSQL; SQLite is for one."""
    first, second = opened(url), opened(url)
    await first.start()
    if engine == "sqlite":
        await refused(second, r"in use by another program \(process \d+\)")
    else:
        await second.start()
        async with second.transaction() as tx:
            await tx.set_mark("a", "1")
        assert await first.mark("a") == "1"
        assert len(await second.rows(select(SCHEMA))) == 1
        await second.stop()
    await first.stop()
    await second.start()
    await second.stop()


@pytest.mark.parametrize(
    "url", ["", f"mysql://u:{SECRET}@h/d", "milepost.sqlite", "sqlite:", "sqlite::memory:", "postgre://x"]
)
def test_an_address_that_is_none_is_refused(url, opened):
    with pytest.raises(StoreError, match="write `") as error:
        opened(url)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"S", b"SQLite format 3\x00" + b"garbage" * 1000])
async def test_a_file_that_is_no_database_is_left_alone(tmp_path, opened, content):
    (tmp_path / "file").write_bytes(content)
    await refused(opened(f"sqlite:{tmp_path}/file"), "another kind|cannot be read as a database")
    assert (tmp_path / "file").read_bytes() == content


async def test_an_empty_file_becomes_a_database(tmp_path, opened):
    (tmp_path / "file").touch()
    store = opened(f"sqlite:{tmp_path}/file")
    await store.start()
    assert await store.healthy()
    await store.stop()


async def test_what_a_power_cut_left_half_made_is_undone_and_the_start_goes_on(tmp_path, opened):
    """Found by `make sim` (seed 3, cut 1538): the look before the start was not allowed to undo it, and refused."""
    cut = apsw.Connection(str(tmp_path / "before.sqlite"))
    cut.execute("PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE half (made)")
    cut.executemany("INSERT INTO half VALUES (randomblob(4000))", [()] * 100)
    file, journal = tmp_path / "milepost.sqlite", tmp_path / "milepost.sqlite-journal"
    file.write_bytes((tmp_path / "before.sqlite").read_bytes())
    journal.write_bytes((tmp_path / "before.sqlite-journal").read_bytes())
    assert file.stat().st_size > 4096, "nothing half made reached the file"
    store = opened(f"sqlite:{file}")
    await store.start()
    assert await store.healthy()
    assert not journal.exists()
    await store.stop()
    cut.close()


async def test_a_folder_is_made_for_the_database_and_the_file_is_for_its_owner_alone(tmp_path, opened):
    store = opened(f"sqlite:{tmp_path}/var/deep/milepost.sqlite")
    await store.start()
    assert (tmp_path / "var/deep/milepost.sqlite").stat().st_mode & 0o777 == 0o600
    await store.stop()


async def test_a_place_where_no_file_can_be_is_refused(tmp_path, opened):
    (tmp_path / "file").touch()
    await refused(opened(f"sqlite:{tmp_path}"), "is a folder")
    await refused(opened(f"sqlite:{tmp_path}/file/milepost.sqlite"), "cannot be (made|read)")


@pytest.mark.postgres
async def test_a_postgresql_that_cannot_be_used_is_named_without_its_password(opened):
    folder = postgres_folder()
    for url, says in (
        (
            f"postgres://milepost:{SECRET}@/nowhere?host={folder}",
            "database nowhere on .* does not exist: create it",
        ),
        (f"postgres://nobody:{SECRET}@/postgres?host={folder}", "refuses our user"),
        (f"postgres://u:{SECRET}@127.0.0.1:1/d", "cannot be reached: start the server"),
        (f"postgres://u:{SECRET}@host.invalid/d", "cannot be reached"),
        (f"postgres://u:{SECRET}@h:port/d", "cannot be read as a PostgreSQL address"),
        (f"postgres://u:{SECRET}@[::1/d", "cannot be read as a PostgreSQL address"),
    ):
        await refused(opened(url), says)


@pytest.mark.postgres
async def test_a_server_that_does_not_wait_for_the_disk_is_refused(tmp_path, opened):
    async with fresh_url("postgres", tmp_path) as url:
        await on_server(base_of(url), f"ALTER DATABASE {base_of(url)} SET synchronous_commit = off")
        await refused(opened(url), "does not wait for the disk .*set it to on")
        await on_server(base_of(url), f"ALTER DATABASE {base_of(url)} SET synchronous_commit = on")
        store = opened(url)
        await store.start()
        await store.stop()


@pytest.mark.postgres
async def test_a_user_whom_row_security_does_not_bind_is_refused(tmp_path, opened):
    async with fresh_url("postgres", tmp_path) as url:
        await refused(opened(url.replace("milepost@", "postgres@")), "row security does not bind: name one")


async def test_commits_wait_for_the_disk(store, engine):
    if engine == "postgres":
        async with store.transaction() as tx:
            assert await tx._session._connection.fetchval("SHOW synchronous_commit") == "on"
    else:
        connection = store._database.connection
        assert connection.pragma("synchronous") == 2
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("foreign_keys") == 1
