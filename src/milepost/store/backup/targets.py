"""Where a backup is put back: beside what is there, until it is whole and takes its place."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Table

from milepost.ports.store import Store
from milepost.store.backup.snapshots import TABLES
from milepost.store.sql.engine import Row

MADE_BY_ITSELF = frozenset({"marks", "work", "workers"})
"""Tables in which a start leaves rows though nobody ever told it anything."""

TOLD_TABLES: Sequence[str] = tuple(table.name for table in TABLES if table.name not in MADE_BY_ITSELF)


class Target(Protocol):
    """A new database, in no use yet. Nothing of it is seen before `take_place`."""

    @property
    def store(self) -> Store:
        """The new database, opened after everything was loaded, for last words in it."""
        ...

    async def load(self, table: Table, rows: Sequence[Row]) -> None: ...

    async def complete(self) -> None:
        """All rows are in: make the indexes, and open `store`."""
        ...

    async def take_place(self) -> str | None:
        """Now it is the database; where the one before is kept, if there was anything in it."""
        ...


def not_empty(name: str) -> str:
    """The refusal to write over what is there."""
    return (
        f"{name} is not empty: name another in store.url, or say --replace, which keeps what is there aside"
    )
