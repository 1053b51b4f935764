"""Months of long ago, for rows that come back: each has a part of its own, and the empty ones go again."""

from datetime import datetime
from typing import Any

from milepost.store.months import MONTHLY
from milepost.store.sql.by_month import MONTHS_IN_YEAR, months_about, new_part, part, parts_of
from milepost.store.sql.walls import walled

MONTHS_BACK = 36
"""Older events share one part, as they do when they are heard of anew."""


async def make_old_parts(connection: Any, now: datetime) -> None:
    """Parts of the months before `now` that are missing, in the schema the connection looks into."""
    for table in MONTHLY:
        there = {row[0] for row in await connection.fetch(str(parts_of(table).said))}
        for month in _months_before(now):
            if part(table, month) not in there:
                for said in (*new_part(table, month), *walled([part(table, month)])):
                    await connection.execute(said)


async def drop_empty_parts(connection: Any, now: datetime) -> None:
    """Those of them in which nothing lies."""
    for table in MONTHLY:
        for month in set(_months_before(now)) - set(months_about(now)):
            name = part(table, month)
            if not await connection.fetchval(f"SELECT EXISTS (SELECT 1 FROM {name})"):  # noqa: S608 - our own name
                await connection.execute(f"DROP TABLE {name}")


def _months_before(now: datetime) -> list[int]:
    last = now.year * MONTHS_IN_YEAR + now.month - 1
    return [
        number // MONTHS_IN_YEAR * 100 + number % MONTHS_IN_YEAR + 1
        for number in range(last - MONTHS_BACK, last + 1)
    ]
