"""A small real HTTP server that answers what a test tells it to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from milepost.model.shipments import TrackingQuery
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources.catalog import FolderCarrier, carriers

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
CLIENT_ID, SECRET = "client-id-0001", "client+secret/0001=="


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True)
class Told:
    """One answer; a body that is not bytes goes out as JSON."""

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def wire(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"content-type": "application/json", "connection": "close", **self.headers}
        lines = [
            f"HTTP/1.1 {self.status} x",
            *(f"{name}: {value}" for name, value in headers.items()),
            f"content-length: {len(body)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Hand:
    """A clock moved by hand."""

    rate = 0.0
    moment = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class Meeting:
    """The running server, and the carrier that talks to it."""

    asked: list[Asked]
    carrier: FolderCarrier
    clock: Hand

    async def fetch(self, *numbers: str, postal_code: str | None = None):
        queries = [TrackingQuery(tracking_number=n, since=NOW, postal_code=postal_code) for n in numbers]
        return await self.carrier.fetch(queries)


@asynccontextmanager
async def meeting(key: str, answer: Callable[[Asked], Told], **access: object) -> AsyncIterator[Meeting]:
    """The carrier of this folder, its base address set to a server on a free port that answers so."""
    asked: list[Asked] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _read(reader)
        asked.append(request)
        writer.write(answer(request).wire)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    keys = CarrierAccess(url=url, **{"client_id": CLIENT_ID, "client_secret": SECRET, **access})
    settings = Settings(carriers={key: keys}, http=Http(retry_base_s=0.0, timeout_s=5.0))
    clock = Hand()
    carrier = carriers(settings, clock)[key]
    try:
        yield Meeting(asked, carrier, clock)
    finally:
        await carrier.line.close()
        server.close()
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    return Asked(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
