"""What Alembic's operations come to in one engine's words; Alembic gets no connection (decision 0012)."""

import logging
from typing import TYPE_CHECKING

from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from milepost.store.revision import Make

if TYPE_CHECKING:
    from alembic.operations import Operations

DIALECTS = {"sqlite": sqlite.dialect(), "postgres": asyncpg_dialect()}  # type: ignore[no-untyped-call]
logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every statement it writes down


def statements(make: Make, engine: str) -> list[str]:
    """Each statement by itself, in order, without the closing semicolon."""
    # Read in here: it takes a quarter of a second, and most starts change no table.
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.operations import Operations  # noqa: PLC0415

    paper = _Paper()
    context = MigrationContext.configure(
        dialect=DIALECTS[engine], opts={"as_sql": True, "output_buffer": paper}
    )
    make(Operations(context))
    return paper.said


def is_postgres(op: "Operations") -> bool:
    return op.get_context().dialect.name == "postgresql"


class _Paper:
    """Alembic writes on it, one statement at a time."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def write(self, text: str) -> None:
        said = text.strip().removesuffix(";").strip()
        if said:
            self.said.append(said)

    def flush(self) -> None:
        """Nothing is held back."""
