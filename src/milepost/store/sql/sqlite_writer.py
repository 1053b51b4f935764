"""The one connection that writes, in a thread of its own; transactions share commits (decision 0014)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import apsw

from milepost.ports.store import StoreError, Trouble
from milepost.store.sql.compiled import Compiler, addition, as_json, keys_since, newest_seq
from milepost.store.sql.engine import Addition, Row
from milepost.store.sql.sqlite_file import FAILURES, told
from milepost.store.sql.turn import Turn

GROUP_S = 0.005
"""A group that has been open this long takes no further transaction."""

GROUP_MAX = 128
"""Transactions in one group, at most."""

SMALL = 32
"""Rows to write, or parts of a list asked for, up to which a statement is quicker done than handed over."""

CHECKPOINT_PAGES = 4000
"""16 MB of log before pages go home: half the disk work of SQLite's default, measured."""

BEGIN = "BEGIN IMMEDIATE"
T = TypeVar("T")


class _Group:
    """Transactions that become durable by one commit: all of them, or none."""

    def __init__(self) -> None:
        self.closes_at = time.monotonic() + GROUP_S
        self.members = 0
        self.lost: Exception | None = None  # SQLite took everything back, and why
        self.end: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

    @property
    def is_full(self) -> bool:
        return self.members >= GROUP_MAX or time.monotonic() >= self.closes_at


