"""Two thousand open pages on one worker: the memory of each, and how soon a scan is on the last of them."""

import asyncio
import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from benches.beside import beside
from benches.figures import Figure, show
from benches.processor import used_s
from benches.readers_site import SCAN

SEED = 0  # nothing is drawn by lot
READERS = 2_000
OPENING_AT_ONCE = 50
ROUNDS = 10
STREAM_STARTS_S, NEWS_S, STOP_S = 600.0, 120.0, 60.0
SPREAD_OVER = 100
"""In the second run the pages are of so many orders, and a scan of each comes in one batch."""

END = b"}\n\n\r\n"
"""Of a message, and of the chunk it came in."""


@dataclass(frozen=True)
class Site:
    """Where the watched site answers; one (path, cookie) for each order."""

    port: int
    readers: list[tuple[str, str]]
    pid: int


@dataclass(frozen=True)
class Found:
    """Of one run."""

    delays_ms: list[float]  # of every page in every round
    kb_each: float
    cpu_ms_a_round: float


def measure() -> list[Figure]:
    """All pages of one order, as when everybody watches it; then the same number over many orders."""
    one, many = _run(1), _run(SPREAD_OVER)
    figures = [
        _figure("live_2000_p99_ms", _p99(one.delays_ms), "ms"),
        _figure("live_2000_p50_ms", statistics.median(one.delays_ms), "ms"),
        _figure("live_2000_cpu_ms", one.cpu_ms_a_round, "ms CPU/scan", ROUNDS),
        _figure("live_2000_of_100_orders_p99_ms", _p99(many.delays_ms), "ms"),
        _figure("live_2000_of_100_orders_cpu_ms", many.cpu_ms_a_round, "ms CPU/batch", ROUNDS),
        _figure("live_kb_per_reader", one.kb_each, "kB", READERS),
    ]
    show(
        f"{READERS:,} open pages on one worker; from a scan's coming to its being read by each page", figures
    )
    return figures


def _run(orders: int) -> Found:
    with beside("benches.readers_site", orders, stop_s=STOP_S) as told:
        return asyncio.run(_watched(Site(**told)))


class _Page(asyncio.Protocol):
    """An open page that only notes when news was there whole: the browser's own work is not the server's."""

    def __init__(self) -> None:
        self.messages = 0
        self.at = 0.0
        self._news = asyncio.Event()
        self._tail = b""
        self._is_page = False
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Kept, to be closed."""
        self._transport = transport

    def close(self) -> None:
        """Leave as a browser does."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Pieces come as the network cuts them; a sign of life is no news."""
        text = self._tail + data
        self._is_page = self._is_page or b"event: page" in text
        if self._is_page and text.endswith(END):
            self.at = time.monotonic()
            self.messages += 1
            self._is_page = False
            self._tail = b""
            self._news.set()
        else:
            self._tail = text[-24:]

    async def news(self) -> float:
        """When the next message was there."""
        await self._news.wait()
        self._news.clear()
        return self.at


async def _watched(site: Site) -> Found:
    loop = asyncio.get_running_loop()
    first = await _open(loop, site, 0)  # what is loaded once is nobody's
    await asyncio.wait_for(first.news(), STREAM_STARTS_S)
    empty = _resident_kb(site.pid)
    pages = [first]
    for start in range(1, READERS, OPENING_AT_ONCE):
        numbers = range(start, min(READERS, start + OPENING_AT_ONCE))
        opened = await asyncio.gather(*[_open(loop, site, number) for number in numbers])
        await asyncio.wait_for(asyncio.gather(*[one.news() for one in opened]), STREAM_STARTS_S)
        pages += opened
    kb_each = (_resident_kb(site.pid) - empty) / (READERS - 1)
    delays: list[float] = []
    used = used_s(site.pid)
    for _ in range(ROUNDS):
        waiting = asyncio.gather(*[one.news() for one in pages])
        came = await _scan(site.port)
        delays += [(at - came) * 1000 for at in await asyncio.wait_for(waiting, NEWS_S)]
    used = used_s(site.pid) - used
    for one in pages:
        one.close()
    return Found(delays, kb_each, used / ROUNDS * 1000)


async def _open(loop: asyncio.AbstractEventLoop, site: Site, number: int) -> _Page:
    path, cookie = site.readers[number % len(site.readers)]
    transport, page = await loop.create_connection(_Page, "127.0.0.1", site.port)
    transport.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAccept: text/event-stream\r\n"
        f"Cookie: {cookie}\r\n\r\n".encode()
    )
    return page


async def _scan(port: int) -> float:
    """The moment the scan came, as the site saw it; both processes read the same clock."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST {SCAN} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()
    return float(json.loads(answer.partition(b"\r\n\r\n")[2])["came"])


def _resident_kb(pid: int) -> int:
    found = Path(f"/proc/{pid}/status").read_text("ascii").partition("VmRSS:")[2]
    return int(found.split()[0])


def _p99(delays: list[float]) -> float:
    return statistics.quantiles(delays, n=100)[98]


def _figure(name: str, value: float, unit: str, n: int = READERS * ROUNDS) -> Figure:
    return Figure(name=name, value=round(value, 1), unit=unit, n=n, seed=SEED)
