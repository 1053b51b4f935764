"""Statements on PostgreSQL: one by one for reading, or many rows at once inside a transaction."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]

from milepost.ports.contention import again_if_contended
from milepost.store.sql.at_once import addition, at_once, can_be_at_once, joined, plain_addition, waves
from milepost.store.sql.claims import CLAIM, NAMESPACE, buckets
from milepost.store.sql.compiled import STATEMENTS_MAX, Compiled, Compiler
from milepost.store.sql.engine import Addition, Row
from milepost.store.sql.postgres_failures import failures_told
from milepost.store.sql.walls import WIDENED, narrowed

TRIED_FROM = 300  # rows: fewer cost less to ask about than the two messages of a savepoint do
NUL, NUL_STANDS = "\x00", "\uffff"  # PostgreSQL keeps no NUL in a text, SQLite does; U+FFFF is no letter


class Owner(Protocol):
    """What sessions need of their engine."""

    compiler: Compiler
    whole: "Inserts"

    @property
    def name(self) -> str: ...

    def connection(self) -> Any: ...

    def transaction(self) -> Any: ...


class Inserts:
    """Inserts made over so that they take many rows at once, and remembered."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self.all_new = True
        """Whether the rows last added were. Most are; what is told twice comes in runs."""

    def of(self, statement: Any, names: tuple[str, ...]) -> Any:
        """None when this one cannot take many rows at once."""
        key = (statement, names)
        if key not in self._known:
            self._known[key] = at_once(statement, names) if can_be_at_once(statement, names) else None
            if len(self._known) > STATEMENTS_MAX:
                self._known.popitem(last=False)
        return self._known[key]


class Reader:
    """Each statement by itself, on any connection."""

    engine = "postgres"

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """A question about some shops (parameter `shop_ids`) sees no other shop's rows, whatever it asks."""
        async with self._owner.connection() as connection:
            session = Writer(self._owner, connection)
            if parameters is None or "shop_ids" not in parameters:
                return await session.rows(statement, parameters)
            async with _behind_wall(connection, parameters["shop_ids"], self._owner.name):
                return await session.rows(statement, parameters)

    @again_if_contended
    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.run(statement, parameters)  # type: ignore[no-any-return]

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        """In a transaction of its own."""
        async with self._owner.transaction() as session:
            return await session.add(told, rows)  # type: ignore[no-any-return]

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        async with self._owner.connection() as connection:
            return await Writer(self._owner, connection).each(statement, parameters)

    async def claim(self, names: Iterable[str]) -> bool:
        """Raises RuntimeError: what is held outside a transaction is held for no time at all."""
        raise RuntimeError("names are claimed inside a transaction")


class Writer:
    """Statements on one connection."""

    engine = "postgres"

    def __init__(self, owner: Owner, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._owner = owner
        self._connection = connection

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._owner.compiler.compiled(statement, parameters or ())
        values = _outward(made.values(parameters))
        async with failures_told(self._owner.name):
            return _inward(await self._connection.fetch(made.text, *values))

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        first = parameters[0] if parameters else {}
        whole = self._owner.whole.of(statement, tuple(first))
        if whole is not None:
            return sum([await self._changed(whole, rows) for rows in _at_once(statement, parameters)])
        if len(parameters) > 1:  # all in one go; each changed row gives one back, to be counted
            made = self._owner.compiler.compiled(statement, first, counted=True)
            return len(await self._many(made, parameters))
        return await self._changed(statement, first)

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        whole = self._owner.whole.of(statement, tuple(parameters[0]))
        if whole is not None:
            return [row for rows in _at_once(statement, parameters) for row in await self.rows(whole, rows)]
        made = self._owner.compiler.compiled(statement, parameters[0])
        return _inward(await self._many(made, parameters))

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        """Each row that was not there gives its key back, and so tells the others."""
        if not rows:
            return set()
        whole = self._owner.whole
        parameters = joined(told.table, told.columns, rows)
        if len(rows) >= TRIED_FROM and whole.all_new and await self._all_new(told, parameters):
            return set()
        added = await self.rows(whole.of(addition(told), told.columns), parameters)
        whole.all_new = len(added) == len(rows)
        return set() if whole.all_new else told.keys_of(rows).difference(added)

    async def _all_new(self, told: Addition, parameters: Mapping[str, Any]) -> bool:
        """Put them in without looking for each first; when one is there already, nothing happened."""
        statement = self._owner.whole.of(plain_addition(told), told.columns)
        await self._say("SAVEPOINT adding")
        try:
            await self._changed(statement, parameters)
        except asyncpg.UniqueViolationError:
            await self._say("ROLLBACK TO adding; RELEASE adding")
            return False
        await self._say("RELEASE adding")
        return True

    async def claim(self, names: Iterable[str]) -> bool:
        """Hold these names until the transaction ends."""
        wanted = buckets(names)
        if wanted:
            async with failures_told(self._owner.name):
                await self._connection.fetch(CLAIM, NAMESPACE, wanted)
        return True

    async def _say(self, command: str) -> None:
        async with failures_told(self._owner.name):
            await self._connection.execute(command)

    async def _changed(self, statement: Any, parameters: Mapping[str, Any]) -> int:
        made = self._owner.compiler.compiled(statement, parameters)
        values = _outward(made.values(parameters))
        async with failures_told(self._owner.name):
            return _count(await self._connection.execute(made.text, *values))

    async def _many(self, made: Compiled, parameters: Sequence[Mapping[str, Any]]) -> list[Any]:
        values = [_outward(made.values(one)) for one in parameters]
        async with failures_told(self._owner.name):
            return await self._connection.fetchmany(made.text, values)  # type: ignore[no-any-return]


class Glimpse(Writer):
    """Several questions in one transaction that only reads; one about some shops sees no other's rows."""

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        if parameters is None or "shop_ids" not in parameters:
            return await super().rows(statement, parameters)
        async with failures_told(self._owner.name):
            await self._connection.execute(narrowed(parameters["shop_ids"]))
        found = await super().rows(statement, parameters)
        async with failures_told(self._owner.name):
            await self._connection.execute(WIDENED)
        return found


def _at_once(statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = tuple(parameters[0])
    return [
        joined(statement.table, names, [tuple([row[name] for name in names]) for row in rows])
        for rows in waves(statement, parameters)
    ]


@asynccontextmanager
async def _behind_wall(
    connection: asyncpg.pool.PoolConnectionProxy, shop_ids: Sequence[str], name: str
) -> AsyncIterator[None]:
    async with failures_told(name):
        await connection.execute(f"BEGIN READ ONLY; {narrowed(shop_ids)}")
    try:
        yield
    finally:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await asyncio.shield(
                connection.execute("ROLLBACK")
            )  # it only read; a lost connection forgot by itself


def _outward(values: Iterable[Any]) -> list[Any]:
    return [_without_nul(value) if isinstance(value, str) else _each_without_nul(value) for value in values]


def _each_without_nul(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_without_nul(one) if isinstance(one, str) else one for one in value]


def _without_nul(text: str) -> str:
    return text.replace(NUL, NUL_STANDS) if NUL in text else text


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


def _count(answer: str) -> int:
    """Of a command's answer, e.g. `UPDATE 3` or `INSERT 0 1`."""
    last = answer.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0
