"""What keeps us from a PostgreSQL server, each said in one sentence with the fix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from milepost.ports.store import ContendedError, StoreError, Trouble

UNREADABLE = (
    "store.url cannot be read as a PostgreSQL address: write `postgres://user:password@host/database`"
)
SAID: tuple[tuple[tuple[type[Exception], ...], str, Trouble], ...] = (
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "refuses our user or password: correct store.url",
        Trouble.AWAY,
    ),
    ((asyncpg.InvalidCatalogNameError,), "does not exist: create it, or correct store.url", Trouble.AWAY),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "does not let our user do this: let it own the database",
        Trouble.UNUSABLE,
    ),
    (
        (asyncpg.ReadOnlySQLTransactionError,),
        "is read-only: name the primary server in store.url",
        Trouble.READ_ONLY,
    ),
    (
        (asyncpg.DiskFullError,),
        "cannot grow, because the server's disk is full: make room, nothing is lost",
        Trouble.DISK_FULL,
    ),
    (
        (asyncpg.OutOfMemoryError, asyncpg.TooManyConnectionsError),
        "has no room: give the server more memory or connections",
        Trouble.BUSY,
    ),
    (
        (asyncpg.PostgresIOError,),
        "cannot read or write its disk: look at the server's log",
        Trouble.DISK_ERROR,
    ),
    (
        (asyncpg.AdminShutdownError, asyncpg.CrashShutdownError),
        "was shut down: start the server again",
        Trouble.AWAY,
    ),
    (
        (asyncpg.CannotConnectNowError,),
        "is starting or stopping: wait a moment and start again",
        Trouble.AWAY,
    ),
    ((TimeoutError,), "does not answer in time: look at the server and the network", Trouble.AWAY),
    (
        # The last is what the driver says whose connection ends under it.
        (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError),
        "cannot be reached: start the server, or correct store.url",
        Trouble.AWAY,
    ),
)


GAVE_WAY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)


@asynccontextmanager
async def failures_told(name: str) -> AsyncIterator[None]:
    """Turns them into StoreError; an error of our own statements passes as it is."""
    try:
        yield
    except asyncpg.ClientConfigurationError as error:
        raise StoreError(UNREADABLE) from error
    except GAVE_WAY as error:
        raise ContendedError(f"{name} let another writer pass: try again") from error
    except Exception as error:
        for kinds, said, trouble in SAID:
            if isinstance(error, kinds):
                raise StoreError(f"{name} {said}", trouble) from error
        raise


def why_unreadable(url: str) -> str | None:
    """Asyncpg fails on some addresses in ways of its own; we look before it does."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return UNREADABLE
    return None
