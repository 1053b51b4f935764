"""What a backup is read from: everything kept at one instant, while others go on writing."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from sqlalchemy import Table

from milepost.ports.store import StoreError
from milepost.store.history import SCHEMA_VERSION
from milepost.store.tables import METADATA, SCHEMA

TABLES: Sequence[Table] = tuple(table for table in METADATA.sorted_tables if table is not SCHEMA)
"""All that is copied; which schema and key it is stands in the header instead."""

Piece = tuple[int, bytes]
"""How many rows, and the rows as `archive.encoded` writes them."""


class Snapshot(Protocol):
    """Every table as it was at one and the same instant."""

    @property
    def key_check(self) -> str:
        """Shows which key file the sealed values open with."""
        ...

    def pieces(self, table: Table) -> AsyncIterator[Piece]:
        """All rows of it, a bounded piece at a time."""
        ...


def columns_of(table: Table) -> list[str]:
    """Their names, in the order in which a row has them."""
    return [str(column.name) for column in table.columns]


def select_all(table: Table) -> str:
    """The statement that reads a whole table, alike on both engines."""
    columns = ", ".join(f'"{name}"' for name in columns_of(table))
    return f'SELECT {columns} FROM "{table.name}"'  # noqa: S608 - names of our own tables


def checked(version: int | None, key_check: str | None, name: str) -> str:
    """The key check of a database that can be backed up by this program; else StoreError."""
    if version is None or key_check is None:
        raise StoreError(f"{name} holds nothing of Milepost yet: start it once, or correct store.url")
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{name} has schema {version} and this Milepost knows {SCHEMA_VERSION}: "
            "take the backup with the version that runs on it"
        )
    return key_check
