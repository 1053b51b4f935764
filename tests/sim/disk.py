"""A disk below SQLite that fails as disks do: its power is cut, it is full, or one call to it goes wrong.

`Disk` is an apsw VFS over the system's own. It keeps beside each file what would survive a power cut: what was
synced, and of the rest whatever sectors chance leaves. Readers' shared memory is not on disk, so it is not here.
"""

import random
from pathlib import Path

import apsw

SECTOR = 512
BASE = "unix"


class PowerIsOff(apsw.IOError):
    """Nothing can be written any more."""


class Contents:
    """One file: what is safe, and what was written since."""

    def __init__(self, safe: bytes):
        self.safe = bytearray(safe)
        self.now = bytearray(safe)
        self.written: list[tuple[int, int]] = []  # sector numbers, first and past the last, oldest first
        self.versions: dict[int, list[bytes]] = {}  # each sector's unsynced contents, oldest first
        self.sizes: list[int] = []

    def write(self, data: bytes, offset: int):
        end = offset + len(data)
        if len(self.now) < offset:
            self.now += bytes(offset - len(self.now))
        self.now[offset:end] = data
        for sector in range(offset // SECTOR, -(-end // SECTOR)):
            kept = bytes(self.now[sector * SECTOR : (sector + 1) * SECTOR])
            self.versions.setdefault(sector, []).append(kept)
        self.sizes.append(len(self.now))

    def truncate(self, size: int):
        del self.now[size:]
        self.sizes.append(size)

    def sync(self):
        self.safe = bytearray(self.now)
        self.versions.clear()
        self.sizes.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        """The safe part, and any version of each sector that was not synced: later ones without earlier ones too."""
        kept_of_all = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        found = bytearray(self.safe)
        size = len(found)
        for sector, versions in self.versions.items():
            if chance.random() < kept_of_all:
                version, start = chance.choice(versions), sector * SECTOR
                if len(found) < start:
                    found += bytes(start - len(found))
                found[start : start + len(version)] = version
                size = max(size, start + len(version))
        size = chance.choice([size, *(one for one in self.sizes if one >= size)])
        return bytes(found[:size]) + bytes(max(0, size - len(found)))


class Disk(apsw.VFS):
    """Everything SQLite writes goes through here. Made for one run; `close` when it is over."""

    def __init__(self, name: str):
        super().__init__(name, BASE)
        self.name = name
        self.contents: dict[str, Contents] = {}
        self.calls = 0
        self.off_at = 0  # the call at which the power goes; 0: never
        self.fails: dict[int, type[apsw.Error]] = {}  # single calls that go wrong
        self.refuses: type[apsw.Error] | None = None  # every write goes wrong, until it is None again

    @property
    def is_off(self) -> bool:
        return 0 < self.off_at <= self.calls

    def xOpen(self, name, flags):  # noqa: N802 - apsw's name
        return File(self, name, flags)

    def xDelete(self, name, sync):  # noqa: N802
        self.step(writes=True)
        self.contents.pop(name, None)
        super().xDelete(name, sync)

    def step(self, *, writes: bool):
        """Count a call, and raise what it is to raise."""
        self.calls += 1
        if self.is_off:
            raise PowerIsOff("the power is off")
        if self.calls in self.fails:
            raise self.fails[self.calls](f"planted at call {self.calls}")
        if writes and self.refuses is not None:
            raise self.refuses("planted")

    def leave(self, folder: Path, chance: random.Random):
        """What is found on the disk when the power is back, in another folder."""
        for path, contents in self.contents.items():
            if not path.endswith("-shm"):
                (folder / Path(path).name).write_bytes(contents.after_cut(chance))

    def close(self):
        self.unregister()


class File(apsw.VFSFile):
    """One open file of the disk."""

    def __init__(self, disk, name, flags):
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__(BASE, name, flags)
        self.disk = disk
        if self.path not in disk.contents:
            disk.contents[self.path] = Contents(Path(self.path).read_bytes())
        self.contents = disk.contents[self.path]

    def xWrite(self, data, offset):  # noqa: N802
        self.contents_of_write(data, offset)
        super().xWrite(data, offset)

    def contents_of_write(self, data, offset):
        try:
            self.disk.step(writes=True)
        except PowerIsOff:
            if self.disk.calls == self.disk.off_at:  # under way when the power went
                self.contents.write(data, offset)
            raise
        self.contents.write(data, offset)

    def xTruncate(self, size):  # noqa: N802
        self.disk.step(writes=True)
        self.contents.truncate(size)
        super().xTruncate(size)

    def xSync(self, _flags):  # noqa: N802
        self.disk.step(writes=False)
        self.contents.sync()  # the file below need not be synced: what is safe is kept here

    def xLock(self, level):  # noqa: N802
        try:
            super().xLock(level)
        except apsw.IOError as error:  # a file opened for reading cannot be locked for writing, which is fine
            raise apsw.BusyError(str(error)) from error
