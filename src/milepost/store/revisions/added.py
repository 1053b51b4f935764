"""What a revision says when all it does is add: programs that know nothing of it go on as before."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from milepost.store.ddl import is_postgres
from milepost.store.revision import Beside, Change, Step
from milepost.store.sql.walls import walled
from milepost.store.tables import METADATA

if TYPE_CHECKING:  # reading Alembic in takes a quarter of a second, and most starts change no table
    from alembic.operations import Operations


UNUSED = "unused_"


def tables(*names: str) -> Step:
    """New tables as store/tables.py has them, with indexes and, on PostgreSQL, the wall between shops."""

    def make(op: "Operations") -> None:
        for name in names:
            _make(op, METADATA.tables[name])

    def drop(op: "Operations") -> None:
        for name in reversed(names):
            op.drop_table(name)

    return Step(up=Change(make=make), down=Change(make=drop))


def column(table: str, name: str, kind: type[TypeEngine[Any]], default: str | None = None) -> Step:
    """A new column that may be empty, or has a default: who knows nothing of it writes on.

    SQLite would write every row anew to take one away, and everybody would wait: going back, it is only put
    out of the way there, under a name that nobody uses.
    """

    def make(op: "Operations") -> None:
        op.add_column(table, Column(name, kind, nullable=default is None, server_default=default))

    def drop(op: "Operations") -> None:
        if is_postgres(op):
            op.drop_column(table, name)
        else:
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {name} TO {UNUSED}{secrets.token_hex(4)}")

    return Step(up=Change(make=make), down=Change(make=drop))


def index(name: str, table: str, columns: Sequence[str], where: str = "") -> Step:
    """A new index on a table that has rows: on PostgreSQL built beside the writers."""
    return Step(up=_build(name, table, columns, where), down=_drop(name))


def no_index(name: str, table: str, columns: Sequence[str], where: str = "") -> Step:
    """An index that nothing needs any more; what it was is for the way back."""
    return Step(up=_drop(name), down=_build(name, table, columns, where))


def _build(name: str, table: str, columns: Sequence[str], where: str) -> Beside:
    condition = f" WHERE {where}" if where else ""

    def make(op: "Operations") -> None:
        op.execute(f"DROP INDEX {_beside(op)}IF EXISTS {name}")  # one that was left half built
        op.execute(f"CREATE INDEX {_beside(op)}{name} ON {table} ({', '.join(columns)}){condition}")

    return Beside(make=make)


def _drop(name: str) -> Beside:
    return Beside(make=lambda op: op.execute(f"DROP INDEX {_beside(op)}IF EXISTS {name}"))


def _beside(op: "Operations") -> str:
    return "CONCURRENTLY " if is_postgres(op) else ""


def _make(op: "Operations", table: Table) -> None:
    op.execute(CreateTable(table))
    for one in sorted(table.indexes, key=lambda one: str(one.name)):
        op.execute(CreateIndex(one))
    for said in walled([table.name]) if is_postgres(op) and "shop_id" in table.c else ():
        op.execute(said)
