"""Makes the tables on the first start, and refuses databases that are not ours to use."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.schema import CreateIndex, CreateTable

from milepost.ports.store import StoreError
from milepost.store.sql.engine import Found, Session
from milepost.store.tables import METADATA, SCHEMA
from milepost.store.values import micros

SCHEMA_VERSION = 1


def why_refused(found: Found, name: str) -> str | None:
    """One sentence why this database must not be touched; None when it may be used."""
    if not found.tables:
        return None
    if SCHEMA.name not in found.tables:
        return f"{name} belongs to another program: name an empty database in store.url"
    if found.version is None:
        return f"{name} was never finished: name an empty database in store.url, or restore a backup"
    if found.version > SCHEMA_VERSION:
        return (
            f"{name} was written by a newer Milepost (schema {found.version}, this one knows "
            f"{SCHEMA_VERSION}): install that version again, or restore a backup"
        )
    if found.version < SCHEMA_VERSION:
        return f"{name} was written by a Milepost too old for this one: see docs/run/store.md"
    return None


def check_key(found: Found, key_check: str, name: str) -> None:
    """Raises StoreError when the key file is not the one this database was sealed with."""
    if found.key_check is not None and found.key_check != key_check:
        raise StoreError(
            f"the key file is not the one {name} was sealed with: restore the right one, "
            "or name it in store.key_file"
        )


async def make(session: Session, key_check: str, now: datetime) -> None:
    """Create what is missing, in the caller's transaction: all tables or none."""
    for table in METADATA.sorted_tables:
        await session.run(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            await session.run(CreateIndex(index, if_not_exists=True))
    row = {"id": 1, "version": SCHEMA_VERSION, "key_check": key_check, "made_at": micros(now)}
    await session.run(_ADD_VERSION, [row])
    made = await session.rows(select(SCHEMA.c.key_check))
    check_key(Found(frozenset(), SCHEMA_VERSION, made[0][0]), key_check, "this database")


_ADD_VERSION = insert(SCHEMA).on_conflict_do_nothing(index_elements=[SCHEMA.c.id])
