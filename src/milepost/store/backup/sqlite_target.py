"""Puts a backup back into a SQLite file: a new file is made beside it, and renamed when it is whole."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import apsw
from sqlalchemy import Table

from milepost.ports.clock import Clock
from milepost.ports.store import Store, StoreError
from milepost.store.backup.file import sync_folder
from milepost.store.backup.snapshots import columns_of
from milepost.store.backup.targets import TOLD_TABLES, not_empty
from milepost.store.sql.engine import Row
from milepost.store.sql.lock_file import LockFile
from milepost.store.sql.sqlite import SqliteEngine
from milepost.store.sql.sqlite_file import HEADER, told
from milepost.store.sql_store import SqlStore

UNFINISHED = ".restoring"
CACHE_KIB = 262_144
BESIDE = ("", "-wal", "-shm", "-journal", ".lock")
INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"


class SqliteTarget:
    """The file in the making."""

    def __init__(self, path: Path, key_file: Path, clock: Clock, *, had_something: bool) -> None:
        self._path = path
        self._new = path.with_name(path.name + UNFINISHED)
        self._clock = clock
        self._had_something = had_something
        self._store = SqlStore(SqliteEngine(self._new), key_file, clock)
        self._indexes: list[tuple[str, str]] = []
        self._loading: apsw.Connection | None = None

    @property
    def store(self) -> Store:
        return self._store

    async def prepare(self) -> None:
        """The tables, as every first start makes them, without the indexes."""
        _clear(self._new)
        await self._store.start()
        await self._store.stop()
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        """Nothing waits for the disk yet: a file that is not finished is made anew."""
        self._loading = connection = apsw.Connection(str(self._new))
        connection.pragma("journal_mode", "off")
        connection.pragma("synchronous", "off")
        connection.pragma("locking_mode", "exclusive")
        connection.pragma("cache_size", -CACHE_KIB)
        self._indexes = [(name, sql) for name, sql in connection.execute(INDEXES)]
        connection.execute("BEGIN")
        for name, _ in self._indexes:
            connection.execute(f'DROP INDEX "{name}"')

    async def load(self, table: Table, rows: Sequence[Row]) -> None:
        columns = columns_of(table)
        named, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({named}) VALUES ({marks})'  # noqa: S608 - our own names
        await asyncio.to_thread(self._do, lambda open_: open_.executemany(statement, rows))

    async def complete(self) -> None:
        await asyncio.to_thread(self._make_indexes)
        await self._store.start()

    def _make_indexes(self) -> None:
        for statement in [*(sql for _, sql in self._indexes), "COMMIT"]:
            self._do(partial(_execute, statement=statement))
        self.close()

    async def take_place(self) -> str | None:
        await self._store.stop()  # the last to leave moves the log home
        return await asyncio.to_thread(self._take_place)

    def _take_place(self) -> str | None:
        """One rename: before it the old database is there, after it the new one."""
        _sync(self._new)
        aside = None
        if self._path.exists():
            aside = self._keep_aside()
        self._new.rename(self._path)
        sync_folder(self._path.parent)
        _clear(self._new)
        return str(aside) if aside else None

    def _keep_aside(self) -> Path | None:
        """What is there gets a second name first; a log that is left would be taken for the new file's."""
        _settle(self._path)
        aside = _free_name(self._path, self._clock.now()) if self._had_something else None
        if aside is not None:
            _name_twice(self._path, aside)
        for ending in ("-wal", "-shm"):
            rest = self._path.with_name(self._path.name + ending)
            if rest.exists() and aside is not None:
                rest.rename(aside.with_name(aside.name + ending))
            rest.unlink(missing_ok=True)
        return aside

    def _do(self, work: Callable[[apsw.Connection], object]) -> None:
        if self._loading is None:
            raise StoreError("the new database is not prepared")
        try:
            work(self._loading)
        except apsw.Error as error:
            raise told(error, f"the SQLite database {self._new}") from error

    def close(self) -> None:
        if self._loading is not None:
            self._loading.close()
            self._loading = None

    async def give_up(self) -> None:
        """As if nothing had been."""
        self.close()
        await self._store.stop()
        _clear(self._new)


@asynccontextmanager
async def sqlite_target(
    path: Path, key_file: Path, clock: Clock, *, replace: bool
) -> AsyncIterator[SqliteTarget]:
    """Holds the file for us alone. Raises StoreError when it is in use, not ours, or not empty."""
    name = f"the SQLite database {path}"
    lock = LockFile(path.with_name(path.name + ".lock"))
    lock.take(name)
    try:
        had_something = _look(path, name, replace=replace)
        target = SqliteTarget(path, key_file, clock, had_something=had_something)
        try:
            await target.prepare()
            yield target
        finally:
            await target.give_up()
    finally:
        lock.release()


def _execute(connection: apsw.Connection, *, statement: str) -> None:
    connection.execute(statement)


def _look(path: Path, name: str, *, replace: bool) -> bool:
    """Whether anything is there that must be kept."""
    if path.is_dir():
        raise StoreError(f"{name} is a folder: name a file in store.url")
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        if file.read(len(HEADER)) != HEADER:
            raise StoreError(f"{name} is a file of another kind: move it away, or name another in store.url")
    try:
        if not _has_rows(path, name):
            return False
    except apsw.Error as error:
        if not replace:
            raise StoreError(f"{name} cannot be read: say --replace, which keeps it aside") from error
        return True
    if not replace:
        raise StoreError(not_empty(name))
    return True


def _has_rows(path: Path, name: str) -> bool:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "milepost_schema" not in tables:
            raise StoreError(f"{name} belongs to another program: name another file in store.url")
        return any(
            connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()  # noqa: S608 - our own names
            for table in TOLD_TABLES
            if table in tables
        )
    finally:
        connection.close()


def _settle(path: Path) -> None:
    """Move the log of the old database home; one that cannot be read keeps its log beside it."""
    with suppress(apsw.Error):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _name_twice(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # a disk without second names: for an instant there is no database
        path.rename(other)


def _free_name(path: Path, now: datetime) -> Path:
    for number in range(1, 1000):
        ending = f".before-restore-{now:%Y%m%dT%H%M%SZ}" + (f"-{number}" if number > 1 else "")
        if not (aside := path.with_name(path.name + ending)).exists():
            return aside
    raise StoreError(f"{path.parent} is full of old databases: move some away")


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _clear(path: Path) -> None:
    for ending in BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
