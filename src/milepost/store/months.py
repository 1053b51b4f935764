"""Makes the parts of the months to come, before anything happens in them."""

from datetime import datetime

from milepost.store.patience import briefly, patiently
from milepost.store.sql.by_month import BY_MONTH, months_about, new_part, part, parts_of
from milepost.store.sql.engine import Engine
from milepost.store.sql.verbatim import Verbatim
from milepost.store.sql.walls import walled
from milepost.store.tables import METADATA

MONTHLY = tuple(table.name for table in METADATA.sorted_tables if BY_MONTH in table.info)


async def make_parts(database: Engine, now: datetime) -> int:
    """On PostgreSQL, the parts of the months about `now` that are missing; how many were made."""
    if database.reader.engine == "sqlite":
        return 0
    made = 0
    for table in MONTHLY:
        for month in months_about(now):
            if not await _is_there(database, table, month):
                await patiently(lambda table=table, month=month: _make(database, table, month), database.name)  # type: ignore[misc]
                made += 1
    return made


async def _is_there(database: Engine, table: str, month: int) -> bool:
    return (part(table, month),) in await database.reader.rows(parts_of(table))


async def _make(database: Engine, table: str, month: int) -> None:
    async with database.transaction() as session, briefly(session):
        await session.claim(["schema"])
        if (part(table, month),) in await session.rows(parts_of(table)):
            return  # another node made it
        for said in new_part(table, month):
            await session.run(Verbatim(said))
        for said in walled([part(table, month)]):
            await session.run(Verbatim(said))
