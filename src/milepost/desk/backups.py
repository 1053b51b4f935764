"""Where a backup goes, and which old ones may go."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from milepost.store.backup.file import UNFINISHED, is_being_written
from milepost.store.sql.lock_file import LockFile

ENDING = ".milepost"
NAMED_AFTER_INSTANT = re.compile(r"milepost-\d{8}T\d{6}Z\.milepost")
"""Only such files are ever removed: one that somebody gave a name stays."""


def file_for(to: Path, now: datetime) -> Path:
    """The file to write: `to` itself or, if that is a folder, a new one in it named after the instant."""
    if to.suffix == ENDING or (to.suffix and not to.is_dir()):
        return to
    return to / f"milepost-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}"


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder. Raises StoreError when another backup is being taken into it."""
    lock = LockFile(folder / ".backup.lock")
    lock.take(f"the backup folder {folder}")
    try:
        yield
    finally:
        lock.release()


def remove_oldest(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` that are named after their instant, and what was never finished."""
    known = sorted(path for path in folder.iterdir() if NAMED_AFTER_INSTANT.fullmatch(path.name))
    unfinished = [
        path
        for path in folder.iterdir()
        if NAMED_AFTER_INSTANT.fullmatch(path.name.removesuffix(UNFINISHED))
        and path.name.endswith(UNFINISHED)
        and not is_being_written(path)
    ]
    gone = known[: max(0, len(known) - max(1, keep))] + unfinished
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
