"""A short mark of everything a cached history depends on: our tables, and the code that makes histories."""

import hashlib
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from milepost.store.tables import METADATA

MAKERS = ("past.py", "molds.py", "history.py")
LENGTH = 8


def fingerprint() -> str:
    """Another one when tables, indexes or makers changed."""
    dialect = sqlite.dialect()
    parts = [
        str(statement.compile(dialect=dialect))
        for table in METADATA.sorted_tables
        for statement in (
            CreateTable(table),
            *map(CreateIndex, sorted(table.indexes, key=lambda one: one.name)),
        )
    ]
    parts += [(Path(__file__).with_name(name)).read_text("utf-8") for name in MAKERS]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:LENGTH]
