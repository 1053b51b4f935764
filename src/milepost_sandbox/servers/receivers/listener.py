"""A small HTTP/1.1 server that can misbehave in ways a good one cannot: hang, hang up, never end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

HEAD_BYTES_MAX: Final = 65_536
BODY_BYTES_MAX: Final = 1_048_576
HANG_S_MAX: Final = 600.0
DRIP_S: Final = 0.2
DRIP: Final = b"x" * 100
FLOOD: Final = b"y" * 16_384
IDLE_S: Final = 30.0

HUNG_UP: Final = (ConnectionError, EOFError, TimeoutError, ValueError, asyncio.CancelledError)
"""How a conversation ends; cancelled ones too, for a server that stops has nothing more to say."""

How = Literal["whole", "hang", "reset", "slow", "endless", "headers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, whole. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """A form-encoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back, and how: `hang` says nothing, `reset` hangs up, the rest begins and does not end."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    how: How = "whole"


def json_reply(status: int, data: object) -> Reply:
    """A reply with a JSON body."""
    return Reply(status=status, body=msgspec.json.encode(data), headers={"Content-Type": "application/json"})


Handler = Callable[[Request], Awaitable[Reply]]


@contextlib.asynccontextmanager
async def listening(handler: Handler, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Answer with `handler` until the block ends; yields the address."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        with contextlib.suppress(*HUNG_UP):
            await _converse(reader, writer, handler)
        with contextlib.suppress(ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, host, port, limit=HEAD_BYTES_MAX)
    bound = server.sockets[0].getsockname()
    try:
        yield f"http://[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"http://{bound[0]}:{bound[1]}"
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    """One request after the other, until somebody hangs up."""
    while True:
        async with asyncio.timeout(IDLE_S):
            request = await _read(reader)
        reply = await handler(request)
        if not await _send(reply, writer):
            return


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= BODY_BYTES_MAX:
        raise ValueError("a body of that length is not read")
    body = await reader.readexactly(length)
    parts = urlsplit(target)
    return Request(
        method=method, path=parts.path, query=dict(parse_qsl(parts.query)), headers=headers, body=body
    )


async def _send(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    """Whether the connection can be used again."""
    if reply.how == "hang":
        await asyncio.sleep(HANG_S_MAX)
        return False
    if reply.how == "reset":
        writer.transport.abort()
        return False
    if reply.how == "headers":
        return await _forever(writer, b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"z" * 8_000 + b"\r\n", 0.0)
    if reply.how in ("slow", "endless"):
        drip, pause_s = (DRIP, DRIP_S) if reply.how == "slow" else (FLOOD, 0.0)
        return await _forever(writer, _head(reply, length=None), drip, pause_s)
    writer.write(_head(reply, length=len(reply.body)) + reply.body)
    await writer.drain()
    return True


async def _forever(writer: asyncio.StreamWriter, beginning: bytes, more: bytes, pause_s: float) -> bool:
    writer.write(beginning)
    ends = asyncio.get_running_loop().time() + HANG_S_MAX
    while asyncio.get_running_loop().time() < ends:
        writer.write(more)
        await writer.drain()
        await asyncio.sleep(pause_s)
    return False


def _head(reply: Reply, *, length: int | None) -> bytes:
    phrase = HTTPStatus(reply.status).phrase
    ends = "Connection: close" if length is None else f"Content-Length: {length}"
    lines = [f"{name}: {value}" for name, value in reply.headers.items()]
    return "\r\n".join([f"HTTP/1.1 {reply.status} {phrase}", ends, *lines, "", ""]).encode("latin-1")
