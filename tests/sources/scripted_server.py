"""A small real HTTP server that answers from a script, byte for byte, and a clock stepped by hand."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

HEAD_BYTES_MAX = 65_536


class HandClock:
    """A world that stands still until somebody steps it."""

    rate = 0.0

    def __init__(self, start: str = "2026-11-22T12:00:00+00:00") -> None:
        self._now = datetime.fromisoformat(start).astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def step(self, **by: float) -> None:
        self._now += timedelta(**by)


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """What was asked so far, and where to ask."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


Script = list[bytes] | Callable[[Asked], bytes]


@asynccontextmanager
async def scripted(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve on a free port. A list is answered in order, its last answer for ever; b"" never answers."""
    server = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            server.asked.append(asked)
            position = min(len(server.asked), len(script)) - 1 if isinstance(script, list) else 0
            told = script[position] if isinstance(script, list) else script(asked)
            if not told:
                await reader.read()  # until the caller hangs up
            writer.write(told)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listening.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n"))[:HEAD_BYTES_MAX].decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)


def answer(
    status: int = 200, body: bytes = b'{"ok": true}', *, length: int | None = None, **headers: str
) -> bytes:
    """An answer; `length` other than the body's makes it a cut one. Header names with _ for -."""
    told = {"content-type": "application/json", "connection": "close", **headers}
    told["content-length"] = str(len(body) if length is None else length)
    lines = [
        f"HTTP/1.1 {status} Told",
        *(f"{name.replace('_', '-')}: {value}" for name, value in told.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def zipped(body: bytes) -> bytes:
    return answer(body=gzip.compress(body), content_encoding="gzip")
