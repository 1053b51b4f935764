"""Reads what is committed, for whoever is not in the middle of a batch of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from milepost.store.sql.engine import Addition, Row, Session


class Outside:
    """The engine's reader, shut for tasks inside a transaction.

    What went before may wait for the commit they share (decision 0014), or be under way on another
    connection: whoever bases a write on what is committed would undo it. They read through their transaction.
    """

    def __init__(self, reader: Session) -> None:
        self._reader = reader
        self._inside: set[asyncio.Task[Any] | None] = set()

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        return self._reader.engine

    @asynccontextmanager
    async def shut(self) -> AsyncIterator[None]:
        """For the task that is in a transaction until it has ended."""
        task = asyncio.current_task()
        self._inside.add(task)
        try:
            yield
        finally:
            self._inside.discard(task)

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        self.refuse_inside()
        return await self._reader.rows(statement, parameters)

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        return await self._reader.run(statement, parameters)

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        self.refuse_inside()
        return await self._reader.each(statement, parameters)

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        return await self._reader.add(told, rows)

    async def claim(self, names: Iterable[str]) -> bool:
        """Raises RuntimeError: what is held outside a transaction is held for no time at all."""
        raise RuntimeError("names are claimed inside a transaction")

    def refuse_inside(self) -> None:
        """Raises RuntimeError for a task that is in a transaction."""
        if asyncio.current_task() in self._inside:
            raise RuntimeError(
                "a transaction is open in this task: read through it, it knows what went before"
            )
