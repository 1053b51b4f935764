"""Two Mileposts on one PostgreSQL: a page on one moves when the other hears news, a worker wakes for the other's work."""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from milepost import wiring, worker
from milepost.cli.check import answering
from milepost.desk.imports import SOURCE, import_file
from milepost.desk.lookup import make_link
from milepost.react import polls
from milepost.settings import LiveSettings, Settings, StoreSettings
from milepost.show.pages import order_live
from milepost.web import build, listen, serve
from tests.live.conftest import BUSES, LONG_ENOUGH_S, soon, town_of, until
from tests.stores import fresh_url

HEADER = "order_number,tracking_number,carrier,email,postcode,country,item,quantity,placed_at\n"
FIRST = HEADER + "A-1,1Z999AA10123456784,UPS,ann@example.invalid,53703,US,Blue bowl,2,2026-03-04\n"
SECOND = FIRST + "A-1,1Z999AA10123456793,UPS,ann@example.invalid,53703,US,Lamp,1,2026-03-04\n"
NEWS = "2 parcels"
NEVER_S = 3600.0
LONG_ENOUGH = timedelta(seconds=LONG_ENOUGH_S)

WEB_NODE = f"""
from milepost.show.pages import order_live
order_live.PULSE_S = {NEVER_S}  # it never looks by itself, so only the bus can move the page
import sys
sys.argv = ["milepost", "web"]
from milepost.cli.main import main
main()
"""


