"""A file that is there whole or not at all: written under another name, on disk before it gets its own."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from milepost.ports.store import StoreError

UNFINISHED = ".part"


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """An open file that becomes `path` (mode 0600) when the block ends without an error.

    Killed in between, it leaves `path.part`, which the next try takes over. Raises StoreError for a path
    that is taken, cannot be made, or is being written by another program.
    """
    if path.exists():
        raise StoreError(f"{path} is there already: name another file, or move that one away")
    part = path.with_name(path.name + UNFINISHED)
    file = _held(part)
    try:
        yield file
        put_on_disk(file)
        part.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        _remove(part)
        raise StoreError(
            f"{path} cannot be written ({error.strerror}): make room, or name another place"
        ) from error
    except BaseException:
        _remove(part)
        raise
    finally:
        with suppress(OSError):
            file.close()


def is_being_written(part: Path) -> bool:
    """Whether a program holds this unfinished file now; else it was killed in the middle."""
    with part.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def put_on_disk(file: BinaryIO) -> None:
    """Wait until all that was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """A new or renamed file is there after a power cut only when its folder is on disk too."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _held(part: Path) -> BinaryIO:
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(part, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+b")
    except OSError as error:
        raise StoreError(
            f"{part} cannot be made ({error.strerror}): make that folder writable, or name another place"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreError(
            f"another backup is being written to {part}: wait for it, or name another file"
        ) from error
    file.truncate(0)
    part.chmod(0o600)
    return file


def _remove(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)
