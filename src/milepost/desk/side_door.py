"""A small door beside the database file, so that some commands reach a Milepost that is running.

A SQLite file belongs to one process. Other commands of the same user on the same machine ask that process
through a Unix socket, `<database>.sock`, which nobody else may open (mode 0600). One line of JSON goes in,
one comes out; nothing is served but the work list and how the carriers do.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import structlog

from milepost.desk.carrier_states import CarrierState, carrier_states
from milepost.desk.work_list import answer
from milepost.model.actions import WorkAnswer, WorkWish
from milepost.ports.app import App
from milepost.ports.store import StoreError

LINE_BYTES_MAX = 16_000_000
ANSWER_S_MAX = 60.0
PATH_BYTES_MAX = 100
"""A longer path fits no Unix socket; then there is no side door, and commands say that the file is in use."""

CARRIERS = "carriers"
"""Asks how the carriers do; every other line is a wish about the work list."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


def socket_beside(database: Path) -> Path:
    """Where the door of this database is."""
    return database.with_name(database.name + ".sock")


@asynccontextmanager
async def side_door(app: App, path: Path) -> AsyncIterator[None]:
    """Open while the block runs. Whoever calls holds the database, so an old socket there is nobody's."""
    if len(os.fsencode(path)) > PATH_BYTES_MAX:
        log.warning("no_side_door", why="the path of the database is too long for a socket")
        yield
        return

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(ANSWER_S_MAX):
                writer.write(await _answered(await reader.readuntil(b"\n"), app) + b"\n")
                await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(serve, sock=_bound(path), limit=LINE_BYTES_MAX)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - a moment, and the loop ends anyway


async def _answered(line: bytes, app: App) -> bytes:
    try:
        wish = msgspec.json.decode(line, type=WorkWish | Literal["carriers"])
        found = await (carrier_states(app) if wish == CARRIERS else answer(wish, app))
    except (msgspec.DecodeError, StoreError) as error:
        found = WorkAnswer(refused=str(error))
    return msgspec.json.encode(found)


def _bound(path: Path) -> socket.socket:
    """Whoever finds it there can call: it gets its name when it listens."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # born closed to others
    try:
        made.bind(str(new))
    finally:
        os.umask(before)
    made.listen()
    made.setblocking(False)
    new.replace(path)
    return made


async def ask(wish: WorkWish, path: Path) -> WorkAnswer | None:
    """What the running Milepost answers; None when none runs there. Raises OSError when it says nothing."""
    return await _asked(wish, path, WorkAnswer)


async def ask_for_carriers(path: Path) -> list[CarrierState] | None:
    """How the carriers of the running Milepost do; None and OSError as with `ask`."""
    return await _asked(CARRIERS, path, list[CarrierState])


async def _asked(wish: object, path: Path, kind: type[T]) -> T | None:
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_BYTES_MAX)
    except OSError:
        return None
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            writer.write(msgspec.json.encode(wish) + b"\n")
            await writer.drain()
            return msgspec.json.decode(await reader.readuntil(b"\n"), type=kind)
    except (asyncio.IncompleteReadError, TimeoutError, msgspec.DecodeError) as error:
        raise OSError("the running Milepost did not answer: ask again, or look into its log") from error
    finally:
        writer.close()
