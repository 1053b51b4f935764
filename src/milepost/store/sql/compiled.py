"""Compiles a statement once per engine, and puts its parameters in order."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Insert, Select, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.sqltypes import NULLTYPE

from milepost.store.sql.engine import Addition

STATEMENTS_MAX = 1000
NOTHING: Mapping[str, Any] = {}


class Among(ColumnElement[bool]):
    """`column is among the texts of this parameter`: one statement for a list of any length."""

    inherit_cache = False
    _is_implicitly_boolean = True  # else SQLite is given `… = 1`, and no index
    type = NULLTYPE  # type: ignore[assignment]

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.bind = bindparam(name, type_=ARRAY(Text))


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, bind = compiler.process(element.column, **options), compiler.process(element.bind, **options)
    return f"{column} IN (SELECT value FROM json_each({bind}))"  # noqa: S608 - compiled parts, no input


@compiles(Among, "postgresql")
def _among_postgres(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, bind = compiler.process(element.column, **options), compiler.process(element.bind, **options)
    return f"{column} = ANY({bind})"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as the engine reads it, and the names of its parameters in order."""

    text: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]  # values written in the statement itself

    def values(self, parameters: Mapping[str, Any] | None) -> tuple[Any, ...]:
        """The parameters in the statement's order. Raises KeyError for a missing one."""
        given = parameters or NOTHING
        if not self.defaults:
            return tuple([given[name] for name in self.names])
        return tuple([given[name] if name in given else self.defaults[name] for name in self.names])


class Compiler:
    """Compiles for one dialect and remembers, by the statement object and the columns given."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: OrderedDict[tuple[Any, ...], Compiled] = OrderedDict()
        self._one_at_a_time = threading.Lock()  # readers compile in threads of their own

    def compiled(self, statement: Any, names: Iterable[str] = (), *, counted: bool = False) -> Compiled:
        """`counted`: each changed row gives a row back, so that they can be counted."""
        # Only what writes values depends on which are given; the statement itself is the key, not its id,
        # so that it stays alive as long as it is remembered.
        columns = tuple(names) if getattr(statement, "is_dml", False) else ()
        key = (statement, columns, counted)
        with self._one_at_a_time:
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = self._compile(statement, columns, counted=counted)
                if len(self._known) > STATEMENTS_MAX:
                    self._known.popitem(last=False)  # the one not used for longest
            self._known.move_to_end(key)
            return found

    def _compile(self, statement: Any, columns: tuple[str, ...], *, counted: bool) -> Compiled:
        if counted:
            statement = statement.returning(next(iter(statement.table.c)))
        if isinstance(statement, ExecutableDDLElement):
            return Compiled(str(statement.compile(dialect=self._dialect)), (), NOTHING)
        made = statement.compile(dialect=self._dialect, column_keys=columns or None)
        asked = {name for bind, name in made.bind_names.items() if bind.required}
        if not made.post_compile_params:
            written = {
                name: bind.effective_value for bind, name in made.bind_names.items() if not bind.required
            }
            return Compiled(str(made), tuple(made.positiontup or ()), written)
        # `column.in_([…])` with its values in the statement: spelled out, one mark per value.
        state = made.construct_expanded_state(dict.fromkeys(asked))
        written = {name: value for name, value in state.parameters.items() if name not in asked}
        return Compiled(state.statement, tuple(state.positiontup or ()), written)


@cache
def addition(told: Addition) -> Insert:
    """`INSERT … ON CONFLICT DO NOTHING` for whole rows."""
    statement = postgresql.insert(told.table).values({name: bindparam(name) for name in told.columns})
    return statement.on_conflict_do_nothing(index_elements=[told.table.c[name] for name in told.key])


@cache
def newest_seq(told: Addition) -> Select[Any]:
    """The highest `seq` there is; NULL for an empty table."""
    return select(func.max(told.table.c.seq))


@cache
def keys_since(told: Addition) -> Select[Any]:
    """Keys of the rows put in after that `seq`."""
    columns = [told.table.c[name] for name in told.key]
    return select(*columns).where(told.table.c.seq > bindparam("seq"))


def as_json(value: Any) -> Any:
    """Lists as SQLite takes them: one JSON text."""
    return json.dumps(value) if isinstance(value, (list, tuple)) else value
