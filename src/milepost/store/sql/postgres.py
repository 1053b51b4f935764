"""PostgreSQL: the same store, for several nodes; every commit waits for the disk (reliability.md §2)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from milepost.ports.store import StoreError, Trouble
from milepost.store.sql.compiled import Compiler
from milepost.store.sql.engine import Found, Session, found_in
from milepost.store.sql.postgres_failures import failures_told, why_unreadable
from milepost.store.sql.postgres_session import Glimpse, Inserts, Reader, Writer
from milepost.store.sql.walls import EVERY_SHOP, SETTING, UNBOUND
from milepost.store.sql.writers import Writers

CONNECTIONS_MAX = 8
WRITERS_MAX = 4  # of them; the others are left to readers, those inside a transaction too
CONNECT_TIMEOUT_S = 10.0
ROLLBACK_S = 2.0  # then the connection is dropped: whoever gave up waits for nobody
CLOSE_S = 2.0  # to say good-bye; a server that does not answer keeps nobody from ending
STATEMENT_TIMEOUT_S = 60.0
STATEMENT_CACHE = 500
OLDEST = (15,)
DURABLE = ("on", "remote_apply")  # `synchronous_commit` that waits for our disk, or for another's too

TABLES = """SELECT c.relname FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"""
T = TypeVar("T")


COMPILER = Compiler(dialect())  # type: ignore[no-untyped-call]
"""One for all databases that this process opens, as on SQLite."""


class PostgresEngine:
    """One database of a PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.compiler = COMPILER
        self.whole = Inserts()
        self._writers = Writers(WRITERS_MAX)
        self._pool: asyncpg.Pool | None = None
        self.reader = Reader(self)

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
        """Look without changing anything. Raises StoreError for a server that would lose or show too much."""
        unreadable = why_unreadable(self._url)
        if unreadable is not None:
            raise StoreError(unreadable)
        async with failures_told(self.name):
            connection = await asyncpg.connect(self._url, timeout=CONNECT_TIMEOUT_S)
            try:
                await self._refuse_unsafe(connection)
                tables = frozenset(row[0] for row in await connection.fetch(TABLES))
                if "milepost_schema" not in tables:
                    return Found(tables)
                return found_in(tables, await connection.fetchrow("SELECT * FROM milepost_schema"))
            finally:
                await connection.close()

    async def _refuse_unsafe(self, connection: Any) -> None:
        """As our user finds the server, before we ask for anything ourselves (reliability.md D-08)."""
        if connection.get_server_version() < OLDEST:
            raise StoreError(f"{self.name} is older than PostgreSQL {OLDEST[0]}: upgrade the server")
        waits = await connection.fetchval("SHOW synchronous_commit")
        if waits not in DURABLE:
            raise StoreError(
                f"{self.name} does not wait for the disk (synchronous_commit = {waits}): "
                "set it to on for our user, the database or the server"
            )
        if await connection.fetchval(UNBOUND):
            raise StoreError(
                f"{self.name} is opened as a user whom row security does not bind: name one in store.url "
                "that is no superuser and has no BYPASSRLS, and that owns the database"
            )

    async def open(self) -> None:
        settings = {
            "application_name": "milepost",
            "synchronous_commit": "on",
            "jit": "off",
            SETTING: EVERY_SHOP,
        }
        async with failures_told(self.name):
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=CONNECTIONS_MAX,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=STATEMENT_TIMEOUT_S,
                statement_cache_size=STATEMENT_CACHE,
                reset=_leave_as_it_is,
                server_settings=settings,
            )

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await pool.close()
        except TimeoutError:  # it has dropped its connections
            return

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Writer]:
        """Several at a time, here and on other nodes; who decides on facts claims their names first."""
        async with self._writers.place(), self.connection() as connection:
            transaction = connection.transaction()
            async with failures_told(self.name):
                await transaction.start()
            try:
                yield Writer(self, connection)
            except BaseException:
                await _roll_back(connection, transaction)
                raise
            async with failures_told(self.name):
                await transaction.commit()

    async def snapshot(self, work: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """On one connection, in a transaction that only reads."""
        async with (
            self.connection() as connection,
            failures_told(self.name),
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await work(Glimpse(self, connection))

    async def beside(self, statements: Sequence[str]) -> None:
        """Each by itself, outside any transaction: no other way builds an index beside the writers."""
        async with self.connection() as connection, failures_told(self.name):
            for said in statements:
                await connection.execute(said, timeout=None)

    def connection(self) -> AbstractAsyncContextManager[asyncpg.pool.PoolConnectionProxy]:
        if self._pool is None:
            raise StoreError(f"{self.name} is not open: start the store first", Trouble.NOT_OPEN)
        return _taken(self._pool, self.name)


@asynccontextmanager
async def _taken(pool: asyncpg.Pool, name: str) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    async with failures_told(name):
        connection = await pool.acquire(timeout=STATEMENT_TIMEOUT_S)
    try:
        yield connection
    finally:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            await asyncio.shield(pool.release(connection, timeout=ROLLBACK_S))  # or it is dropped


async def _roll_back(connection: Any, transaction: Any) -> None:
    """A lost connection has rolled back by itself; a server that does not answer is not waited for."""
    try:
        async with asyncio.timeout(ROLLBACK_S):
            await transaction.rollback()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        with suppress(asyncpg.InterfaceError):  # the pool has taken back what was cut off
            connection.terminate()


async def _leave_as_it_is(connection: Any) -> None:
    """Nothing we run leaves settings behind on a connection, so there is nothing to take back."""
