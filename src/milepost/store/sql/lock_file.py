"""Holds a file for this process alone, so that two programs never write one database."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from milepost.ports.store import StoreError


class LockFile:
    """An advisory lock; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, name: str) -> None:
        """Hold it, or raise StoreError saying that `name` is in use."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{name} cannot be made ({error.strerror}: {self._path.parent}): make that folder writable, "
                "or name another file in store.url"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(file, 20, 0).decode("ascii", "replace").strip()
            os.close(file)
            raise StoreError(
                f"{name} is in use by another program (process {holder or 'unknown'}): stop that one, "
                "ask it over its API, or name another file in store.url"
            ) from error
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let go. The file stays: removing it could pull it from under somebody who just took it."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None
