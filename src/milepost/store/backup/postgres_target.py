"""Puts a backup back into PostgreSQL: tables of a schema apart take their places in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Table

from milepost.ports.clock import Clock
from milepost.ports.store import Store, StoreError
from milepost.store.backup.postgres_parts import drop_empty_parts, make_old_parts
from milepost.store.backup.snapshots import TABLES, columns_of
from milepost.store.backup.targets import TOLD_TABLES, not_empty
from milepost.store.sql.by_month import month_of
from milepost.store.sql.engine import Row
from milepost.store.sql.postgres import CONNECT_TIMEOUT_S, PostgresEngine
from milepost.store.sql.postgres_failures import failures_told
from milepost.store.sql.postgres_session import NUL, NUL_STANDS
from milepost.store.sql.walls import EVERY_SHOP, SETTING
from milepost.store.sql_store import SqlStore
from milepost.store.tables import METADATA

UNFINISHED = "milepost_restoring"
MONTHLY = tuple(table for table in TABLES if month_of(table))
LOCK = 0x4D6C5265  # any number will do: who restores holds it, so that two never do at once
LEAVING_LOOKS, LEAVING_S = 12, 0.25  # the server takes a moment to notice that a program is gone
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'"

OTHERS = """SELECT count(*) FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND application_name = 'milepost' AND pid <> pg_backend_pid()"""
WALLS = """SELECT relname FROM pg_catalog.pg_class
WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'p')
AND relforcerowsecurity ORDER BY relname"""
# With the parts a table is kept in, which are tables too.
TABLES_OF = """SELECT c.relname FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p')
AND (c.relname = ANY($2) OR p.relname = ANY($2)) ORDER BY c.relname"""
INDEXES = """SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = $1::text::regnamespace AND NOT c.relispartition
AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid)"""


class PostgresTarget:
    """The tables in the making."""

    def __init__(self, url: str, key_file: Path, clock: Clock, connection: asyncpg.Connection) -> None:
        self._clock = clock
        self._connection = connection
        self._name = PostgresEngine(url).name
        self._store = SqlStore(PostgresEngine(_in_schema(url)), key_file, clock)
        self._indexes: list[str] = []
        self._walls: list[str] = []
        self.had_something = False

    @property
    def store(self) -> Store:
        return self._store

    async def prepare(self) -> None:
        """The tables, as every first start makes them, without the indexes."""
        await self._run(f"DROP SCHEMA IF EXISTS {UNFINISHED} CASCADE")
        await self._run(f"CREATE SCHEMA {UNFINISHED}")
        await self._store.start()
        await self._store.stop()
        await self._run(f"SET search_path TO {UNFINISHED}")
        await make_old_parts(self._connection, self._clock.now())
        for name, made_by in await self._rows(INDEXES, UNFINISHED):
            self._indexes.append(made_by.replace(" ON ONLY ", " ON "))  # with those of its parts
            await self._run(f'DROP INDEX "{name}"')
        for (name,) in await self._rows(WALLS, UNFINISHED):  # the server copies no rows past a wall
            self._walls.append(name)
            await self._run(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
        for table in MONTHLY:
            columns = f"SELECT {_columns(table)} FROM {table.name} LIMIT 0"  # noqa: S608 - our own names
            await self._run(f"CREATE TEMP TABLE {_doorstep(table)} AS {columns}")

    async def load(self, table: Table, rows: Sequence[Row]) -> None:
        place = _doorstep(table) if table in MONTHLY else table.name
        async with failures_told(self._name):
            await self._connection.copy_records_to_table(
                place, records=[_as_kept_here(row) for row in rows], columns=columns_of(table)
            )
        if table in MONTHLY:  # the server cannot tell a row's month before it has the row
            rows_with_month = f"SELECT {_columns(table)}, {month_of(table)} FROM {place}"  # noqa: S608
            await self._run(f"INSERT INTO {table.name} ({_columns(table)}, month) {rows_with_month}")
            await self._run(f"TRUNCATE {place}")

    async def complete(self) -> None:
        async with failures_told(self._name):
            await drop_empty_parts(self._connection, self._clock.now())
        for made_by in self._indexes:
            await self._run(made_by)
        for table in TABLES:
            if "seq" in table.columns:
                numbers = f"SELECT setval(pg_get_serial_sequence($1, 'seq'), max(seq)) FROM {table.name}"  # noqa: S608
                await self._rows(numbers, table.name)
            await self._run(f"ANALYZE {table.name}")
        for name in set(self._walls) & set(await self._tables_in(UNFINISHED)):
            await self._run(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
        await self._run("RESET search_path")
        await self._store.start()

    async def take_place(self) -> str | None:
        await self._store.stop()
        home = (await self._rows("SELECT current_schema()"))[0][0]
        aside = await self._free_name() if self.had_something else None
        async with failures_told(self._name), self._connection.transaction():
            await self._connection.execute(LOCK_TIMEOUT)
            old = await self._tables_in(home)
            if aside is not None:
                await self._connection.execute(f"CREATE SCHEMA {aside}")
                await self._move(old, home, aside)
            elif old:
                await self._connection.execute(f"DROP TABLE {', '.join(_full(home, name) for name in old)}")
            await self._move(await self._tables_in(UNFINISHED), UNFINISHED, home)
            await self._connection.execute(f"DROP SCHEMA {UNFINISHED} CASCADE")
        return f"the schema {aside}" if aside else None

    async def _free_name(self) -> str:
        taken = {row[0] for row in await self._rows("SELECT nspname FROM pg_catalog.pg_namespace")}
        name = f"milepost_before_restore_{self._clock.now():%Y%m%d_%H%M%S}"
        further = (f"{name}_{number}" for number in range(2, 2 + len(taken)))
        return next(free for free in chain([name], further) if free not in taken)

    async def _tables_in(self, schema: str) -> list[str]:
        found = await self._connection.fetch(TABLES_OF, schema, list(METADATA.tables))
        return [row[0] for row in found]

    async def _move(self, names: Sequence[str], here: str, there: str) -> None:
        for name in names:
            await self._connection.execute(f'ALTER TABLE {_full(here, name)} SET SCHEMA "{there}"')

    async def _run(self, statement: str) -> None:
        async with failures_told(self._name):
            await self._connection.execute(statement)

    async def _rows(self, statement: str, *values: Any) -> list[Any]:
        async with failures_told(self._name):
            return await self._connection.fetch(statement, *values)  # type: ignore[no-any-return]

    async def give_up(self) -> None:
        """As if nothing had been."""
        await self._store.stop()
        await self._run(f"DROP SCHEMA IF EXISTS {UNFINISHED} CASCADE")


@asynccontextmanager
async def postgres_target(
    url: str, key_file: Path, clock: Clock, *, replace: bool
) -> AsyncIterator[PostgresTarget]:
    """Raises StoreError when the database is in use, not ours, or not empty."""
    engine = PostgresEngine(url)
    found = await engine.examine()
    if found.tables and "milepost_schema" not in found.tables:
        raise StoreError(f"{engine.name} belongs to another program: name an empty database in store.url")
    async with failures_told(engine.name):
        connection = await asyncpg.connect(
            url, timeout=CONNECT_TIMEOUT_S, server_settings={SETTING: EVERY_SHOP}
        )
    try:
        async with failures_told(engine.name):
            target = PostgresTarget(url, key_file, clock, connection)
            target.had_something = await _look(connection, engine.name, found.tables, replace=replace)
        try:
            await target.prepare()
            yield target
        finally:
            if not connection.is_closed():
                await target.give_up()
    finally:
        await connection.close()


async def _look(connection: asyncpg.Connection, name: str, tables: frozenset[str], *, replace: bool) -> bool:
    """Whether anything is there that must be kept. Nobody may be at work on it."""
    for last in [False] * LEAVING_LOOKS + [True]:
        refusal = await _why_in_use(connection, name)
        if refusal is None:
            break
        if last:
            raise StoreError(refusal)
        await asyncio.sleep(LEAVING_S)
    looks = [f'EXISTS (SELECT 1 FROM "{table}")' for table in TOLD_TABLES if table in tables]  # noqa: S608
    if not looks or not await connection.fetchval(f"SELECT {' OR '.join(looks)}"):
        return False
    if not replace:
        raise StoreError(not_empty(name))
    return True


async def _why_in_use(connection: asyncpg.Connection, name: str) -> str | None:
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        return f"{name} is being restored by another program: wait for it"
    if others := await connection.fetchval(OTHERS):
        return f"{name} is in use by {others} connections of Milepost: stop every web server and worker first"
    return None


def _in_schema(url: str) -> str:
    """The same database, with the tables in the making for home."""
    return f"{url}{'&' if urlsplit(url).query else '?'}search_path={quote(UNFINISHED)}"


def _columns(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in columns_of(table))


def _doorstep(table: Table) -> str:
    return f"milepost_doorstep_{table.name}"


def _full(schema: str, name: str) -> str:
    return f'"{schema}"."{name}"'


def _as_kept_here(row: Row) -> list[Any]:
    return [
        value.replace(NUL, NUL_STANDS) if isinstance(value, str) and NUL in value else value for value in row
    ]
