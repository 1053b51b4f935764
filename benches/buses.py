"""How long word takes from node to node while twelve of them talk, and what hearing it all costs a node."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benches.figures import Figure, show
from milepost.live.opening import opened_live
from milepost.ports.live import Live
from milepost.settings import LiveSettings, Settings
from tests.nats_server import nats_server
from tests.stores import fresh_url

SEED = 0  # nothing is drawn by lot
NODES = 12
TOPICS_PER_S = 1_000  # of each node: what a batch of reports says, twenty times a second
BATCHES_PER_S = 20
PROBES = 300
PROBE_GAP_S = 0.01
PROBE = "order:probe:1"


def measure() -> list[Figure]:
    """Median and p99 of the way from node to node, and a node's CPU for each topic that goes about."""
    figures = [*asyncio.run(_over_nats()), *asyncio.run(_over_postgres())]
    show(f"{NODES} nodes, each says {TOPICS_PER_S:,} topics a second; all on this machine", figures)
    return figures


async def _over_nats() -> list[Figure]:
    with nats_server() as server:
        return await _measured("nats", server.url)


async def _over_postgres() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with fresh_url("postgres", Path(folder)) as url:
            return await _measured("postgres", url)


async def _measured(engine: str, url: str) -> list[Figure]:
    settings = Settings(live=LiveSettings(url=url))
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(opened_live(settings)) for _ in range(NODES)]
        talking = [asyncio.create_task(_talk(node, number)) for number, node in enumerate(nodes)]
        cpu, said = time.process_time(), _said(nodes)
        delays = await _probed(nodes[0], nodes[-1])
        cpu, said = time.process_time() - cpu, _said(nodes) - said
        for task in talking:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return [
        Figure(
            name=f"bus_{engine}_p50_ms", value=_ms(statistics.median(delays)), unit="ms", n=PROBES, seed=SEED
        ),
        Figure(
            name=f"bus_{engine}_p99_ms",
            value=_ms(statistics.quantiles(delays, n=100)[98]),
            unit="ms",
            n=PROBES,
            seed=SEED,
        ),
        Figure(
            name=f"bus_{engine}_us_per_topic",
            value=round(cpu / said / NODES * 1e6, 2),
            unit="µs of CPU a node",
            n=said,
            seed=SEED,
        ),
    ]


async def _talk(node: Live, number: int) -> None:
    for batch in range(1_000_000):
        many = TOPICS_PER_S // BATCHES_PER_S
        node.publish([f"order:{number}:{batch}-{one}" for one in range(many)])
        await asyncio.sleep(1 / BATCHES_PER_S)


async def _probed(here: Live, there: Live) -> list[float]:
    """Seconds from saying to hearing, from a busy node to another."""
    delays = []
    async with there.listen(PROBE) as changes:
        for _ in range(PROBES):
            said_at = time.perf_counter()
            here.publish([PROBE])
            await anext(changes)
            delays.append(time.perf_counter() - said_at)
            await asyncio.sleep(PROBE_GAP_S)
    return delays


def _said(nodes: list[Live]) -> int:
    return sum(node.state().published for node in nodes)


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 2)
