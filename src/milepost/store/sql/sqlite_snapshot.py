"""Several reads of one moment, done one after the other in the thread that reads."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import apsw

from milepost.store.sql.compiled import Compiler, as_json
from milepost.store.sql.engine import Addition, Row, Session

T = TypeVar("T")
ONLY_READS = "a snapshot is for reading: write in a transaction"


def read_in_one_go(
    connection: apsw.Connection, compiler: Compiler, work: Callable[[Session], Coroutine[Any, Any, T]]
) -> T:
    """Run `work` to its end here and now. Raises RuntimeError when it waits for anything but its reads."""
    connection.execute("BEGIN")  # the first read fixes the moment
    try:
        under_way = work(_Snapshot(connection, compiler))
        try:
            under_way.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        under_way.close()
        raise RuntimeError("what reads in one go waits for nothing but its reads")
    finally:
        connection.execute("ROLLBACK")


class _Snapshot:
    """Statements inside the reading transaction; none of them ever waits."""

    engine = "sqlite"

    def __init__(self, connection: apsw.Connection, compiler: Compiler) -> None:
        self._connection = connection
        self._compiler = compiler

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        made = self._compiler.compiled(statement, parameters or ())
        values = tuple([as_json(value) for value in made.values(parameters)])
        return self._connection.execute(made.text, values).fetchall()

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        if not parameters:
            return []
        made = self._compiler.compiled(statement, parameters[0])
        return self._connection.executemany(made.text, [made.values(one) for one in parameters]).fetchall()

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        raise RuntimeError(ONLY_READS)

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        raise RuntimeError(ONLY_READS)

    async def claim(self, names: Iterable[str]) -> bool:
        raise RuntimeError(ONLY_READS)
