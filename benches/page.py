"""How fast a tracking page is, against an empty page of the same server."""

import asyncio
import statistics
from dataclasses import dataclass

from benches.beside import beside
from benches.figures import Figure, against, show
from benches.load import Load, ask
from benches.processor import used_s
from benches.site import EMPTY

SEED = 21
ORDERS = 60
CONNECTIONS = 8
ROUNDS = 5
ROUND_S = 2.0
WARM_UP_S = 1.0
STOP_S = 10


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the measured site answers."""

    port: int
    path: str
    cookie: str
    scans: int
    pid: int


def measure() -> list[Figure]:
    """Requests per second and p99 of both pages, in turn, and the page's share of the empty one's rate."""
    with beside("benches.site", ORDERS, SEED, stop_s=STOP_S) as told:
        site = Site(**told)
        pages, empties, used = asyncio.run(_in_turn(site))
    empty = _rate("empty_page", empties)
    figures = [
        against(_rate("page_vs_empty_page", pages), empty),
        empty,
        against(_p99("page_p99_ms", pages), _p99("empty_page_p99_ms", empties)),
        _p99("empty_page_p99_ms", empties),
        against(_cpu("page_cached_cpu_ms", used[0], pages), _cpu("empty_page_cpu_ms", used[1], empties)),
        _cpu("empty_page_cpu_ms", used[1], empties),
    ]
    show(
        f"The tracking page of a parcel with {site.scans} scans ({pages[0].body_bytes / 1000:.0f} kB), "
        f"{CONNECTIONS} connections, median of {ROUNDS} rounds of {ROUND_S:g} s",
        figures,
    )
    return figures


async def _in_turn(site: Site) -> tuple[list[Load], list[Load], list[float]]:
    pages: list[Load] = []
    empties: list[Load] = []
    used = [0.0, 0.0]

    async def look(seconds: float) -> tuple[Load, Load]:
        start = used_s(site.pid)
        page = await ask(site.port, site.path, cookie=site.cookie, connections=CONNECTIONS, seconds=seconds)
        middle = used_s(site.pid)
        empty = await ask(site.port, EMPTY, connections=CONNECTIONS, seconds=seconds)
        used[0] += middle - start
        used[1] += used_s(site.pid) - middle
        return page, empty

    await look(WARM_UP_S)
    used[:] = [0.0, 0.0]
    for _ in range(ROUNDS):
        page, empty = await look(ROUND_S)
        pages.append(page)
        empties.append(empty)
    return pages, empties, used


def _rate(name: str, loads: list[Load]) -> Figure:
    value = round(statistics.median(one.per_second for one in loads), 1)
    return Figure(name=name, value=value, unit="requests/s", n=sum(one.answers for one in loads), seed=SEED)


def _cpu(name: str, used: float, loads: list[Load]) -> Figure:
    """Processor time of the server for one answer."""
    answers = sum(one.answers for one in loads)
    return Figure(name=name, value=round(used / answers * 1e3, 3), unit="ms CPU", n=answers, seed=SEED)


def _p99(name: str, loads: list[Load]) -> Figure:
    value = round(statistics.median(one.p99_ms for one in loads), 2)
    return Figure(name=name, value=value, unit="ms", n=sum(one.answers for one in loads), seed=SEED)
