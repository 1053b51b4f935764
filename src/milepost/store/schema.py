"""Makes the tables on the first start, and refuses databases that are not ours to use."""

from datetime import datetime
from itertools import chain

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.schema import CreateIndex, CreateTable

from milepost.ports.store import StoreError
from milepost.store.history import SCHEMA_VERSION, SERVES
from milepost.store.sql.by_month import BY_MONTH, counter_of, owned, part, twin
from milepost.store.sql.engine import Found, Session
from milepost.store.sql.verbatim import Verbatim
from milepost.store.sql.walls import walled
from milepost.store.tables import METADATA, SCHEMA
from milepost.store.values import micros

SHARED = tuple(table.name for table in METADATA.sorted_tables if "shop_id" in table.c)
"""Tables that hold rows of many shops: on PostgreSQL a wall stands in each."""


def why_refused(found: Found, name: str, *, may_upgrade: bool = True) -> str | None:
    """One sentence why this database must not be touched; None when it may be used."""
    if not found.tables:
        return None
    if SCHEMA.name not in found.tables:
        return f"{name} belongs to another program: name an empty database in store.url"
    if found.version is None:
        return f"{name} was never finished: name an empty database in store.url, or restore a backup"
    if found.serves > SCHEMA_VERSION:
        return (
            f"{name} was written by a newer Milepost (schema {found.version}, this one knows "
            f"{SCHEMA_VERSION}): install that version again, or restore a backup"
        )
    if found.version < SCHEMA_VERSION and not may_upgrade:
        return (
            f"{name} has schema {found.version} and this Milepost was made for {SCHEMA_VERSION}: "
            "run `milepost migrate up`"
        )
    return None


def check_key(found: Found, key_check: str, name: str) -> None:
    """Raises StoreError when the key file is not the one this database was sealed with."""
    if found.key_check is not None and found.key_check != key_check:
        raise StoreError(
            f"the key file is not the one {name} was sealed with: restore the right one, "
            "or name it in store.key_file"
        )


async def make(session: Session, key_check: str, now: datetime) -> None:
    """Create everything in an empty database, in the caller's transaction: all tables or none."""
    await session.claim(["schema"])
    if session.engine == "sqlite" or not await session.rows(IS_MADE):
        await _make_tables(session)
    row = {"id": 1, "version": SCHEMA_VERSION, "key_check": key_check, "made_at": micros(now)}
    await session.run(_ADD_VERSION, [{**row, "step": 0, "serves": SERVES}])
    made = await session.rows(select(SCHEMA.c.key_check))
    check_key(Found(frozenset(), SCHEMA_VERSION, made[0][0]), key_check, "this database")


async def _make_tables(session: Session) -> None:
    postgres = session.engine != "sqlite"
    monthly = [table.name for table in METADATA.sorted_tables if postgres and BY_MONTH in table.info]
    for said in chain.from_iterable(map(counter_of, monthly)):
        await session.run(Verbatim(said))
    for one in METADATA.sorted_tables:
        table = twin(one) if postgres else one
        await session.run(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            await session.run(CreateIndex(index, if_not_exists=True))
    for said in chain.from_iterable(map(owned, monthly)):
        await session.run(Verbatim(said))
    for said in walled([*SHARED, *[part(name, None) for name in monthly]]) if postgres else ():
        await session.run(Verbatim(said))


IS_MADE = Verbatim("SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass('milepost_schema')")
_ADD_VERSION = insert(SCHEMA).on_conflict_do_nothing(index_elements=[SCHEMA.c.id])
