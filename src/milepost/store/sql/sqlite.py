"""SQLite: one file, one writer, and a few readers beside it (decision 0007; stack.md section 2)."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw
from sqlalchemy.dialects import sqlite

from milepost.ports.store import StoreError
from milepost.store.sql.compiled import Compiled, Compiler, addition, as_json
from milepost.store.sql.engine import Addition, Found, Row
from milepost.store.sql.lock_file import LockFile
from milepost.store.sql.turn import Turn

READERS = 3
BUSY_TIMEOUT_MS = 5000
STATEMENT_CACHE = 500
CACHE_KIB = 65_536
CHECKPOINT_PAGES = 4000  # 16 MB of log before pages go home: half the disk work of the default, measured
HEADER = b"SQLite format 3\x00"
T = TypeVar("T")


class SqliteEngine:
    """One database file, held by this process alone while it is open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = LockFile(path.with_name(path.name + ".lock"))
        self._compiler = Compiler(sqlite.dialect(paramstyle="qmark"))
        self._turn = Turn()
        self._writing: ThreadPoolExecutor | None = None
        self._reading: ThreadPoolExecutor | None = None
        self._readers: list[apsw.Connection] = []
        self._own = threading.local()
        self._connection: apsw.Connection | None = None
        self.reader = _Reader(self)

    @property
    def name(self) -> str:
        return f"the SQLite database {self._path}"

    async def examine(self) -> Found:
        """Look at the file without changing it, and hold it from here on."""
        if self._path.is_dir():
            raise StoreError(f"{self.name} is a folder: name a file in store.url")
        _refuse_other_formats(self._path, self.name)
        self._lock.take(self.name)
        try:
            return await asyncio.to_thread(self._examine)
        except BaseException:
            self._lock.release()
            raise

    def _examine(self) -> Found:
        if not self._path.exists() or self._path.stat().st_size == 0:
            return Found(frozenset())
        connection = None
        try:
            connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
            tables = frozenset(row[0] for row in connection.execute("SELECT name FROM sqlite_master"))
            if "milepost_schema" not in tables:
                return Found(tables)
            row = connection.execute("SELECT version, key_check FROM milepost_schema").fetchone()
            return Found(tables, *(row or ()))
        except apsw.Error as error:
            raise told(error, self.name) from error
        finally:
            if connection is not None:
                connection.close()

    async def open(self) -> None:
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="milepost-writer")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="milepost-reader")
        await self.in_writer(self._open)

    def _open(self) -> None:
        with suppress(FileExistsError):  # a new file is for its owner alone
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._connection = _connect(self._path)
        if self._connection.pragma("journal_mode", "wal") != "wal":
            raise StoreError(f"{self.name} cannot keep a write-ahead log: put it on a local disk")
        self._connection.wal_autocheckpoint(CHECKPOINT_PAGES)

    async def close(self) -> None:
        """Wait for what is under way, then let go of the file."""
        for pool in (self._reading, self._writing):
            if pool is not None:
                await asyncio.to_thread(pool.shutdown, wait=True)
        for connection in [*self._readers, self._connection]:
            if connection is not None:
                connection.close()
        self._readers, self._connection, self._reading, self._writing = [], None, None, None
        self._lock.release()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["_Writer"]:
        async with self._turn.taken():
            try:
                await self.in_writer(lambda: self.connection.execute("BEGIN IMMEDIATE"))
                yield _Writer(self)
                # Once begun, a commit is waited for even if nobody wants its answer any more.
                await asyncio.shield(self.in_writer(lambda: self.connection.execute("COMMIT")))
            except BaseException:
                await asyncio.shield(self.in_writer(self._roll_back))
                raise

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    @property
    def connection(self) -> apsw.Connection:
        """The writer's. Raises StoreError when the store is not started."""
        if self._connection is None:
            raise StoreError(f"{self.name} is not open: start the store first")
        return self._connection

    def own_reader(self) -> apsw.Connection:
        """This thread's reading connection."""
        connection: apsw.Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection not in self._readers:
            connection = _connect(self._path)
            connection.pragma("query_only", 1)
            self._own.connection = connection
            self._readers.append(connection)
        return connection

    def compiled(self, statement: Any, first: Mapping[str, Any] | None) -> Compiled:
        return self._compiler.compiled(statement, first or ())

    async def in_writer(self, work: Callable[[], T]) -> T:
        """Do it in the writer's thread; work stands in line there."""
        return await self._in(self._writing, work)

    async def in_reader(self, work: Callable[[], T]) -> T:
        return await self._in(self._reading, work)

    async def _in(self, pool: ThreadPoolExecutor | None, work: Callable[[], T]) -> T:
        if pool is None:
            raise StoreError(f"{self.name} is not open: start the store first")
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except (apsw.FullError, apsw.IOError, apsw.BusyError, apsw.ReadOnlyError, *UNREADABLE) as error:
            raise told(error, self.name) from error


