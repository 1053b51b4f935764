"""The frame around every server: faults that a retry outlives, quotas, and marks of what was really served."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from itertools import pairwise

import httpx
import pytest

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.frame import EXPIRY_GAP
from milepost_sandbox.servers.options import Quota, ServerOptions
from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.serving import listen, serving, url_of
from tests.sandbox.servers.carriers import TALKERS, DhlTalker, UpsTalker
from tests.sandbox.servers.small_world import KEYS, NUMBERS, START, Seller, order, parcel, step, world

BY_SOURCE = {platform.source: platform for platform in PLATFORMS}
QUICK = ServerOptions(slow_s=0.001)
LATER = START + timedelta(days=3)


def app_of(source: str, *names: str, options: ServerOptions = QUICK, seed: int = 7):
    one = parcel(source if source != "tiktok_shop" else "other", [step(1, "picked_up"), step(9, "delivered")])
    the_world = world(orders=[order([one])], at=LATER)
    return BY_SOURCE[source].app(the_world, Faults(seed, names), KEYS, options), the_world


async def statuses(talker: DhlTalker, count: int) -> list[int]:
    return [(await talker.track(NUMBERS["dhl"])).status_code for _ in range(count)]


async def test_without_faults_every_answer_is_good() -> None:
    app, _ = app_of("dhl")
    assert set(await statuses(DhlTalker(app), 200)) == {200}


@pytest.mark.parametrize(("fault", "bad"), [("rate_limit", {429}), ("server_error", {500, 503})])
async def test_a_fault_strikes_some_requests_and_never_the_same_twice_running(
    fault: str, bad: set[int]
) -> None:
    app, _ = app_of("dhl", fault)
    seen = await statuses(DhlTalker(app), 400)
    assert bad & set(seen)
    assert set(seen) <= bad | {200}
    assert 4 <= sum(status != 200 for status in seen) <= 40
    assert all(second == 200 for first, second in pairwise(seen) if first != 200)


async def test_faults_fall_the_same_way_for_a_seed() -> None:
    runs = []
    for seed in (1, 1, 2):
        app, _ = app_of("dhl", "rate_limit", "server_error", seed=seed)
        runs.append(await statuses(DhlTalker(app), 120))
    assert runs[0] == runs[1] != runs[2]


async def test_429_comes_with_and_without_retry_after() -> None:
    app, _ = app_of("ups", "rate_limit")
    ups = UpsTalker(app)
    while not ups.token:
        await ups.sign_in()
    answers = [await ups.details(NUMBERS["ups"]) for _ in range(400)]
    waits = {answer.headers.get("retry-after") for answer in answers if answer.status_code == 429}
    assert waits == {"1", None}


@pytest.mark.parametrize("source", ["ups", "fedex", "usps", "canada_post"])
async def test_a_token_ended_early_is_refused_until_a_new_one_is_fetched(source: str) -> None:
    app, _ = app_of(source, "expired_token")
    talker = TALKERS[source](app)
    await talker.sign_in()
    calls = {
        "ups": lambda: talker.details(NUMBERS["ups"]),
        "fedex": lambda: talker.track(NUMBERS["fedex"]),
        "usps": lambda: talker.one(NUMBERS["usps"]),
        "canada_post": lambda: talker.details(NUMBERS["canada_post"]),
    }
    refused_at = []
    for n in range(250):
        answer = await calls[source]()
        if answer.status_code == 401:
            assert (await calls[source]()).status_code == 401, "the token is really gone"
            refused_at.append(n)
            await talker.sign_in()
            assert (await calls[source]()).status_code == 200
    assert len(refused_at) >= 2
    gaps = [second - first for first, second in pairwise(refused_at)]
    assert min(gaps) >= EXPIRY_GAP - 4


async def test_tiktok_says_105002_for_a_token_ended_early() -> None:
    app, the_world = app_of("tiktok_shop", "expired_token")
    seller = Seller(app, the_world)
    await seller.connect()
    codes = set()
    for _ in range(150):
        answer = await seller.call("GET", "/order/202507/orders", {"ids": "580000000000000001"})
        codes.add(answer.json()["code"])
        if answer.json()["code"] == 105002:
            refresh = {"refresh_token": seller.refresh_token, "grant_type": "refresh_token"}
            data = (await seller.ask_for_token("refresh", refresh))["data"]
            seller.token, seller.refresh_token = data["access_token"], data["refresh_token"]
    assert codes == {0, 105002}


async def test_tiktok_troubles_come_as_envelopes_and_as_html() -> None:
    app, the_world = app_of("tiktok_shop", "server_error")
    seller = Seller(app, the_world)
    with contextlib.suppress(KeyError):
        await seller.connect()
    if not seller.token:
        await seller.connect()
    kinds = set()
    for _ in range(800):
        answer = await seller.call("GET", "/order/202507/orders", {"ids": "580000000000000001"})
        html = answer.headers["content-type"].startswith("text/html")
        kinds.add("html" if html else answer.json()["code"])
    assert kinds == {0, "html", 36009003, 36009007, 10002014}


async def test_a_cut_body_breaks_off_quietly_and_marks_nothing_as_served(caplog) -> None:
    app, the_world = app_of("dhl", "cut_body")
    sock = listen("127.0.0.1", 0)
    async with serving([(app, sock)]), httpx.AsyncClient(base_url=url_of(sock), trust_env=False) as http:
        headers = {"DHL-API-Key": KEYS.dhl_api_key}
        for _ in range(400):
            the_world._served.clear()
            try:
                await http.get("/track/shipments", params={"trackingNumber": NUMBERS["dhl"]}, headers=headers)
            except httpx.RemoteProtocolError:
                break
            assert the_world.served_at("dhl", "p1/s9-delivered") == LATER
        else:
            pytest.fail("no body was cut in 400 requests")
        assert the_world.served_at("dhl", "p1/s9-delivered") is None
        again = await http.get("/track/shipments", params={"trackingNumber": NUMBERS["dhl"]}, headers=headers)
        assert again.status_code == 200
        assert the_world.served_at("dhl", "p1/s9-delivered") == LATER
    assert caplog.text == ""


async def test_token_answers_are_never_cut() -> None:
    app, _ = app_of("ups", "cut_body")
    ups = UpsTalker(app)
    for _ in range(200):
        assert (await ups.sign_in()).status_code == 200


async def test_a_slow_answer_is_late_but_good(monkeypatch) -> None:
    waits = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("milepost_sandbox.servers.frame.asyncio.sleep", note)
    app, _ = app_of("dhl", "slow", options=ServerOptions(slow_s=0.4, slow_beyond_s=20))
    assert set(await statuses(DhlTalker(app), 600)) == {200}
    assert {wait for wait in waits if wait > 0.4} == {20}
    assert 0.1 <= min(waits) <= 0.4


async def test_a_quota_is_counted_by_the_worlds_clock() -> None:
    options = ServerOptions(quotas={"dhl": Quota(calls=3, per_s=86_400)})
    app, the_world = app_of("dhl", options=options)
    dhl = DhlTalker(app)
    assert await statuses(dhl, 5) == [200, 200, 200, 429, 429]
    the_world.clock.advance(LATER + timedelta(hours=12))
    assert await statuses(dhl, 1) == [200]


async def test_duplicate_and_shuffled_rows_lose_nothing() -> None:
    steps = [step(n, "arrived") for n in range(9)]
    doubled = shuffled = 0
    for key in range(20):
        one = parcel("dhl", steps, key=f"p{key}")
        faults = Faults(7, ["duplicate", "shuffled"])
        app = BY_SOURCE["dhl"].app(world(orders=[order([one])], at=LATER), faults, KEYS, QUICK)
        rows = await DhlTalker(app).rows(NUMBERS["dhl"])
        assert len({str(row) for row in rows}) == 9
        doubled += len(rows) > 9
        orderly = BY_SOURCE["dhl"].app(world(orders=[order([one])], at=LATER), Faults(7), KEYS, QUICK)
        plain = await DhlTalker(orderly).rows(NUMBERS["dhl"])
        shuffled += list(dict.fromkeys(map(str, rows))) != list(map(str, plain))
    assert doubled
    assert shuffled


async def test_a_body_beyond_every_bound_is_refused() -> None:
    app, _ = app_of("fedex")
    answer = await httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x").post(
        "/track/v1/trackingnumbers", content=b"x" * 1_100_000
    )
    assert answer.status_code == 413
