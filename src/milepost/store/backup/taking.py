"""Takes a backup of a database that goes on working, and looks a backup over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from milepost.ports.clock import Clock
from milepost.ports.store import StoreError
from milepost.store.backup.archive import Header, Reader, Writer
from milepost.store.backup.file import put_on_disk, written_whole
from milepost.store.backup.postgres_snapshot import postgres_snapshot
from milepost.store.backup.snapshots import TABLES, Snapshot, columns_of
from milepost.store.backup.sqlite_snapshot import sqlite_snapshot
from milepost.store.history import SCHEMA_VERSION
from milepost.store.opening import engine_of, file_of
from milepost.store.sealing import Sealer, load_key
from milepost.version import VERSION

Progress = Callable[[str, int], None]
"""Told now and then: the table in work, and rows of all tables so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup file holds. `taken_at` is UTC: everything kept by then is in it."""

    path: Path
    taken_at: datetime
    engine: str
    schema: int
    key_check: str
    has_key: bool
    rows: dict[str, int]
    file_bytes: int


def unheard(_table: str, _rows: int) -> None:
    """Nobody listens."""


async def take(
    url: str, key_file: Path, to: Path, clock: Clock, *, with_key: bool = False, told: Progress = unheard
) -> Backup:
    """Write everything kept in the database at `url` into the new file `to`, all from one instant.

    Whoever writes the database goes on. Raises StoreError with one sentence; then there is no file.
    """
    async with AsyncExitStack() as stack:
        taken_at = clock.now()  # before the first look, so that all that is older is in it
        snapshot = await stack.enter_async_context(snapshot_of(url))
        key = _key(key_file, snapshot.key_check) if with_key else ""
        header = Header(
            schema=SCHEMA_VERSION,
            engine="sqlite" if file_of(url) else "postgres",
            version=VERSION,
            taken_at=taken_at.astimezone(UTC).isoformat(),
            key_check=snapshot.key_check,
            key=key,
            tables={table.name: columns_of(table) for table in TABLES},
        )
        with written_whole(to) as file:
            rows = await _copy(snapshot, Writer(file, header), told)
            await asyncio.to_thread(put_on_disk, file)  # seconds, maybe, in which others must not wait
    return _described(to, header, rows)


async def look_over(path: Path, told: Progress = unheard) -> Backup:
    """Read a backup to its end and check every sum. Raises ArchiveError (one sentence) when it is no good."""
    return await asyncio.to_thread(_look_over, path, told)


def described(path: Path, reader: Reader) -> Backup:
    """What a backup that was read says of itself."""
    return _described(path, reader.header, {name: check.rows for name, check in reader.checks.items()})


def opened(path: Path) -> BinaryIO:
    """The file of a backup. Raises StoreError when it cannot be read."""
    try:
        return path.open("rb")
    except OSError as error:
        raise StoreError(
            f"the backup {path} cannot be read ({error.strerror}): name a file that can"
        ) from error


@asynccontextmanager
async def snapshot_of(url: str) -> AsyncIterator[Snapshot]:
    engine_of(url)  # refuses what is the address of neither
    path = file_of(url)
    if path is None:
        async with postgres_snapshot(url) as snapshot:
            yield snapshot
    else:
        async with sqlite_snapshot(path) as found:
            yield found


def _key(key_file: Path, key_check: str) -> str:
    key = load_key(key_file, may_make=False)
    if Sealer(key).key_check != key_check:
        raise StoreError(
            f"the key file {key_file} is not the one this database was sealed with: name the right one"
        )
    return key.hex()


async def _copy(snapshot: Snapshot, writer: Writer, told: Progress) -> dict[str, int]:
    total = 0
    for table in TABLES:
        async for rows, plain in snapshot.pieces(table):
            await asyncio.to_thread(writer.add, table.name, rows, plain)
            total += rows
            told(table.name, total)
    return {name: check.rows for name, check in writer.end().items()}


def _look_over(path: Path, told: Progress) -> Backup:
    with opened(path) as file:
        reader = Reader(file, str(path))
        total = 0
        for table, rows in reader.pieces():
            total += len(rows)
            told(table, total)
    return described(path, reader)


def _described(path: Path, header: Header, rows: dict[str, int]) -> Backup:
    return Backup(
        path=path,
        taken_at=datetime.fromisoformat(header.taken_at),
        engine=header.engine,
        schema=header.schema,
        key_check=header.key_check,
        has_key=bool(header.key),
        rows=rows,
        file_bytes=path.stat().st_size,
    )
