"""PostgreSQL: the same store, for several nodes; every commit waits for the disk (reliability.md §2)."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from milepost.ports.contention import again_if_contended
from milepost.ports.store import StoreError, Trouble
from milepost.store.sql.claims import CLAIM, NAMESPACE, buckets
from milepost.store.sql.compiled import Compiled, Compiler, addition
from milepost.store.sql.engine import Addition, Found, Row
from milepost.store.sql.postgres_failures import failures_told, why_unreadable
from milepost.store.sql.writers import Writers

CONNECTIONS_MAX = 8
WRITERS_MAX = 4  # of them; the others are left to readers, those inside a transaction too
CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 60.0
STATEMENT_CACHE = 500
NUL, NUL_STANDS = "\x00", "\uffff"  # PostgreSQL keeps no NUL in a text, SQLite does; U+FFFF is no letter

TABLES = """SELECT c.relname FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"""


class PostgresEngine:
    """One database of a PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._compiler = Compiler(dialect())  # type: ignore[no-untyped-call]
        self._writers = Writers(WRITERS_MAX)
        self._pool: asyncpg.Pool | None = None
        self.reader = _Reader(self)

    @property
    def name(self) -> str:
        """Host and database; never the user or the password."""
        try:
            parts = urlsplit(self._url)
            base, host = parts.path.lstrip("/") or "postgres", parts.hostname or "this machine"
            return f"the PostgreSQL database {base} on {host}"
        except ValueError:
            return "the PostgreSQL database of store.url"

    async def examine(self) -> Found:
        unreadable = why_unreadable(self._url)
        if unreadable is not None:
            raise StoreError(unreadable)
        async with failures_told(self.name):
            connection = await asyncpg.connect(self._url, timeout=CONNECT_TIMEOUT_S)
            try:
                tables = frozenset(row[0] for row in await connection.fetch(TABLES))
                if "milepost_schema" not in tables:
                    return Found(tables)
                row = await connection.fetchrow("SELECT version, key_check FROM milepost_schema")
                return Found(tables, *(row or ()))
            finally:
                await connection.close()

    async def open(self) -> None:
        async with failures_told(self.name):
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=CONNECTIONS_MAX,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=STATEMENT_TIMEOUT_S,
                statement_cache_size=STATEMENT_CACHE,
                reset=_leave_as_it_is,
                server_settings={"application_name": "milepost", "synchronous_commit": "on", "jit": "off"},
            )

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["_Writer"]:
        """Several at a time, here and on other nodes; who decides on facts claims their names first."""
        async with self._writers.place(), self.connection() as connection:
            transaction = connection.transaction()
            async with failures_told(self.name):
                await transaction.start()
            try:
                yield _Writer(self, connection)
            except BaseException:
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await transaction.rollback()  # a lost connection has rolled back by itself
                raise
            async with failures_told(self.name):
                await transaction.commit()

    def connection(self) -> AbstractAsyncContextManager[asyncpg.pool.PoolConnectionProxy]:
        if self._pool is None:
            raise StoreError(f"{self.name} is not open: start the store first", Trouble.NOT_OPEN)
        return _taken(self._pool, self.name)

    def compiled(self, statement: Any, first: Mapping[str, Any] | None, *, counted: bool = False) -> Compiled:
        return self._compiler.compiled(statement, first or (), counted=counted)


class _Reader:
    """Each statement by itself, on any connection."""

    engine = "postgres"

    def __init__(self, owner: PostgresEngine) -> None:
        self._owner = owner

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        async with self._owner.connection() as connection:
            return await _Writer(self._owner, connection).rows(statement, parameters)

    @again_if_contended
    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.run(statement, parameters)

    async def add(self, told: Addition, rows: Sequence[Row]) -> list[Row]:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.add(told, rows)

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        async with self._owner.connection() as connection:
            return await _Writer(self._owner, connection).each(statement, parameters)

    async def claim(self, names: Iterable[str]) -> bool:
        """Raises RuntimeError: what is held outside a transaction is held for no time at all."""
        raise RuntimeError("names are claimed inside a transaction")


class _Writer:
    """Statements on one connection."""

    engine = "postgres"

    def __init__(self, owner: PostgresEngine, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._owner = owner
        self._connection = connection

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._owner.compiled(statement, parameters)
        values = _outward(made.values(parameters))
        async with failures_told(self._owner.name):
            return _inward(await self._connection.fetch(made.text, *values))

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        if len(parameters) > 1:  # all in one go; each changed row gives one back, to be counted
            made = self._owner.compiled(statement, parameters[0], counted=True)
            return len(await self._many(made, parameters))
        first = parameters[0] if parameters else None
        made = self._owner.compiled(statement, first)
        values = _outward(made.values(first))
        async with failures_told(self._owner.name):
            return _changed(await self._connection.execute(made.text, *values))

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        return _inward(await self._many(self._owner.compiled(statement, parameters[0]), parameters))

    async def claim(self, names: Iterable[str]) -> bool:
        """Hold these names until the transaction ends."""
        wanted = buckets(names)
        if wanted:
            async with failures_told(self._owner.name):
                await self._connection.fetch(CLAIM, NAMESPACE, wanted)
        return True

    async def add(self, told: Addition, rows: Sequence[Row]) -> list[Row]:
        """Each row that was not there gives its key back."""
        made = self._owner.compiled(addition(told, returning=True), None)
        values = [_outward(row) for row in rows]
        async with failures_told(self._owner.name):
            return _inward(await self._connection.fetchmany(made.text, values)) if rows else []

    async def _many(self, made: Compiled, parameters: Sequence[Mapping[str, Any]]) -> list[Any]:
        values = [_outward(made.values(one)) for one in parameters]
        async with failures_told(self._owner.name):
            return await self._connection.fetchmany(made.text, values)  # type: ignore[no-any-return]


@asynccontextmanager
async def _taken(pool: asyncpg.Pool, name: str) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    async with failures_told(name):
        connection = await pool.acquire(timeout=STATEMENT_TIMEOUT_S)
    try:
        yield connection
    finally:
        await asyncio.shield(pool.release(connection))


async def _leave_as_it_is(connection: Any) -> None:
    """Nothing we run leaves settings behind on a connection, so there is nothing to take back."""


def _outward(values: Iterable[Any]) -> list[Any]:
    return [
        value.replace(NUL, NUL_STANDS) if isinstance(value, str) and NUL in value else value
        for value in values
    ]


def _inward(records: Iterable[Iterable[Any]]) -> list[Row]:
    return [
        tuple(
            [
                value.replace(NUL_STANDS, NUL) if isinstance(value, str) and NUL_STANDS in value else value
                for value in record
            ]
        )
        for record in records
    ]


def _changed(answer: str) -> int:
    """Of a command's answer, e.g. `UPDATE 3` or `INSERT 0 1`."""
    last = answer.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0
