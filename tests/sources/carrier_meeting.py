"""A carrier of ours, talking to a small real server that answers what a test tells it to."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from milepost.model.shipments import TrackingQuery
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources.catalog import FolderCarrier, carriers
from tests.sources import scripted_server
from tests.sources.scripted_server import HandClock, answer, scripted

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
CLIENT_ID, SECRET = "client-id-0001", "client+secret/0001=="


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    request: scripted_server.Asked

    @property
    def target(self) -> str:
        return self.request.path

    @property
    def headers(self) -> dict[str, str]:
        return self.request.headers

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.request.body)


@dataclass(frozen=True)
class Told:
    """One answer; bytes go out as they are, everything else as JSON."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Meeting:
    """The carrier, and what its server was asked."""

    carrier: FolderCarrier
    asked: list[Asked]

    async def fetch(self, *numbers: str, postal_code: str | None = None):
        queries = [TrackingQuery(tracking_number=n, since=NOW, postal_code=postal_code) for n in numbers]
        return await self.carrier.fetch(queries)


@asynccontextmanager
async def meeting(
    key: str, answering: Callable[[Asked], Told], at: str = "", **access: object
) -> AsyncIterator[Meeting]:
    """The carrier of this folder, its base address set to a server on a free port, and the path `at` there."""
    asked: list[Asked] = []

    def told(request: scripted_server.Asked) -> bytes:
        asked.append(Asked(request))
        given = answering(asked[-1])
        body = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
        return answer(given.status, body, **given.headers)

    async with scripted(told) as server:
        keys = CarrierAccess(
            url=server.url + at, **{"client_id": CLIENT_ID, "client_secret": SECRET, **access}
        )
        settings = Settings(carriers={key: keys}, http=Http(retry_base_s=0.0, timeout_s=5.0))
        carrier = carriers(settings, HandClock(NOW.isoformat()))[key]
        yield Meeting(carrier, asked)
        await carrier.line.close()
