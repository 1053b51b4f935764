"""Many rows in one statement on PostgreSQL: each column travels as one list, and `unnest` makes rows of them.

Ten times fewer messages than a row each, and a fifth faster than running the statement for each row
(stack.md section 2). Which rows were new comes back as before.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Insert, bindparam, column, func, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.sqltypes import NULLTYPE

from milepost.store.sql.by_month import month_of, twin
from milepost.store.sql.engine import Addition

Rows = Sequence[Mapping[str, Any]]


@cache
def addition(told: Addition) -> Insert:
    """What is there already stays; keys of what is new come back. A month, if any, follows from the row."""
    statement = postgresql.insert(told.table).on_conflict_do_nothing()
    return statement.returning(*[told.table.c[name] for name in told.key])


def can_be_at_once(statement: Any, names: Sequence[str]) -> bool:
    """Whether every parameter is a column of the row that goes in."""
    if not isinstance(statement, Insert) or statement.select is not None or statement._values:  # noqa: SLF001
        return False
    columns = statement.table.c
    return bool(names) and all(name in columns and columns[name].type is not NULLTYPE for name in names)


def at_once(statement: Insert, names: Sequence[str]) -> Insert:
    """The same insert for any number of rows; the parameter of each name is a list."""
    table = twin(statement.table)
    kinds = [(name, table.c[name].type) for name in names]
    lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds]
    given = func.unnest(*lists).table_valued(*[column(name, kind) for name, kind in kinds], name="given")
    month = month_of(table)
    made: dict[str, Any] = {} if month is None else {"month": literal_column(month)}
    rows = select(*given.render_derived().c, *[said.label(name) for name, said in made.items()])
    insert = postgresql.insert(table).from_select([*names, *made], rows)
    insert._post_values_clause = statement._post_values_clause  # noqa: SLF001 - it has no other door
    insert._returning = statement._returning  # noqa: SLF001
    return insert


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


def as_lists(rows: Rows, names: Sequence[str]) -> dict[str, list[Any]]:
    """Columns instead of rows."""
    return {name: [row[name] for row in rows] for name in names}
