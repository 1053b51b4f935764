"""One contract for every way news gets about: in process, LISTEN and NOTIFY, NATS."""

import asyncio
import os
import secrets
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import structlog

from milepost.live import relay
from milepost.live.opening import opened_live
from milepost.settings import LiveSettings, Settings, StoreSettings
from tests.live.gate import gate
from tests.nats_server import nats_server
from tests.stores import fresh_url, postgres_folder

LONG_ENOUGH_S = float(
    os.environ.get("MILEPOST_TEST_PATIENCE_S", "60")
)  # nobody waits where a fault is planted
BUSES = [pytest.param("postgres", marks=pytest.mark.postgres), "nats"]


@pytest.fixture(autouse=True)
def everything_is_said():
    """Whatever a command run in this process made of the log: what is said of a bus is said at the level `info`."""
    structlog.reset_defaults()


async def until(condition, what="it"):
    """Wait for a condition. How long it takes decides nothing."""
    ends = time.monotonic() + LONG_ENOUGH_S
    while not condition():
        assert time.monotonic() < ends, f"{what} did not come to pass in {LONG_ENOUGH_S} s"
        await asyncio.sleep(0.005)


async def soon(awaitable):
    """It has to come; how long it takes decides nothing."""
    return await asyncio.wait_for(awaitable, LONG_ENOUGH_S)


class Town:
    """A bus with a gate before it, and as many nodes as a test likes."""

    def __init__(self, engine, url, the_gate, settings):
        self.engine = engine
        self.url = url
        self.gate = the_gate
        self.settings = settings

    @asynccontextmanager
    async def nodes(self, count=2):
        """So many, each of which has heard of all others."""
        async with self.node("node-0") as first:
            if count == 1 or self.engine == "process":
                yield [first] * count
                return
            async with self._others(range(1, count)) as others:
                nodes = [first, *others]
                await until(lambda: all(len(node.state().nodes) == count for node in nodes), "the roll")
                yield nodes

    def node(self, name, **live):
        """One more, beside the others."""
        settings = replace(self.settings, live=replace(self.settings.live, node=name, **live))
        return opened_live(settings)

    @asynccontextmanager
    async def _others(self, numbers):
        if not numbers:
            yield []
            return
        async with self.node(f"node-{numbers[0]}") as one, self._others(numbers[1:]) as more:
            yield [one, *more]


@pytest.fixture(scope="session")
def nats():
    """One server for the tests of this process that leave it alone."""
    with nats_server() as server:
        yield server


@asynccontextmanager
async def town_of(engine, tmp_path, nats):
    settings = Settings(store=StoreSettings(url="sqlite:nothing", key_file=str(tmp_path / "key")))
    if engine == "process":
        yield Town(engine, "process", None, settings)
        return
    if engine == "nats":
        async with gate(("127.0.0.1", nats.port)) as one:
            live = LiveSettings(url=f"nats://127.0.0.1:{one.port}", subject=f"test-{secrets.token_hex(4)}")
            yield Town(engine, nats.url, one, replace(settings, live=live))
        return
    async with fresh_url("postgres", tmp_path) as url, gate(f"{postgres_folder()}/.s.PGSQL.5432") as one:
        base = url.partition("?")[0].rpartition("/")[2]
        live = LiveSettings(url=f"postgres://postgres@127.0.0.1:{one.port}/{base}?sslmode=disable")
        yield Town(engine, url, one, replace(settings, live=live))


@pytest.fixture(params=["process", *BUSES])
async def town(request, tmp_path):
    """Every engine."""
    server = request.getfixturevalue("nats") if request.param == "nats" else None
    async with town_of(request.param, tmp_path, server) as one:
        yield one


@pytest.fixture(params=BUSES)
async def wide_town(request, tmp_path):
    """Every engine with a bus, where nodes are apart."""
    server = request.getfixturevalue("nats") if request.param == "nats" else None
    async with town_of(request.param, tmp_path, server) as one:
        yield one


@pytest.fixture
def hasty(monkeypatch):
    """Patience is shorter, so that a test need not wait for it; what happens then is the same."""
    monkeypatch.setattr(relay, "RETRY_S_MAX", 0.2)
    monkeypatch.setattr(relay, "FIRST_ECHO_S", 1.0)
    monkeypatch.setattr(relay, "PASSING_ECHO_S", 1.0)
    monkeypatch.setattr(relay, "HERE_EVERY_S", 0.2)
    for room in ("postgres.STATEMENT_S", "postgres.CONNECT_S", "nats.SEND_S", "nats.CONNECT_S"):
        monkeypatch.setattr(f"milepost.live.{room}", 1.0)