class _Reader:
    """Each statement by itself, on a reader's connection."""

    engine = "sqlite"

    def __init__(self, owner: SqliteEngine) -> None:
        self._owner = owner

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._owner.compiled(statement, parameters)
        values = tuple([as_json(value) for value in made.values(parameters)])
        return await self._owner.in_reader(
            lambda: self._owner.own_reader().execute(made.text, values).fetchall()
        )

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.run(statement, parameters)

    async def add(self, told: Addition, rows: Sequence[Row]) -> list[Row]:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.add(told, rows)

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        made = self._owner.compiled(statement, parameters[0])
        values = [made.values(one) for one in parameters]
        return await self._owner.in_reader(
            lambda: self._owner.own_reader().executemany(made.text, values).fetchall()
        )

    async def claim(self, names: Iterable[str]) -> bool:
        """There is one writer, so nothing has to be claimed."""
        return False


class _Writer:
    """Statements inside the open transaction."""

    engine = "sqlite"

    def __init__(self, owner: SqliteEngine) -> None:
        self._owner = owner

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._owner.compiled(statement, parameters)
        values = tuple([as_json(value) for value in made.values(parameters)])
        return await self._owner.in_writer(
            lambda: self._owner.connection.execute(made.text, values).fetchall()
        )

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        sets = parameters or ({},)
        made = self._owner.compiled(statement, sets[0])
        values = [tuple([as_json(value) for value in made.values(one)]) for one in sets]

        def work() -> int:
            before = self._owner.connection.total_changes()
            self._owner.connection.executemany(made.text, values)
            return self._owner.connection.total_changes() - before

        return await self._owner.in_writer(work)

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        made = self._owner.compiled(statement, parameters[0])
        values = [made.values(one) for one in parameters]
        return await self._owner.in_writer(
            lambda: self._owner.connection.executemany(made.text, values).fetchall()
        )

    async def claim(self, names: Iterable[str]) -> bool:
        """There is one writer, so nothing has to be claimed."""
        return False

    async def add(self, told: Addition, rows: Sequence[Row]) -> list[Row]:
        """Without asking row by row which were new, unless some were not: that would double the cost."""
        key = [told.columns.index(name) for name in told.key]
        plain = self._owner.compiled(addition(told, returning=False), None)
        asking = self._owner.compiled(addition(told, returning=True), None)

        def work() -> list[Row]:
            connection = self._owner.connection
            before = connection.total_changes()
            connection.execute("SAVEPOINT adding")
            connection.executemany(plain.text, rows)
            if connection.total_changes() - before == len(rows):
                connection.execute("RELEASE adding")
                return [tuple([row[place] for place in key]) for row in rows]
            connection.execute("ROLLBACK TO adding")
            connection.execute("RELEASE adding")
            return connection.executemany(asking.text, rows).fetchall()

        return await self._owner.in_writer(work) if rows else []


UNREADABLE = (apsw.NotADBError, apsw.CorruptError, apsw.CantOpenError)


def told(error: Exception, name: str) -> StoreError:
    """What went wrong and what to do, in one sentence."""
    match error:
        case apsw.FullError():
            said = "cannot grow, because the disk is full: make room, nothing is lost"
        case apsw.NotADBError() | apsw.CorruptError():
            said = "cannot be read as a database: restore it from a backup, or name another file in store.url"
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            said = "cannot be opened for writing: check the owner and mode of the file and its folder"
        case apsw.BusyError():
            said = "is held by another program: close it (a database browser, a backup tool)"
        case _:
            said = f"cannot be used ({error}): check the disk it is on"
    return StoreError(f"{name} {said}")


def _connect(path: Path) -> apsw.Connection:
    try:
        connection = apsw.Connection(str(path), statementcachesize=STATEMENT_CACHE)
        connection.wal_autocheckpoint(0)  # only the writer moves pages home
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.pragma("synchronous", "FULL")
        connection.pragma("foreign_keys", 1)
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("temp_store", "memory")
    except apsw.Error as error:
        raise told(error, f"the SQLite database {path}") from error
    return connection


def _refuse_other_formats(path: Path, name: str) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{name} cannot be read ({error.strerror}): check its owner and mode") from error
    if start and start != HEADER:
        raise StoreError(f"{name} is a file of another kind: name another file in store.url")