class SqliteWriter:
    """Runs transactions one at a time; the commit around them comes when nobody waits.

    Each but the first of a group is a savepoint. The first needs none, since nobody else's work is there to
    be kept when it fails; and a savepoint makes SQLite copy every page that is then written, which a large
    batch, mostly alone in its group, would pay for.
    """

    def __init__(self, name: str, connect: Callable[[], apsw.Connection], compiler: Compiler) -> None:
        self._name = name
        self._connect = connect
        self._compiler = compiler
        self._thread: ThreadPoolExecutor | None = None
        self._connection: apsw.Connection | None = None
        self._is_stale = False
        self._under_way = 0  # pieces of work in the thread, or waiting for it
        self._turn = Turn(self._commit)
        self._group: _Group | None = None
        self._before: list[str] = []  # said to SQLite ahead of the next statement: saves a thread hop each

    async def open(self) -> None:
        """Raises StoreError when the file cannot be written."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="milepost-writer")
        await self._do(self._open)

    def _open(self) -> None:
        self._connection = self._connect()
        self._connection.wal_autocheckpoint(CHECKPOINT_PAGES)

    async def close(self) -> None:
        """Wait for what is under way."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.to_thread(thread.shutdown, wait=True)
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*FAILURES):
                connection.close()

    @property
    def connection(self) -> apsw.Connection:
        """Raises StoreError when the store is not started."""
        if self._connection is None:
            raise self._not_open()
        return self._connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["SqliteSession"]:
        """Ends only after the commit that holds it. An error takes this one back, and only this one."""
        async with self._turn.taken():
            group = self._joined()
            is_first = group.members == 0
            try:
                yield SqliteSession(self, group, self._compiler)
            except BaseException:
                if is_first:
                    self._abandon()
                else:
                    self._before += ["ROLLBACK TO one", "RELEASE one"]
                raise
            if not is_first:
                self._before.append("RELEASE one")
            group.members += 1
            if group.is_full:
                self._commit()
        failed = await asyncio.shield(group.end)
        if failed is not None:
            raise told(failed, self._name) from failed

    def _joined(self) -> _Group:
        if self._thread is None:
            raise self._not_open()
        if self._group is None or self._group.lost is not None:
            self._commit()
            self._group = _Group()
            self._before = [BEGIN]
        if self._group.members > 0:
            self._before.append("SAVEPOINT one")
        return self._group

    def _abandon(self) -> None:
        """Take back a group nobody else is in."""
        begun, self._group, self._before = BEGIN not in self._before, None, []
        if begun and self._thread is not None:  # stopped meanwhile: SQLite takes it back by itself
            self._submit(self._roll_back)

    def _roll_back(self) -> None:
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        except FAILURES:
            self._is_stale = True

    def _commit(self) -> None:
        """Make the open group durable, if there is one, and tell its members when that is done."""
        group, self._group = self._group, None
        before, self._before = [*self._before, "COMMIT"], []
        if group is None:
            return
        try:
            done = self._submit(lambda: self._in_group(group, before, _nothing_more))
        except StoreError as error:  # stopped meanwhile; what is not committed, SQLite takes back
            group.end.set_result(error)
        else:
            done.add_done_callback(lambda done: group.end.set_result(done.exception()))

    async def within(self, group: _Group, work: Callable[[], T], *, small: bool) -> T:
        """Do it inside the group's transaction.

        Small work is done here and now if the thread is idle: it touches memory, and handing it over takes
        several times as long. What may wait for the disk or for another program goes to the thread.
        """
        before, self._before = self._before, []
        try:
            if small and BEGIN not in before and self._under_way == 0:
                return self._in_group(group, before, work)
            return await asyncio.shield(self._submit(lambda: self._in_group(group, before, work)))
        except apsw.Error as error:
            if group.lost is None and not isinstance(error, FAILURES):
                raise  # a fault of the statement
            raise told(error, self._name) from error

    def _in_group(self, group: _Group, before: Sequence[str], work: Callable[[], T]) -> T:
        """What fails on the way to `work` is everybody's failure."""
        if group.lost is not None:
            raise group.lost
        try:
            if BEGIN in before:
                self._renew()
            elif not self.connection.in_transaction:  # else what follows would be kept by itself
                raise apsw.AbortError("SQLite ended the transaction")
            for text in before:
                self.connection.execute(text)
        except Exception as error:
            self._take_back(group, error)
            raise
        try:
            return work()
        except FAILURES as error:
            if not self.connection.in_transaction:  # SQLite takes all back after some failures
                self._take_back(group, error)
            raise

    def _take_back(self, group: _Group, error: Exception) -> None:
        group.lost = error
        self._is_stale = True
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _renew(self) -> None:
        """After a failure the next group starts on a new connection: an old one may not see the recovery."""
        if self._is_stale:
            old = self.connection
            self._open()
            self._is_stale = False
            with suppress(*FAILURES):
                old.close()

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await self._submit(work)
        except FAILURES as error:
            raise told(error, self._name) from error

    def _submit(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        if self._thread is None:
            raise self._not_open()
        self._under_way += 1
        done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        done.add_done_callback(self._is_done)
        return done

    def _is_done(self, _: "asyncio.Future[Any]") -> None:
        self._under_way -= 1

    def _not_open(self) -> StoreError:
        return StoreError(f"{self._name} is not open: start the store first", Trouble.NOT_OPEN)


class SqliteSession:
    """Statements inside one transaction."""

    engine = "sqlite"

    def __init__(self, writer: SqliteWriter, group: _Group, compiler: Compiler) -> None:
        self._writer = writer
        self._group = group
        self._compiler = compiler

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._compiler.compiled(statement, parameters or ())
        values = tuple([as_json(value) for value in made.values(parameters)])
        return await self._within(
            lambda: self._writer.connection.execute(made.text, values).fetchall(),
            size=max(
                (len(value) for value in (parameters or {}).values() if isinstance(value, list)), default=1
            ),
        )

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        sets = parameters or ({},)
        made = self._compiler.compiled(statement, sets[0])
        values = [made.values(one) for one in sets]
        if any(isinstance(value, (list, tuple)) for value in values[0]):
            values = [tuple([as_json(value) for value in one]) for one in values]

        def work() -> int:
            connection = self._writer.connection
            before = connection.total_changes()
            connection.executemany(made.text, values)
            return connection.total_changes() - before

        return await self._within(work, size=len(sets))

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        made = self._compiler.compiled(statement, parameters[0])
        values = [made.values(one) for one in parameters]
        return await self._within(
            lambda: self._writer.connection.executemany(made.text, values).fetchall(), size=len(values)
        )

    async def claim(self, names: Iterable[str]) -> bool:
        """There is one writer, so nothing has to be claimed."""
        return False

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        """Without asking row by row which were new, which would double the cost: they have a higher `seq`."""
        made = self._compiler.compiled(addition(told))
        newest, since = self._compiler.compiled(newest_seq(told)), self._compiler.compiled(keys_since(told))

        def work() -> set[Row]:
            connection = self._writer.connection
            before = connection.total_changes()
            [(last,)] = connection.execute(newest.text).fetchall()
            connection.executemany(made.text, rows)
            if connection.total_changes() - before == len(rows):
                return set()
            return told.keys_of(rows) - set(connection.execute(since.text, (last or 0,)).fetchall())

        return await self._within(work, size=len(rows)) if rows else set()

    async def _within(self, work: Callable[[], T], *, size: int) -> T:
        return await self._writer.within(self._group, work, small=size <= SMALL)


def _nothing_more() -> None:
    """A commit is all there is to do."""
