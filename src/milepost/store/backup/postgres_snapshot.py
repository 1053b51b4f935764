"""Reads a whole PostgreSQL database at one instant, while any number of nodes write it."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import LargeBinary, Table

from milepost.store.backup.archive import PIECE_BYTES, encoded
from milepost.store.backup.snapshots import Piece, checked, select_all
from milepost.store.sql.postgres import CONNECT_TIMEOUT_S, PostgresEngine
from milepost.store.sql.postgres_failures import failures_told
from milepost.store.sql.postgres_session import NUL, NUL_STANDS
from milepost.store.sql.walls import EVERY_SHOP, SETTING

ROWS_MAX = 2_000
WIDE_ROWS_MAX = 50  # of a table whose rows may be megabytes: what one fetch can hold in memory
SCHEMA_ROW = "SELECT version, key_check FROM milepost_schema"


class PostgresSnapshot:
    """Everything in one database at one instant."""

    def __init__(self, connection: asyncpg.Connection, key_check: str, name: str) -> None:
        self._connection = connection
        self._name = name
        self.key_check = key_check

    async def pieces(self, table: Table) -> AsyncIterator[Piece]:
        """In no certain order. As many rows at once as make about one piece."""
        most = WIDE_ROWS_MAX if _is_wide(table) else ROWS_MAX
        async with failures_told(self._name):
            cursor = await self._connection.cursor(select_all(table))
            asked = WIDE_ROWS_MAX
            while rows := await cursor.fetch(asked):
                piece = await asyncio.to_thread(_encoded, rows)
                asked = max(1, min(most, PIECE_BYTES * piece[0] // len(piece[1])))
                yield piece


@asynccontextmanager
async def postgres_snapshot(url: str) -> AsyncIterator[PostgresSnapshot]:
    """Raises StoreError with one sentence when there is nothing that can be read."""
    engine = PostgresEngine(url)
    found = await engine.examine()
    checked(found.version, found.key_check, engine.name)
    async with failures_told(engine.name):
        # Without the setting the wall between shops would hide every row, and the backup would lack them.
        connection = await asyncpg.connect(
            url, timeout=CONNECT_TIMEOUT_S, server_settings={SETTING: EVERY_SHOP}
        )
    try:
        async with failures_told(engine.name):
            transaction = connection.transaction(isolation="repeatable_read", readonly=True)
            await transaction.start()
            row = await connection.fetchrow(SCHEMA_ROW)  # the first look: from here on all is as it is now
        version, key_check = row or (None, None)
        yield PostgresSnapshot(connection, checked(version, key_check, engine.name), engine.name)
    finally:
        await connection.close()


def _is_wide(table: Table) -> bool:
    return any(isinstance(column.type, LargeBinary) for column in table.columns)


def _encoded(rows: Sequence[Sequence[Any]]) -> Piece:
    """All of them in one piece: they were fetched, so they fit."""
    return encoded((_as_kept_elsewhere(row) for row in rows), bytes_max=math.inf)


def _as_kept_elsewhere(row: Sequence[Any]) -> list[Any]:
    return [
        value.replace(NUL_STANDS, NUL) if isinstance(value, str) and NUL_STANDS in value else value
        for value in row
    ]
