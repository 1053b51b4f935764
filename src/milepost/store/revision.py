"""One change of the tables: steps that can each be done and undone while the program goes on working."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from milepost.store.sealing import Sealer
from milepost.store.sql.engine import Session

if TYPE_CHECKING:  # reading Alembic in takes a quarter of a second, and most starts change no table
    from alembic.operations import Operations


BACKFILL_ROWS = 5_000
"""Rows written in one transaction while everybody else goes on writing."""

Make = Callable[["Operations"], None]
"""Says with Alembic's operations what is to change; `op.get_context().dialect.name` is the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Done in one transaction, with its progress. It must be quick: who writes there has to wait for it."""

    make: Make


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Done beside the writers, on PostgreSQL outside any transaction: `CREATE INDEX CONCURRENTLY`.

    It may stop half-way and be done again, so it says IF NOT EXISTS, or drops first what may be half there.
    """

    make: Make


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Done in bounded batches, each a transaction of its own, walking a table by its `seq`.

    The statement has the marks `:after` and `:until`. It may be done again, so it changes only what needs it.
    """

    table: str
    statement: str
    rows: int = BACKFILL_ROWS
    engines: tuple[str, ...] = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A backfill of what is sealed, which no statement can read: the program does it, and needs the key file.

    `make` is given the rows by their `seq`: after the one, up to the other. It may be done again, too.
    """

    table: str
    about: str
    make: Callable[[Session, Sealer, int, int], Awaitable[None]]
    rows: int = BACKFILL_ROWS


Work = Change | Beside | Backfill | Rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What leads to the next version, and back again; None where there is nothing to do."""

    up: Work | None
    down: Work | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The steps from the version before to this one.

    `serves` is the version that the oldest program which can work with this one was made for: a revision that
    only adds serves the program before it, and one that takes away serves itself alone.
    """

    version: int
    about: str
    serves: int
    steps: tuple[Step, ...]
