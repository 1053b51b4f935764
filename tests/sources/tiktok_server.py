"""A small real server that answers what a test tells it to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from milepost.model.shops import Grant, Shop, ShopState
from milepost.settings import Http, TikTokApp, TikTokShop
from milepost.sources.line import Line
from milepost.sources.marketplaces.tiktok_shop.calls import Calls
from milepost.sources.marketplaces.tiktok_shop.marketplace import TikTokShopMarketplace

NOW = datetime(2026, 1, 1, 1, 1, tzinfo=UTC)  # 1767229260
SECRET = "demo_app_secret_0123456789abcdef"
APP = TikTokApp(market="us", app_key="demoappkey", app_secret=SECRET, service_id="7000")
ROW_APP = TikTokApp(market="row", app_key="rowappkey", app_secret="row_secret_0123456789", service_id="8000")
SHOP = Shop(
    shop_id="tiktok_shop-7490000000000000001",
    marketplace="tiktok_shop",
    foreign_id="7490000000000000001",
    name="Example Mugs",
    region="US",
    cipher="ROW_demoCipher-01",
    app_key="demoappkey",
    state=ShopState.CONNECTED,
    connected_at=NOW,
)
GRANT = Grant(
    marketplace="tiktok_shop",
    app_key="demoappkey",
    owner="exampleOpenId0001",
    access_token="TTP_secretAccess",
    access_expires_at=datetime(2026, 1, 8, tzinfo=UTC),
    refresh_token="TTP_secretRefresh",
    refresh_expires_at=datetime(2125, 1, 1, tzinfo=UTC),
)


@dataclass(frozen=True)
class Asked:
    """One request as it came in. `target` is the raw path and query."""

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


@dataclass(frozen=True)
class Told:
    """An answer: status, body and further headers."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


def ok(data: object, **headers: str) -> Told:
    return envelope(0, "Success", data=data, **headers)


def envelope(
    code: int, message: str = "no", *, status: int = 200, data: object = None, **headers: str
) -> Told:
    body = {"code": code, "message": message, "request_id": "202601010101010A1B2C", "data": data}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(json.dumps(body).encode(), status, {"content-type": "application/json", **named})


Answering = Callable[[Asked], Told]


@dataclass
class Hand:
    """A clock moved by hand."""

    moment: datetime = NOW
    rate: float = 0.0

    def now(self) -> datetime:
        return self.moment


@dataclass
class Platform:
    """The running server, the marketplace that talks to it, and how long it paused."""

    url: str
    asked: list[Asked]
    marketplace: TikTokShopMarketplace
    clock: Hand
    pauses: list[float]
    line: Line
    calls: Calls


@asynccontextmanager
async def platform(
    answering: Answering | list[Told], *, clock: Hand | None = None, **settings: object
) -> AsyncIterator[Platform]:
    """Start the server on a free port. A list is answered one by one; its last entry for ever."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Told:
        asked.append(request)
        if callable(answering):
            return answering(request)
        return answering[min(len(asked), len(answering)) - 1]

    server = await asyncio.start_server(lambda r, w: _serve(r, w, answer), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    own = TikTokShop(apps=[APP, ROW_APP], auth_url=url, api_url=url, **{"calls_per_second": 1e6, **settings})
    clock, pauses, http = clock or Hand(), [], Http(retry_base_s=0.0, timeout_s=5.0)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    line = Line(key="tiktok_shop", http=http, clock=clock, secrets=(SECRET,), base_urls=(url,))
    calls = Calls(line=line, settings=own, http=http, clock=clock, pause=pause)
    try:
        yield Platform(url, asked, TikTokShopMarketplace(own, calls, clock), clock, pauses, line, calls)
    finally:
        await line.close()
        server.close()
        await server.wait_closed()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answering) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    told = answer(Asked(method, target, headers, body))
    lines = [f"HTTP/1.1 {told.status} X", "connection: close", f"content-length: {len(told.body)}"]
    lines += [f"{name}: {value}" for name, value in told.headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + told.body)
    await writer.drain()
    writer.close()
