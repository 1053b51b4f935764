"""Tables that PostgreSQL keeps in a part per month, so that old months stay out of the way and can be let go.

A key that is unique over all parts must contain the month, and PostgreSQL cannot make the month of a row by
itself before it chooses the part. So whatever inserts there adds it (at_once.py), from the row's own time:
the same fact always lands in the same month, and so it is still kept once. SQLite knows nothing of this.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    UniqueConstraint,
)

from milepost.store.sql.verbatim import Verbatim

BY_MONTH = "by_month"
"""In a table's `info`: SQL that makes the month of a row, e.g. 202603, out of its other columns."""

MONTHS_IN_YEAR = 12
MONTHS_AHEAD = 3
MONTHS_BEHIND = 2

DAY = "date '0001-01-01' + ((occurred_at + 62135596800000000) / 86400000000)::int"
"""Counted from the first day there is, so that whole division rounds down for days before 1970 too."""

MONTH_OF_EVENT = f"""CASE WHEN occurred_at IS NULL
THEN coalesce(replace(substring(wall_clock from '^[0-9]{{4}}-[0-9]{{2}}'), '-', '')::int, 0)
ELSE (date_part('year', {DAY}) * 100 + date_part('month', {DAY}))::int END"""
"""From what its identity says of its time (model/events.py): UTC to the second, else the wall clock.

Numbers, because `to_char` costs a row three times as much."""


@cache
def twin(table: Table) -> Table:
    """The table as PostgreSQL has it; most are the same."""
    if month_of(table) is None:
        return table
    (unique,) = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    made = Table(
        table.name,
        MetaData(),
        *[_copy(column, table) for column in table.columns],
        Column("month", Integer, nullable=False),
        PrimaryKeyConstraint(*[column.name for column in unique.columns], "month"),
        info=table.info,
        postgresql_partition_by="RANGE (month)",
    )
    for index in table.indexes:
        where = {"postgresql_where": index.dialect_options["postgresql"]["where"]}
        Index(str(index.name), *[made.c[column.name] for column in index.columns], **where)
    return made


def month_of(table: Any) -> str | None:
    """The SQL that makes the month of a row; None for a table that is kept whole."""
    found: str | None = getattr(table, "info", {}).get(BY_MONTH)
    return found


def _copy(column: Column[Any], table: Table) -> Column[Any]:
    if column.name != "seq":
        return Column(column.name, column.type, nullable=bool(column.nullable))
    counter = Sequence(f"{table.name}_seq_seq")  # an identity column could not be parted before PostgreSQL 17
    return Column("seq", BigInteger, server_default=counter.next_value(), nullable=False)


def counter_of(table: str) -> list[str]:
    """Before the table: what counts its rows. `owned` ties it to the table, after."""
    return [f"CREATE SEQUENCE IF NOT EXISTS {table}_seq_seq"]


def owned(table: str) -> list[str]:
    """After the table: its counter goes with it, and rows of months nobody foresaw have a place."""
    return [
        f"ALTER SEQUENCE {table}_seq_seq OWNED BY {table}.seq",
        f"CREATE TABLE {part(table, None)} PARTITION OF {table} DEFAULT",
    ]


def part(table: str, month: int | None) -> str:
    """What the part of a month is called; None is the part for all other months."""
    return f"{table}_other" if month is None else f"{table}_{month}"


def months_about(now: datetime) -> list[int]:
    """The months that news of these days falls into, with some room ahead."""
    first = now.year * MONTHS_IN_YEAR + now.month - 1 - MONTHS_BEHIND
    numbers = range(first, first + MONTHS_BEHIND + MONTHS_AHEAD + 1)
    return [number // MONTHS_IN_YEAR * 100 + number % MONTHS_IN_YEAR + 1 for number in numbers]


def new_part(table: str, month: int) -> list[str]:
    """Make the part of a month and move there what lies among the others already.

    Attached rather than made in place: that lets everybody read and write the other parts meanwhile.
    """
    name, other = part(table, month), part(table, None)
    moved = f"DELETE FROM {other} WHERE month = {month} RETURNING *"  # noqa: S608 - our own names
    return [
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)",
        f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({month}) TO ({_after(month)})",
    ]


def _after(month: int) -> int:
    return month + 1 if month % 100 < MONTHS_IN_YEAR else month - MONTHS_IN_YEAR + 101


def parts_of(table: str) -> Verbatim:
    """Asks what the parts are called."""
    return Verbatim(
        "SELECT c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid "  # noqa: S608
        f"WHERE i.inhparent = to_regclass('{table}')"
    )
