"""What the store asks of a database engine."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Table

Row = tuple[Any, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Addition:
    """Adding rows to a table that knows by a key which it has already."""

    table: Table  # with a `seq` that counts up
    columns: tuple[str, ...]  # what each row holds, in this order, which is the table's
    key: tuple[str, ...]  # its unique key: among the columns

    def keys_of(self, rows: Iterable[Row]) -> set[Row]:
        """The keys of these rows."""
        places = [self.columns.index(name) for name in self.key]
        return {tuple([row[place] for place in places]) for row in rows}


class Session(Protocol):
    """A place to run statements: inside one transaction, or each by itself for reading."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        ...

    async def rows(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]: ...

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int: ...

    async def each(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Run once per parameter set, in one go; all rows that came back, in that order."""
        ...

    async def claim(self, names: Iterable[str]) -> bool:
        """Hold these names until the transaction ends; False where one writer is the rule."""
        ...

    async def add(self, told: Addition, rows: Sequence[Row]) -> set[Row]:
        """Put in those rows that are not there yet; the keys of the others. Many rows cost little."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a database before we touch it. `version` and `key_check` are None if not ours."""

    tables: frozenset[str]
    version: int | None = None
    key_check: str | None = None
    step: int = 0  # how far the change to the next version has come
    serves: int = 0  # the oldest program that can work with it, by the version it was made for


def found_in(tables: frozenset[str], row: Iterable[Any] | None) -> Found:
    """What the database says of itself, in the order of its columns; version 1 said less."""
    _, version, key_check, _, step, serves = [*(row or ()), None, None, None, None, None, None][:6]
    return Found(tables, version, key_check, step or 0, serves or version or 0)


class Engine(Protocol):
    """One database. Raises StoreError, with one sentence and the fix, when it cannot be used."""

    @property
    def name(self) -> str:
        """How to call it in a sentence; without secrets."""
        ...

    @property
    def reader(self) -> Session:
        """Sees what is committed."""
        ...

    async def examine(self) -> Found:
        """Look without changing anything."""
        ...

    async def open(self) -> None:
        """Make ready for writing."""
        ...

    async def close(self) -> None: ...

    async def beside(self, statements: Sequence[str]) -> None:
        """Run what changes tables so that, where that is possible, nobody who writes has to wait for it."""
        ...

    async def snapshot(self, work: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Run `work`, which reads and waits for nothing else, in one go and of one moment."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Session]:
        """All or nothing; durable once the block ends without an error. On SQLite one at a time."""
        ...
