"""SQLite: one file, one writer, and a few readers beside it (decisions 0007 and 0014; stack.md section 2)."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw
from sqlalchemy.dialects import sqlite

from milepost.ports.store import StoreError, Trouble
from milepost.store.sql.compiled import Compiler, as_json
from milepost.store.sql.engine import Addition, Found, Row, Session, found_in
from milepost.store.sql.lock_file import LockFile
from milepost.store.sql.sqlite_file import FAILURES, connect, make_durable, refuse_other_formats, told
from milepost.store.sql.sqlite_snapshot import read_in_one_go
from milepost.store.sql.sqlite_writer import SqliteSession, SqliteWriter
from milepost.store.sql.verbatim import Verbatim

READERS = 3
T = TypeVar("T")


COMPILER = Compiler(sqlite.dialect(paramstyle="qmark"))
"""One for all files that this process opens: to compile takes longer than to run, and tests open hundreds."""


CUT_OFF = (
    apsw.SQLITE_READONLY_ROLLBACK,
    apsw.SQLITE_READONLY_RECOVERY,
    apsw.SQLITE_READONLY_CANTINIT,
)
"""Why a file cannot be looked at without being changed: its last writer was cut off in the middle. Opened for
writing, SQLite puts it right by itself, and only then can it be read."""


class SqliteEngine:
    """One database file, held by this process alone while it is open."""

    def __init__(self, path: Path, *, vfs: str | None = None) -> None:
        """`vfs`: the registered layer below SQLite that reads and writes; None is the system's own."""
        self._path = path
        self._vfs = vfs
        self._lock = LockFile(path.with_name(path.name + ".lock"))
        self._writer = SqliteWriter(self.name, self._connect_writer, COMPILER)
        self._reading: ThreadPoolExecutor | None = None
        self._readers: list[apsw.Connection] = []
        self._own = threading.local()
        self.reader = _Reader(self, COMPILER)

    @property
    def name(self) -> str:
        return f"the SQLite database {self._path}"

    async def examine(self) -> Found:
        """Look at the file without changing it, and hold it from here on."""
        if self._path.is_dir():
            raise StoreError(f"{self.name} is a folder: name a file in store.url")
        refuse_other_formats(self._path, self.name)
        self._lock.take(self.name)
        try:
            return await asyncio.to_thread(self._examine)
        except BaseException:
            self._lock.release()
            raise

    def _examine(self) -> Found:
        if not self._path.exists() or self._path.stat().st_size == 0:
            return Found(frozenset())
        try:
            return self._look(apsw.SQLITE_OPEN_READONLY)
        except apsw.Error as error:
            if getattr(error, "extendedresult", None) not in CUT_OFF:
                raise told(error, self.name) from error
        try:
            return self._look(apsw.SQLITE_OPEN_READWRITE)
        except apsw.Error as error:
            raise told(error, self.name) from error

    def _look(self, flags: int) -> Found:
        connection = apsw.Connection(str(self._path), flags=flags, vfs=self._vfs)
        try:
            tables = frozenset(row[0] for row in connection.execute("SELECT name FROM sqlite_master"))
            if "milepost_schema" not in tables:
                return Found(tables)
            return found_in(tables, connection.execute("SELECT * FROM milepost_schema").fetchone())
        finally:
            connection.close()

    async def open(self) -> None:
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="milepost-reader")
        await self._writer.open()

    def _connect_writer(self) -> apsw.Connection:
        with suppress(FileExistsError):  # a new file is for its owner alone
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = connect(self._path, self._vfs)
        make_durable(connection, self.name)
        return connection

    async def close(self) -> None:
        """Wait for what is under way, then let go of the file."""
        reading, self._reading = self._reading, None
        if reading is not None:
            await asyncio.to_thread(reading.shutdown, wait=True)
        readers, self._readers = self._readers, []
        for connection in readers:
            with suppress(*FAILURES):
                connection.close()
        await self._writer.close()
        self._lock.release()

    def transaction(self) -> AbstractAsyncContextManager[SqliteSession]:
        """One at a time; durable once the block ends without an error."""
        return self._writer.transaction()

    async def beside(self, statements: Sequence[str]) -> None:
        """In a transaction: SQLite has one writer, and this one is quick or comes in batches."""
        async with self.transaction() as session:
            for said in statements:
                await session.run(Verbatim(said))

    @property
    def connection(self) -> apsw.Connection:
        """The writer's. Raises StoreError when the store is not started."""
        return self._writer.connection

    def own_reader(self) -> apsw.Connection:
        """This thread's reading connection."""
        connection: apsw.Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection not in self._readers:
            connection = connect(self._path, self._vfs)
            connection.pragma("query_only", 1)
            self._own.connection = connection
            self._readers.append(connection)
        return connection

    async def snapshot(self, work: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """In one thread, without a hop for each statement."""
        return await self.in_reader(lambda: read_in_one_go(self.own_reader(), COMPILER, work))

    async def in_reader(self, work: Callable[[], T]) -> T:
        """Do it in a reader's thread. Raises StoreError."""
        if self._reading is None:
            raise StoreError(f"{self.name} is not open: start the store first", Trouble.NOT_OPEN)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reading, work)
        except FAILURES as error:
            raise told(error, self.name) from error


class _Reader:
    """Each statement by itself, on a reader's connection."""

    engine = "sqlite"

    def __init__(self, owner: SqliteEngine, compiler: Compiler) -> None:
        self._owner = owner
        self._compiler = compiler

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._compiler.compiled(statement, parameters or ())
        values = tuple([as_json(value) for value in made.values(parameters)])
        return await self._owner.in_reader(
            lambda: self._owner.own_reader().execute(made.text, values).fetchall()
        )

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.run(statement, parameters)

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.add(told, rows)

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        made = self._compiler.compiled(statement, parameters[0])
        values = [made.values(one) for one in parameters]
        return await self._owner.in_reader(
            lambda: self._owner.own_reader().executemany(made.text, values).fetchall()
        )

    async def claim(self, names: Iterable[str]) -> bool:
        """There is one writer, so nothing has to be claimed."""
        return False
