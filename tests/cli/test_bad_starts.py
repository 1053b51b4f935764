"""A start on what cannot be used ends with one sentence that says what is wrong and what to do, and touches nothing."""

import os
import subprocess
import sys

import apsw
import pytest
from sqlalchemy import update

from milepost.store.opening import open_store
from milepost.store.schema import SCHEMA_VERSION
from milepost.store.tables import SCHEMA
from tests.sim.programs import free_port
from tests.sim.test_disk_trouble import fill, small_disk
from tests.stores import FixedClock

OUTSIDE, WRONG = 3, 2
LONG_ENOUGH_S = 180
SECRET = "hunter2"
FILE = "milepost.sqlite"


def started(word, folder, url):
    """What a start that is refused says, and its exit code."""
    told = {
        "MILEPOST_STORE__URL": url,
        "MILEPOST_STORE__KEY_FILE": "key",
        "MILEPOST_WEB__PORT": str(free_port()),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "milepost", word],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_ENOUGH_S,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path), **told},
    )
    assert ran.stdout == ""
    return ran.returncode, ran.stderr


def refused(word, folder, says, url=f"sqlite:{FILE}"):
    """One sentence with the fix after a colon, no traceback, no password, and every file is as it was."""
    before = everything_in(folder)
    code, told = started(word, folder, url)
    assert says in told
    assert told.startswith("milepost: ")
    assert told.count("\n") == 1
    assert ": " in told.removeprefix("milepost: ")
    assert SECRET not in told
    assert code in (OUTSIDE, WRONG)
    assert everything_in(folder) == before, "it touched something"


def everything_in(folder):
    """Every file, byte for byte, but for who is using it now (the lock) and SQLite's notes on who reads."""
    notes = (".lock", "-shm", ".sock")
    found = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(notes)}
    return {name: content for name, content in found.items() if content or not name.endswith("-wal")}


async def made(folder, **values):
    """A database of ours, with its key; `values` are what it says of itself otherwise."""
    store = open_store(f"sqlite:{folder}/{FILE}", folder / "key", FixedClock())
    await store.start()
    if values:
        await store.run(update(SCHEMA).values(**values))
    await store.stop()
    return store


def no_database(folder):
    (folder / FILE).write_bytes(b"%PDF-1.7 and so on")


def damaged(folder):
    (folder / FILE).write_bytes(b"SQLite format 3\x00" + b"garbage" * 1000)


def another_programs(folder):
    other = apsw.Connection(str(folder / FILE))
    other.execute("CREATE TABLE cats (name TEXT); INSERT INTO cats VALUES ('Tom')")
    other.close()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_database, "another kind"),
        (damaged, "cannot be read as a database"),
        (another_programs, "belongs to another program: name an empty database in store.url"),
    ],
)
def test_a_file_that_is_none_of_ours_is_left_alone(make, says, tmp_path):
    make(tmp_path)
    refused("run", tmp_path, says)


@pytest.mark.parametrize("word", ["run", "web"])
async def test_a_database_of_a_newer_milepost_is_left_alone(word, tmp_path):
    await made(tmp_path, version=SCHEMA_VERSION + 1, serves=SCHEMA_VERSION + 1)
    refused(word, tmp_path, "was written by a newer Milepost")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            f"postgres://milepost:{SECRET}@127.0.0.1:1/facts",
            "cannot be reached: start the server, or correct",
        ),
        (f"postgres://milepost:{SECRET}@[::1/facts", "cannot be read as a PostgreSQL address: write `"),
        (
            f"mysql://milepost:{SECRET}@db/facts",
            "begins with 'mysql', which is not a database we know: write `",
        ),
        ("sqlite:", "names no file: write `sqlite:"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(url, says, tmp_path):
    refused("run", tmp_path, says, url)


@pytest.mark.parametrize("word", ["run", "web"])
async def test_a_second_program_on_one_file_is_refused_and_the_first_goes_on(word, tmp_path):
    store = await made(tmp_path)
    await store.start()
    try:
        refused(word, tmp_path, f"in use by another program (process {os.getpid()})")
        async with store.transaction() as tx:
            await tx.set_mark("still", "here")
    finally:
        await store.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a small disk takes the superuser")
@pytest.mark.parametrize("is_new", [True, False], ids=["a new database", "one that has facts"])
async def test_on_a_full_disk_it_does_not_start_and_nothing_is_lost(is_new, tmp_path):
    with small_disk(tmp_path / "disk") as folder:
        if not is_new:
            store = await made(folder)
            await store.start()
            async with store.transaction() as tx:
                await tx.set_mark("still", "here")
            await store.stop()
        with (folder / "filler").open("wb", buffering=0) as file:
            fill(file)
        kept = {name: (folder / name).read_bytes() for name in (FILE, "key") if (folder / name).exists()}
        code, told = started("run", folder, f"sqlite:{FILE}")
        assert (code, told.count("\n"), told.startswith("milepost: ")) == (OUTSIDE, 1, True), told
        assert "make room" in told or "No space left" in told
        assert kept == {name: (folder / name).read_bytes() for name in kept}
        (folder / "filler").unlink()
        store = open_store(f"sqlite:{folder}/{FILE}", folder / "key", FixedClock())
        await store.start()
        assert await store.mark("still") == (None if is_new else "here")
        await store.stop()