class City:
    """A database, a bus, and nodes on both."""

    def __init__(self, town, settings):
        self.town = town
        self.settings = settings

    @asynccontextmanager
    async def node(self, name):
        settings = replace(self.settings, live=replace(self.settings.live, node=name))
        async with wiring.running(settings) as milepost:
            yield milepost

    def environment(self):
        told = {
            "STORE__URL": self.settings.store.url,
            "STORE__KEY_FILE": self.settings.store.key_file,
            "LIVE__URL": self.settings.live.url,
            "LIVE__SUBJECT": self.settings.live.subject,
            "LIVE__NODE": "another process",
            "WEB__PORT": "0",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
        return inherited | {f"MILEPOST_{name}": value for name, value in told.items()}


@pytest.fixture(params=BUSES)
async def city(request, tmp_path):
    nats = request.getfixturevalue("nats") if request.param == "nats" else None
    async with fresh_url("postgres", tmp_path) as url, town_of(request.param, tmp_path, nats) as town:
        store = StoreSettings(url=url, key_file=str(tmp_path / "key"))
        yield City(town, replace(town.settings, store=store, log_level="warning"))


@asynccontextmanager
async def web_process(city):
    """`milepost web`, as anybody starts it; where it answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WEB_NODE, env=city.environment(), stdout=asyncio.subprocess.PIPE
    )
    try:
        said = (await soon(process.stdout.readline())).decode()
        yield said.split()[-1].rstrip("/")
    finally:
        process.terminate()
        await process.wait()


def browser(url):
    return httpx.AsyncClient(base_url=url, trust_env=False, timeout=LONG_ENOUGH_S)


async def visit(http, app):
    """Open the order by its signed link, and then its page's stream."""
    token = await make_link(app, shop_id=SOURCE, order_number="A-1")
    assert (await http.get(f"/t/{token}")).status_code == 303
    return http.stream("GET", "/orders/A-1/live")


class Stream:
    """Server-sent events, one after the other."""

    def __init__(self, answer):
        self._lines = answer.aiter_lines()
        self.id = ""

    async def next(self):
        name = ""
        while True:
            line = await soon(anext(self._lines))
            word, _, rest = line.partition(": ")
            if word == "id":
                self.id = rest
            elif word == "event":
                name = rest
            elif word == "data":
                return name, json.loads(rest)


@pytest.mark.postgres
async def test_an_open_page_on_one_node_moves_when_another_records_news(city):
    async with city.node("recorder") as recorder:
        await import_file(recorder.app, FIRST.encode())
        async with (
            web_process(city) as url,
            browser(url) as http,
            await visit(http, recorder.app) as answer,
        ):
            stream = Stream(answer)
            name, page = await stream.next()
            assert name == "page"
            assert NEWS not in page["said"]
            await import_file(recorder.app, SECOND.encode())
            name, page = await stream.next()
            assert (name, NEWS in page["said"]) == ("page", True), "looked before it was kept?"


@pytest.mark.postgres
async def test_a_worker_wakes_at_once_for_work_that_another_node_added(city, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_REAL_S_MAX", NEVER_S)  # it never looks by itself
    async with city.node("web") as web, city.node("worker") as working:
        await carried_out_elsewhere(web.app, working.app)


@pytest.mark.postgres
async def test_with_the_bus_dead_work_is_still_done(city, hasty):
    async with city.node("web") as web, city.node("worker") as working:
        await city.town.gate.shut()
        await until(lambda: web.app.live.state().trouble and working.app.live.state().trouble)
        await carried_out_elsewhere(web.app, working.app)
        assert web.app.live.state().trouble, "the bus was dead all the time"


async def carried_out_elsewhere(web, working):
    """One node adds work while the other one's worker rests; it is done."""
    await import_file(web, FIRST.encode())
    (row,) = (await web.store.shipments(shop_ids=None, cursor=None, limit=5)).rows
    stop = asyncio.Event()
    job = asyncio.create_task(worker.work(working, stop))
    try:
        await until(lambda: working.live.state().listeners == 1, "the worker listens")
        await nothing_due(web)
        async with web.store.transaction() as tx:
            await web.work.add(tx, [polls.watch(row.shipment, web.clock.now())])
        web.live.publish(["work"])
        await nothing_due(web)
    finally:
        stop.set()
        await soon(job)


async def nothing_due(app):
    ends = app.clock.now() + LONG_ENOUGH
    while (due_at := await app.work.next_due()) is not None and due_at <= (now := app.clock.now()):
        assert now < ends, "work was not done"
        await asyncio.sleep(0.01)


@pytest.mark.postgres
async def test_a_dead_bus_is_degraded_and_not_down(city, hasty):
    async with city.node("web") as web, answering(web, city.settings) as url, browser(url) as http:
        assert (await http.get("/readyz")).json()["live"]["state"] == "ok"
        assert "milepost_live_reached 1.0" in (await http.get("/metrics")).text
        await city.town.gate.shut()
        await until(lambda: web.app.live.state().trouble)
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["state"]) == (200, "degraded")
        assert answer.json()["live"]["state"] not in ("", "ok"), "it says why, in the words of who noticed"
        told = (await http.get("/metrics")).text
        assert "milepost_live_reached 0.0" in told
        assert "milepost_live_away_total 1.0" in told
        await city.town.gate.open()
        await until(lambda: not web.app.live.state().trouble)
        assert (await http.get("/readyz")).json()["state"] == "ready"


@pytest.mark.postgres
async def test_a_page_looks_by_itself_as_often_as_it_must(city, tmp_path, hasty):
    now_and_then, always = [0, 4, 8], list(range(10))
    async with alone(tmp_path) as single:
        assert looks(single.app) == now_and_then
    async with wiring.running(replace(city.settings, live=LiveSettings(url="process"))) as deaf:
        assert looks(deaf.app) == always, "others may write, and nobody tells"
    async with city.node("one of several") as web:
        assert looks(web.app) == now_and_then
        await city.town.gate.shut()
        await until(lambda: web.app.live.state().trouble)
        assert looks(web.app) == always, "the bus is away"


def looks(app):
    return [pulse for pulse in range(10) if order_live._is_time_to_look(app, pulse)]


async def test_a_page_that_comes_back_is_sent_only_what_it_does_not_show(tmp_path, monkeypatch):
    monkeypatch.setattr(order_live, "PULSE_S", NEVER_S)
    async with alone(tmp_path) as milepost, answering(milepost, milepost.app.settings) as url:
        await import_file(milepost.app, FIRST.encode())
        async with browser(url) as http:
            async with await visit(http, milepost.app) as answer:
                stream = Stream(answer)
                assert (await stream.next())[0] == "page"
            http.headers["Last-Event-ID"] = stream.id
            async with await visit(http, milepost.app) as answer:
                assert (await Stream(answer).next())[0] == "pulse", "it shows that already"
            await import_file(milepost.app, SECOND.encode())
            async with await visit(http, milepost.app) as answer:
                name, page = await Stream(answer).next()
                assert (name, NEWS in page["said"]) == ("page", True)


async def test_only_so_many_pages_are_live_and_each_one_that_closes_leaves_room(tmp_path):
    async with alone(tmp_path, pages_max=2) as milepost, answering(milepost, milepost.app.settings) as url:
        await import_file(milepost.app, FIRST.encode())
        async with browser(url) as http:
            async with await visit(http, milepost.app) as one, await visit(http, milepost.app) as two:
                streams = [Stream(one), Stream(two)]
                assert [(await stream.next())[0] for stream in streams] == ["page", "page"]
                assert milepost.app.live.state().listeners == 2
                async with await visit(http, milepost.app) as three:
                    assert (three.status_code, three.headers["retry-after"]) == (503, "60")
                assert (await http.get("/orders/A-1")).status_code == 200, "the page itself works"
            await until(lambda: milepost.app.live.state().listeners == 0, "closed pages are forgotten")


async def test_a_stop_ends_the_pages_whole(tmp_path, monkeypatch):
    """A stream that the server has to cut reads as a failure in the browser, and as a traceback in the log."""
    monkeypatch.setattr(order_live, "PULSE_S", NEVER_S)
    async with alone(tmp_path) as milepost:
        await import_file(milepost.app, FIRST.encode())
        socket, stop = listen("127.0.0.1", 0), asyncio.Event()
        serving = asyncio.create_task(serve(build(milepost.app, milepost.counters), [socket], stop))
        url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        async with browser(url) as http, await visit(http, milepost.app) as answer:
            named = set()
            async for line in answer.aiter_lines():  # RemoteProtocolError if it is cut
                named.add(line)
                if line.startswith("data: "):
                    stop.set()
            assert "event: page" in named
        await soon(serving)


@asynccontextmanager
async def alone(tmp_path, **live):
    store = StoreSettings(url=f"sqlite:{tmp_path}/alone.sqlite", key_file=str(tmp_path / "key"))
    settings = Settings(store=store, live=LiveSettings(**live), log_level="warning")
    async with wiring.running(settings) as milepost:
        yield milepost
