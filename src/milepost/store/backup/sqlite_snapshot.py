"""Reads a whole SQLite database beside the program that writes it.

A connection that only reads, in one read transaction: it sees one instant for as long as it lasts, waits for
nobody and keeps nobody waiting. It never checkpoints (it may not write), so there still is one connection
that writes and checkpoints (decision 0007). Meanwhile the log cannot be wound back and grows by what is
written; it goes home at the next checkpoint after us (decision 0015).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
from sqlalchemy import Table

from milepost.ports.store import StoreError
from milepost.store.backup.archive import encoded
from milepost.store.backup.snapshots import Piece, checked, select_all
from milepost.store.sql.sqlite_file import BUSY_TIMEOUT_MS, told

SCHEMA_ROW = "SELECT version, key_check FROM milepost_schema"


class SqliteSnapshot:
    """Everything in one file at one instant."""

    def __init__(self, connection: apsw.Connection, key_check: str, name: str) -> None:
        self._connection = connection
        self._name = name
        self.key_check = key_check

    async def pieces(self, table: Table) -> AsyncIterator[Piece]:
        """In the order they were added. Reading and encoding happen in a thread, beside everything else."""
        try:
            rows = self._connection.execute(select_all(table))
            while True:
                piece = await asyncio.to_thread(encoded, rows)
                if not piece[0]:
                    return
                yield piece
        except apsw.Error as error:
            raise told(error, self._name) from error


@asynccontextmanager
async def sqlite_snapshot(path: Path) -> AsyncIterator[SqliteSnapshot]:
    """Raises StoreError with one sentence when there is nothing that can be read."""
    name = f"the SQLite database {path}"
    connection = None
    try:
        connection = _connect(path, name)
        connection.execute("BEGIN")
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        found = connection.execute(SCHEMA_ROW).fetchone() if "milepost_schema" in tables else None
        version, key_check = found or (None, None)
        yield SqliteSnapshot(connection, checked(version, key_check, name), name)
    except apsw.Error as error:
        raise told(error, name) from error
    finally:
        if connection is not None:
            connection.close()


def _connect(path: Path, name: str) -> apsw.Connection:
    if not path.is_file():
        raise StoreError(f"{name} is not there: correct store.url, or start Milepost once")
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    return connection
