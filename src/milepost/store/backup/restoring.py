"""Puts a backup back: all of it or nothing, and not over anything that is there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from milepost.ports.clock import Clock
from milepost.ports.store import Store, StoreError, Transaction
from milepost.store.backup.archive import ArchiveError, Header, Reader
from milepost.store.backup.postgres_target import postgres_target
from milepost.store.backup.snapshots import TABLES, columns_of
from milepost.store.backup.sqlite_target import sqlite_target
from milepost.store.backup.taking import Backup, Progress, described, opened, unheard
from milepost.store.backup.targets import Target
from milepost.store.history import SCHEMA_VERSION
from milepost.store.opening import engine_of, file_of
from milepost.store.sealing import Sealer, load_key, write_key
from milepost.store.sql.engine import Row

LastWords = Callable[[Store, Transaction, Backup], Awaitable[None]]
"""What is written into the restored database before anybody can work with it, in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of it. `aside` says where the database before is kept, if there was anything in it."""

    backup: Backup
    aside: str | None
    key_written: bool


async def restore(
    path: Path,
    url: str,
    key_file: Path,
    clock: Clock,
    last_words: LastWords,
    *,
    replace: bool = False,
    told: Progress = unheard,
) -> Restored:
    """Make the database at `url` what the backup holds.

    `replace`: even when it is not empty; what is there is kept aside. Raises StoreError with one sentence;
    then nothing was touched.
    """
    with opened(path) as file:
        reader = await asyncio.to_thread(Reader, file, str(path))
        _check_schema(reader.header, path)
        key_written = _settle_key(reader.header, path, key_file)
        try:
            async with _target(url, key_file, clock, replace=replace) as target:
                await _load(reader, target, told)
                backup = described(path, reader)
                await target.complete()
                async with target.store.transaction() as tx:
                    await last_words(target.store, tx, backup)
                aside = await target.take_place()
        except BaseException:
            if key_written:
                await asyncio.to_thread(key_file.unlink, missing_ok=True)
            raise
    return Restored(backup=backup, aside=aside, key_written=key_written)


def _check_schema(header: Header, path: Path) -> None:
    if header.schema > SCHEMA_VERSION:
        raise ArchiveError(
            f"the backup {path} was made by a newer Milepost ({header.version}, schema {header.schema}; "
            f"this one knows {SCHEMA_VERSION}): install that version"
        )
    if header.schema < SCHEMA_VERSION:
        raise ArchiveError(
            f"the backup {path} was made by an older Milepost ({header.version}, schema {header.schema}; "
            f"this one knows {SCHEMA_VERSION}): restore it with that version, then upgrade"
        )
    if header.tables != {table.name: columns_of(table) for table in TABLES}:
        raise ArchiveError(
            f"the backup {path} holds other tables than this Milepost knows: restore it with the version "
            f"that made it ({header.version})"
        )


def _settle_key(header: Header, path: Path, key_file: Path) -> bool:
    """See to it that the key file is the one this backup was sealed with; True if it had to be written."""
    wanted = f"the key whose check begins with {header.key_check[:12]}"
    if not key_file.exists():
        if not header.key:
            raise StoreError(
                f"the backup {path} is sealed with {wanted}, and the key file {key_file} is missing: put "
                "that key there, or name it in store.key_file"
            )
        key = bytes.fromhex(header.key)
        if Sealer(key).key_check != header.key_check:
            raise ArchiveError(f"the backup {path} is damaged (its key is not its own): use another one")
        write_key(key_file, key)
        return True
    if Sealer(load_key(key_file, may_make=False)).key_check != header.key_check:
        raise StoreError(
            f"the key file {key_file} is not the one the backup {path} was sealed with: put {wanted} there, "
            "or name it in store.key_file"
        )
    return False


@asynccontextmanager
async def _target(url: str, key_file: Path, clock: Clock, *, replace: bool) -> AsyncIterator[Target]:
    engine_of(url)  # refuses what is the address of neither
    path = file_of(url)
    if path is None:
        async with postgres_target(url, key_file, clock, replace=replace) as target:
            yield target
    else:
        async with sqlite_target(path, key_file, clock, replace=replace) as found:
            yield found


async def _load(reader: Reader, target: Target, told: Progress) -> None:
    """All pieces; the last look at the reader checks every sum, before anything takes its place."""
    tables = {table.name: table for table in TABLES}
    pieces: Iterator[tuple[str, list[Row]]] = reader.pieces()
    total = 0
    while piece := await asyncio.to_thread(next, pieces, None):
        await target.load(tables[piece[0]], piece[1])
        total += len(piece[1])
        told(piece[0], total)
