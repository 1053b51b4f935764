"""Many rows in one statement on PostgreSQL: each column travels as one text, and `string_to_table` parts it.

As lists the columns would cost the driver four times as much, for it looks at each value of a list in several
ways; the server it costs the same (decision 0021). Which rows were new comes back as before.
"""

import secrets
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Insert,
    Integer,
    Table,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.sqltypes import NULLTYPE

from milepost.store.sql.by_month import month_of, twin
from milepost.store.sql.engine import Addition, Row

Rows = Sequence[Mapping[str, Any]]
BETWEEN, NOTHING, COUNT = "between_values", "nothing_here", "row_count"
"""Parameters beside the columns: what ends a value, what stands for none, how many rows there are."""
MARKS = ("\x1f", "\x1e")


class RowsFrom(FunctionElement[Any]):
    """Functions that each make one column, side by side."""

    inherit_cache = True


@compiles(RowsFrom)
def _rows_from(element: RowsFrom, compiler: SQLCompiler, **options: Any) -> str:
    return f"ROWS FROM {compiler.process(element.clause_expr, **options)}"


@cache
def addition(told: Addition) -> Insert:
    """What is there already stays; keys of what is new come back. A month, if any, follows from the row."""
    statement = postgresql.insert(told.table).on_conflict_do_nothing()
    return statement.returning(*[told.table.c[name] for name in told.key])


@cache
def plain_addition(told: Addition) -> Insert:
    """The same for rows that are all new; fails as a whole when one is not."""
    return postgresql.insert(told.table)


def can_be_at_once(statement: Any, names: Sequence[str]) -> bool:
    """Whether every parameter is a column of the row that goes in."""
    if not isinstance(statement, Insert) or statement.select is not None or statement._values:  # noqa: SLF001
        return False
    columns = statement.table.c
    return bool(names) and all(name in columns and columns[name].type is not NULLTYPE for name in names)


def at_once(statement: Insert, names: Sequence[str]) -> Insert:
    """The same insert for any number of rows; its parameters are made by `joined`."""
    table = twin(statement.table)
    kinds = [(name, table.c[name].type) for name in names]
    said = [column(name, Text() if _as_text(kind) else kind) for name, kind in kinds]
    values = RowsFrom(*[_values_of(name, kind) for name, kind in kinds])
    told = values.table_valued(*said, name="told").render_derived()
    typed = [
        told.c[name].cast(kind).label(name) if isinstance(kind, Integer) else told.c[name]
        for name, kind in kinds
    ]
    given = select(*typed).limit(bindparam(COUNT, type_=BigInteger)).subquery("given")
    month = month_of(table)
    made: dict[str, Any] = {} if month is None else {"month": literal_column(month)}
    rows = select(*given.c, *[one.label(name) for name, one in made.items()])
    insert = postgresql.insert(table).from_select([*names, *made], rows)
    insert._post_values_clause = statement._post_values_clause  # noqa: SLF001 - it has no other door
    insert._returning = statement._returning  # noqa: SLF001
    return insert


def _values_of(name: str, kind: Any) -> Any:
    if not _as_text(kind):
        return func.unnest(bindparam(name, type_=ARRAY(kind)))
    marks = [bindparam(mark, type_=Text) for mark in (BETWEEN, NOTHING)]
    return func.string_to_table(bindparam(name, type_=Text), *marks)


def _as_text(kind: Any) -> bool:
    return isinstance(kind, Text | Integer)


def waves(statement: Insert, rows: Rows) -> list[Rows]:
    """Rows that may go together: one statement cannot replace a row twice, so a repeated key comes later."""
    conflict = statement._post_values_clause  # noqa: SLF001
    keys = getattr(conflict, "inferred_target_elements", None)
    if keys is None or getattr(conflict, "update_values_to_set", None) is None or len(rows) == 1:
        return [rows]
    names = [getattr(key, "name", key) for key in keys]
    seen: dict[Hashable, int] = defaultdict(int)  # how often each key came
    found: list[list[Mapping[str, Any]]] = []
    for row in rows:
        place = tuple(row[name] for name in names)
        if seen[place] == len(found):
            found.append([])
        found[seen[place]].append(row)
        seen[place] += 1
    return list(found)


def joined(
    table: Table, names: Sequence[str], rows: Iterable[Row], marks: tuple[str, str] = MARKS
) -> dict[str, Any]:
    """The parameters of `at_once` for rows whose values stand in the order of `names`."""
    columns = [*zip(*rows, strict=True)]
    made: dict[str, Any] = {**dict(zip((BETWEEN, NOTHING), marks, strict=True)), COUNT: len(columns[0])}
    for name, values in zip(names, columns, strict=True):
        kind = table.c[name].type
        if isinstance(kind, Integer):
            made[name] = _one_text([None if one is None else int.__repr__(one) for one in values], *marks)
        else:
            made[name] = _one_text(values, *marks) if _as_text(kind) else [*values]
    if None in made.values():  # a value holds a mark: others, that nobody can have thought of
        return joined(table, names, zip(*columns, strict=True), (secrets.token_hex(), secrets.token_hex()))
    return made


def _one_text(values: Sequence[str | None], between: str, nothing: str) -> str | None:
    """Each value with `between` after it, so that one empty value is one; None when a value holds a mark."""
    empty = 0
    try:
        said = between.join((*values, ""))  # type: ignore[arg-type]  # a TypeError tells of none
    except TypeError:
        empty = values.count(None)
        said = between.join([*[nothing if one is None else one for one in values], ""])
    return said if said.count(between) == len(values) and said.count(nothing) == empty else None
