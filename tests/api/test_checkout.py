"""A shop's checkout asks from the buyer's browser: whose page may, how often, and for which shop."""

from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from milepost.settings import Checkout
from milepost.show.api.checkout import PLACES_MAX, Turns
from milepost.web import build
from tests.flow.house import house

SHOP, EVIL = "https://mugs.example", "https://evil.example"
WISH = {"destination": {"country": "US", "city": "New York"}}
PATH = "/api/v1/estimates"


@asynccontextmanager
async def asking(tmp_path, per_minute=30):
    async with house(tmp_path) as here:
        checkout = Checkout(pages={SHOP: "mugs"}, per_minute=per_minute)
        app = replace(here.app, settings=replace(here.app.settings, checkout=checkout))
        transport = httpx.ASGITransport(build(app, here.milepost.counters), client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield http


def from_page(origin):
    return {"Origin": origin, "Sec-Fetch-Site": "cross-site"}


async def test_the_page_of_a_shop_may_ask_without_a_key_and_reads_the_answer(tmp_path):
    async with asking(tmp_path) as http:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        before = await http.options(PATH, headers={**from_page(SHOP), **asked})
        answer = await http.post(PATH, json=WISH, headers=from_page(SHOP))
        wrong = await http.post(PATH, json={**WISH, "shop_id": "theirs"}, headers=from_page(SHOP))
    assert before.status_code == 204
    assert before.headers["access-control-allow-methods"] == "POST"
    assert before.headers["access-control-allow-headers"] == "content-type"
    assert answer.status_code == 200, answer.text
    assert answer.json()["first_day"] <= answer.json()["last_day"]
    for one in (before, answer, wrong):
        assert one.headers["access-control-allow-origin"] == SHOP
        assert "Origin" in one.headers["vary"]
        assert "access-control-allow-credentials" not in one.headers, "no cookie is ever sent along"
    assert wrong.status_code == 400, "a page asks for its own shop alone"


async def test_any_other_page_may_not_and_the_named_one_may_ask_nothing_else(tmp_path):
    async with asking(tmp_path) as http:
        foreign = await http.post(PATH, json=WISH, headers=from_page(EVIL))
        preflight = await http.options(PATH, headers=from_page(EVIL))
        program = await http.post(PATH, json=WISH)
        orders = await http.get("/api/v1/orders", headers=from_page(SHOP))
        entry = await http.post("/api/v1/capture", json={}, headers=from_page(SHOP))
    assert [one.status_code for one in (foreign, program, orders, entry)] == [403, 401, 401, 403]
    for one in (foreign, preflight, orders, entry):
        assert "access-control-allow-origin" not in one.headers


async def test_who_asks_too_often_waits(tmp_path):
    async with asking(tmp_path, per_minute=2) as http:
        answers = [await http.post(PATH, json=WISH, headers=from_page(SHOP)) for _ in range(5)]
    told = [one.status_code for one in answers]
    assert told[:2] == [200, 200]
    assert told.count(429) >= 1, "five in a row lie in two minutes at most"
    late = answers[told.index(429)]
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert late.headers["access-control-allow-origin"] == SHOP


def test_turns_are_counted_by_place_and_minute_and_never_fill_the_memory():
    turns = Turns()
    assert [turns.take("a", 5.0, 2) for _ in range(3)] == [True, True, False]
    assert turns.take("b", 6.0, 2)
    assert turns.take("a", 61.0, 2), "a new minute"
    for number in range(PLACES_MAX):
        turns.take(str(number), 62.0, 2)
    assert len(turns._asked) <= PLACES_MAX + 1
    assert not turns.take("one more", 63.0, 1) or not turns.take("and more", 63.0, 1)


async def test_the_script_may_be_loaded_by_any_site_and_is_small(tmp_path):
    async with asking(tmp_path) as http:
        answer = await http.get("/checkout.js", headers={"Accept-Encoding": "identity"})
        packed = await http.get("/checkout.js", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(answer.content) <= 2_048
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == answer.content, "packed once, not twice"
