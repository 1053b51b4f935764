"""Changing tables that others use: held for a moment at most, and asked for again rather than waited for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from milepost.ports.store import ContendedError, StoreError
from milepost.store.sql.engine import Session
from milepost.store.sql.verbatim import Verbatim

LOCK_WAIT = "SET LOCAL lock_timeout = '1s'"
"""Who waits for a lock makes everybody after him wait: rather let them pass, and ask again."""
LOCK_HELD_S = 2.0
LOCK_TRIES_MAX = 240
BETWEEN_TRIES_S = 0.25


@asynccontextmanager
async def briefly(session: Session) -> AsyncIterator[None]:
    """On PostgreSQL others wait for what we lock: not long, or we let go and try again."""
    if session.engine == "sqlite":
        yield
        return
    await session.run(Verbatim(LOCK_WAIT))
    try:
        async with asyncio.timeout(LOCK_HELD_S):
            yield
    except TimeoutError as error:
        raise ContendedError(f"a change of the tables took longer than {LOCK_HELD_S} s: try again") from error


async def patiently(work: Callable[[], Awaitable[None]], name: str) -> None:
    for _ in range(LOCK_TRIES_MAX):
        try:
            return await work()
        except ContendedError:
            await asyncio.sleep(BETWEEN_TRIES_S)
    raise StoreError(f"{name} is too busy to change its tables: try again when there is less to do")
