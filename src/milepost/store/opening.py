"""Picks the database engine by its address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from milepost.ports.clock import Clock
from milepost.ports.store import Store, StoreError
from milepost.store.migrator import Migrator
from milepost.store.schema import why_refused
from milepost.store.sql.engine import Engine
from milepost.store.sql.postgres import PostgresEngine
from milepost.store.sql.sqlite import SqliteEngine
from milepost.store.sql_store import SqlStore

SHAPES = "`sqlite:PATH` or `postgres://user:password@host/database`"


def open_store(url: str, key_file: str | Path, clock: Clock) -> Store:
    """The store at `url` (settings.store.url), not started yet. Raises StoreError for another address."""
    return SqlStore(engine_of(url), Path(key_file), clock)


@asynccontextmanager
async def open_migrator(url: str, key_file: str | Path) -> AsyncIterator[Migrator]:
    """What moves the tables of the database at `url`, which is open meanwhile. Raises StoreError."""
    database = engine_of(url)
    found = await database.examine()
    try:
        refusal = why_refused(found, database.name)
        if refusal is None and not found.tables:
            refusal = f"{database.name} is empty: start Milepost, which makes its tables"
        if refusal is not None:
            raise StoreError(refusal)
        await database.open()
        yield Migrator(database, key_file=Path(key_file))
    finally:
        await database.close()


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for another engine. Raises StoreError when it names none."""
    scheme, _, rest = url.partition(":")
    if scheme != "sqlite":
        return None
    path = rest.removeprefix("///")  # as other programs write it: sqlite:///relative, sqlite:////absolute
    if path in ("", ":memory:"):
        raise StoreError("store.url names no file: write `sqlite:var/milepost.sqlite`")
    return Path(path)


def engine_of(url: str) -> Engine:
    """The database at `url`, not opened yet. Raises StoreError for an address of neither kind."""
    file = file_of(url)
    if file is not None:
        return SqliteEngine(file)
    scheme, _, _ = url.partition(":")
    if scheme in ("postgres", "postgresql"):
        return PostgresEngine(url)
    shown = urlsplit(url).scheme or "nothing"  # never more of it: it may hold a password
    raise StoreError(f"store.url begins with {shown!r}, which is not a database we know: write {SHAPES}")
