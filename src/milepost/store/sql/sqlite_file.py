"""Opens a SQLite file the one way in which what it acknowledges survives a power cut."""

from pathlib import Path

import apsw

from milepost.ports.store import StoreError, Trouble

BUSY_TIMEOUT_MS = 5000
STATEMENT_CACHE = 500
CACHE_KIB = 65_536
FULL = 2
"""What `PRAGMA synchronous` answers when each commit waits for the disk."""

HEADER = b"SQLite format 3\x00"
MOUNTS = Path("/proc/self/mountinfo")
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs")
"""Their locks and their `fsync` are not to be relied on, and a write-ahead log needs shared memory."""

FAILURES = (
    apsw.FullError,
    apsw.IOError,
    apsw.BusyError,
    apsw.ReadOnlyError,
    apsw.NotADBError,
    apsw.CorruptError,
    apsw.CantOpenError,
    apsw.PermissionsError,
)
"""The disk's or the file's fault, not our statement's."""


def connect(path: Path, vfs: str | None) -> apsw.Connection:
    """A connection whose commits wait for the disk. `vfs`: what is below SQLite; None is the system's own."""
    try:
        connection = apsw.Connection(str(path), vfs=vfs, statementcachesize=STATEMENT_CACHE)
        connection.wal_autocheckpoint(0)  # only the writer moves pages home
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.pragma("synchronous", "FULL")
        connection.pragma("foreign_keys", 1)
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("temp_store", "memory")
    except apsw.Error as error:
        raise told(error, f"the SQLite database {path}") from error
    return connection


def make_durable(connection: apsw.Connection, name: str) -> None:
    """Raises StoreError unless what this connection commits is on disk by then (reliability.md D-08)."""
    if connection.pragma("journal_mode", "wal") != "wal":
        raise StoreError(f"{name} cannot keep a write-ahead log: put it on a local disk")
    if connection.pragma("synchronous") != FULL:
        raise StoreError(
            f"{name} would not wait for the disk: remove what sets `synchronous` in SQLite's build"
        )


def told(error: BaseException, name: str) -> StoreError:
    """What went wrong and what to do, in one sentence."""
    match error:
        case StoreError():
            return StoreError(str(error), error.trouble)
        case apsw.FullError():
            said, trouble = (
                "cannot grow, because the disk is full: make room, nothing is lost",
                Trouble.DISK_FULL,
            )
        case apsw.NotADBError() | apsw.CorruptError():
            said = "cannot be read as a database: restore it from a backup, or name another file in store.url"
            trouble = Trouble.DAMAGED
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            said = "cannot be opened for writing: check the owner and mode of the file and its folder"
            trouble = Trouble.READ_ONLY
        case apsw.BusyError():
            said = "is held by another program: close it (a database browser, a backup tool)"
            trouble = Trouble.BUSY
        case apsw.IOError() if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE:
            said, trouble = "has no room for its index of the log: make room on the disk", Trouble.DISK_FULL
        case _:
            said, trouble = f"cannot be used ({error}): check the disk it is on", Trouble.DISK_ERROR
    return StoreError(f"{name} {said}", trouble)


def refuse_other_formats(path: Path, name: str) -> None:
    """Raises StoreError for a file that SQLite did not write, and for a place on another machine's disk."""
    kind = file_system_of(path)
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(f"{name} is on a network share ({kind}): put it on a local disk, or use PostgreSQL")
    try:
        with path.open("rb") as file:
            start = file.read(len(HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{name} cannot be read ({error.strerror}): check its owner and mode") from error
    if start and start != HEADER and not _was_cut_off(path, start):
        raise StoreError(f"{name} is a file of another kind: name another file in store.url")


def _was_cut_off(path: Path, start: bytes) -> bool:
    """A new file gets its first page last; one cut off before that has its journal, and SQLite undoes it."""
    return not any(start) and path.with_name(path.name + "-journal").exists()


def file_system_of(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system a path is on, e.g. `ext4`; empty where the system does not say."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
        place = path.resolve()
    except OSError:
        return ""
    best, kind = -1, ""
    for line in lines:  # 36 35 98:0 /root /mount/point options - ext4 /dev/sda options (proc(5))
        left, _, right = line.partition(" - ")
        mounted = Path(left.split()[4].replace("\\040", " "))
        if place.is_relative_to(mounted) and len(mounted.parts) >= best:
            best, kind = len(mounted.parts), right.split()[0]
    return kind
