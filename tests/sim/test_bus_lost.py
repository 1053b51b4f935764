"""D-07: the bus is killed, its store deleted, its messages repeated and shuffled, under load: nothing is lost.

Every buyer is told once, and every open page ends up showing the end, though pages look only when they are told to.
"""

import asyncio
import contextlib
import random
import shutil
import time
from contextlib import asynccontextmanager

import asyncpg
import pytest
from nats.aio.client import Client
from structlog.testing import capture_logs

from tests.nats_server import nats_server
from tests.sim.bus_town import bus_town
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.stores import fresh_url

SEED = 20261122
SUBJECT = "milepost.live"
BACKLOG_S_MAX = 60.0  # reliability.md D-07
TIMES = 3


class Echoes:
    """Says every message on the bus three times more, out of order, and lets JetStream keep a copy of all."""

    def __init__(self, server, rng):
        self._server = server
        self._rng = rng
        self._held = []
        self.repeated = self.kept = 0

    async def run(self):
        """Until cancelled; a dead server is waited for."""
        while True:
            with contextlib.suppress(Exception):
                await self._until_it_dies()
            await asyncio.sleep(0.02)

    async def _until_it_dies(self):
        client = Client()
        try:
            await client.connect(
                self._server.url,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                error_cb=_quiet,
                no_echo=True,
            )
            await client.jetstream().add_stream(name="everything", subjects=["milepost.>"])
            await client.subscribe(SUBJECT, cb=self._hold)
            while client.is_connected:
                await self._say_again(client)
                self.kept = max(
                    self.kept, (await client.jetstream().stream_info("everything")).state.messages
                )
                await asyncio.sleep(0.02)
        finally:
            with contextlib.suppress(Exception):
                await client.close()

    async def _hold(self, message):
        self._held += [message.data] * TIMES

    async def _say_again(self, client):
        self._rng.shuffle(self._held)
        now, self._held = self._held, []
        for data in now:
            await client.publish(SUBJECT, data)
        await client.flush()
        self.repeated += len(now)


async def _quiet(_error):
    pass


@asynccontextmanager
async def nats_bus(rng, _store_url):
    """Its address, and how to break it: killed outright, and everything it kept deleted."""
    with nats_server("-js") as server:
        echoes = Echoes(server, rng)
        repeating = asyncio.create_task(echoes.run())

        async def breaks():
            server.kill()
            shutil.rmtree(server.store, ignore_errors=True)
            await asyncio.sleep(rng.uniform(0, 0.2))
            await asyncio.to_thread(server.start)

        yield server.url, breaks, lambda: {"repeated": echoes.repeated, "kept_by_jetstream": echoes.kept}
        repeating.cancel()
        assert echoes.repeated > 0, "no message was ever repeated, so nothing was shown"
        assert echoes.kept > 0, "JetStream kept nothing, so deleting it showed nothing"


@asynccontextmanager
async def postgres_bus(_rng, store_url):
    """LISTEN and NOTIFY, whose connections are cut by the server."""
    base = store_url.partition("?")[0].rpartition("/")[2]
    cut = 0

    async def breaks():
        nonlocal cut
        connection = await asyncpg.connect(store_url)
        rows = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = $1 AND application_name = 'milepost live'",
            base,
        )
        cut += len(rows)
        await connection.close()

    yield "", breaks, lambda: {"cut": cut}
    assert cut > 0, "no connection was ever cut, so nothing was shown"


BUSES = {"nats": nats_bus, "postgres": postgres_bus}


@pytest.mark.postgres
@pytest.mark.parametrize("engine", BUSES)
async def test_a_bus_that_dies_under_load_loses_nothing_and_repeats_nothing(engine, tmp_path):
    print(f"seed {SEED}")
    with capture_logs():
        row = await prove(engine, tmp_path)
    print(row)
    keep("bus_lost", row)
    assert (row["lost"], row["doubled"], row["stale_pages"]) == (0, 0, 0), row
    assert row["times_away"] > 0, "no node ever noticed, so nothing was shown"


async def prove(engine, tmp_path):
    """All runs on one town; what became of every order and page."""
    rng = random.Random(SEED)
    lost = doubled = stale = orders = 0
    slowest_s = 0.0
    async with (
        fresh_url("postgres", tmp_path) as store_url,
        BUSES[engine](rng, store_url) as (live_url, breaks, told),
        bus_town(store_url, live_url, tmp_path) as town,
    ):
        for run in range(TIER.bus_runs):
            numbers = [f"{run:03}{number:02}" for number in range(TIER.bus_orders)]
            slowest_s = max(slowest_s, await one_run(town, numbers, breaks, rng))
            times = town.told(numbers)
            lost += sum(count == 0 for count in times.values())
            doubled += sum(count > 1 for count in times.values())
            stale += sum(town.shown[number] != "delivered" for number in numbers)
            orders += len(numbers)
            print(
                f"{engine}: run {run + 1} of {TIER.bus_runs}, {lost} lost, {doubled} doubled, {stale} stale",
                flush=True,
            )
        away = sum(app.live.state().lost for app in town.apps)
    row = {"engine": engine, "seed": SEED, "runs": TIER.bus_runs, "orders": orders, "lost": lost}
    row |= {
        "doubled": doubled,
        "stale_pages": stale,
        "times_away": away,
        "backlog_s_max": round(slowest_s, 2),
        **told(),
    }
    return row


async def one_run(town, numbers, breaks, rng):
    """News under load while the bus dies twice; how long after that everything was done, in real seconds."""
    for number in numbers:
        await town.expect(number)
    pages = [asyncio.create_task(town.page(number)) for number in numbers]
    hearing = asyncio.create_task(town.hear(numbers, rng))
    for _ in range(2):
        await asyncio.sleep(rng.uniform(0, 0.3))  # any moment will do
        await breaks()
    await hearing
    ended = time.monotonic()
    await until(lambda: is_done(town, numbers))
    took_s = time.monotonic() - ended
    for page in pages:
        page.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return took_s


async def until(condition):
    """Or the backlog took longer than it may; what is missing then is counted."""
    ends = time.monotonic() + BACKLOG_S_MAX
    while not condition():
        if time.monotonic() > ends:
            return
        await asyncio.sleep(0.02)


def is_done(town, numbers):
    return all(town.told(numbers).values()) and all(town.shown[number] == "delivered" for number in numbers)
