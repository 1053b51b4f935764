"""Picks the database engine by its address."""

from pathlib import Path
from urllib.parse import urlsplit

from milepost.ports.clock import Clock
from milepost.ports.store import Store, StoreError
from milepost.store.sql.engine import Engine
from milepost.store.sql.postgres import PostgresEngine
from milepost.store.sql.sqlite import SqliteEngine
from milepost.store.sql_store import SqlStore

SHAPES = "`sqlite:PATH` or `postgres://user:password@host/database`"


def open_store(url: str, key_file: str | Path, clock: Clock) -> Store:
    """The store at `url` (settings.store.url), not started yet. Raises StoreError for another address."""
    return SqlStore(_engine(url), Path(key_file), clock)


def _engine(url: str) -> Engine:
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        path = rest.removeprefix("///")  # as other programs write it: sqlite:///relative, sqlite:////absolute
        if path in ("", ":memory:"):
            raise StoreError("store.url names no file: write `sqlite:var/milepost.sqlite`")
        return SqliteEngine(Path(path))
    if scheme in ("postgres", "postgresql"):
        return PostgresEngine(url)
    shown = urlsplit(url).scheme or "nothing"  # never more of it: it may hold a password
    raise StoreError(f"store.url begins with {shown!r}, which is not a database we know: write {SHAPES}")
