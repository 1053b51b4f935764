"""Guessing at every public door (reliability.md A1, S-01, S-06): nobody sees more than they earned."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from milepost.desk.guessing import CLIENT_MAX, PARCEL_MAX
from milepost.desk.lookup import look_up, make_link
from milepost.model.scans import ProofTold
from milepost.web import build
from tests.flow.house import NOW, SHOP, house, order, scans
from tests.pages.asgi import ask
from tests.sim.results import keep
from tests.sim.tiers import TIER

IS_SIM = TIER.name == "sim"
GUESSES = 200_000 if IS_SIM else 3_000
ORDERS = 2_000 if IS_SIM else 200
AT_ONCE = 250
MARKER = "ZQX"  # in every personal field of every order; in nothing else
TOP_POSTCODES = ["10001", "90001", "60601", "77001", "75001", "33101", "94103", "02108", "98101", "80202"]
FIRST = 580_000_000_000_000_000


class Counted:
    """The store, with its calls written down: which method, of which number."""

    def __init__(self, store):
        self._store = store
        self.calls = []
        self.looked_at = Counter()

    def __getattr__(self, name):
        found = getattr(self._store, name)
        if name.startswith("_") or not callable(found):
            return found

        def call(*given, **more):
            self.calls.append(name)
            if name == "shop_matching" and given[0]:
                self.looked_at[given[0].casefold()] += 1
            return found(*given, **more)

        return call


def contact(place):
    """Whom order `place` goes to: each field has the marker, but the postcode, which must be one people have."""
    return {
        "name": f"{MARKER} Name {place}",
        "email": f"{MARKER}mail{place}@example.com",
        "phone": f"+1 555 {place:07d}",
        "address": f"{place} {MARKER} Street",
        "postal_code": TOP_POSTCODES[place % 10] if place % 4 == 0 else f"{10_000 + place * 7 % 89_999:05d}",
    }


async def furnish(here):
    """The orders, each with a scan whose words name somebody, and a proof of delivery that does."""
    for first in range(0, ORDERS, 200):
        places = range(first, min(ORDERS, first + 200))
        told = [order(str(FIRST + place), (f"AC{place}",), contact=contact(place)) for place in places]
        await here.hear(*told)
        await here.hear(
            *[
                scans(f"AC{place}", "2026-03-04T10:00+01:00  DEL  Paris FR", heard_at=NOW)
                for place in places
                if place % 2
            ]
        )
    page = await here.app.store.shipments(shop_ids=None, cursor=None, limit=1000)
    taken = ProofTold(tracking_number="", received_by=f"{MARKER} Neighbor", left_at="door")
    async with here.app.store.transaction() as tx:
        await tx.add_proofs([(SHOP, row.shipment.shipment_id, taken, NOW) for row in page.rows])


@pytest.fixture
async def town(tmp_path):
    """A site behind a proxy, its counted store and the house it stands in."""
    async with house(tmp_path) as here:
        store = Counted(here.app.store)
        here.milepost = replace(here.milepost, app=replace(here.app, store=store))
        site = build(here.app, here.milepost.counters)
        yield here, site, store


def browser(site, client):
    """Somebody at an address."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=site, client=(client, 1)),
        base_url="https://milepost.example",
        headers={"Accept": "text/html", "Accept-Encoding": "identity"},
    )


def guess(chance, tokens):
    """One try as (method, path, form), at one of the doors."""
    place = chance.randrange(ORDERS + ORDERS // 10)  # some are not there
    number = str(FIRST + place)
    token = chance.choice(tokens)
    factor = chance.choice(
        [
            chance.choice(TOP_POSTCODES),
            f"+1 555 {chance.randrange(10_000_000):07d}",
            f"user{chance.randrange(1_000_000)}@example.com",
            "%",
            "*",
            "",
        ]
    )
    return chance.choice(
        [
            ("POST", "/", {"order": number, "factor": factor}),
            ("POST", "/", {"order": number, "factor": factor}),
            ("POST", "/", {"order": number, "factor": factor}),
            ("POST", "/passcode/check", {"order": number, "code": f"{chance.randrange(10**8):08d}"}),
            ("GET", f"/track/AC{place}", None),
            ("GET", f"/track/1Z{chance.randrange(10**16):016d}", None),
            ("GET", f"/t/{chance.randbytes(24).hex()[:32]}", None),
            (
                "GET",
                f"/t/{chance.choice([token[:-1], token * 2, token.swapcase(), token + '=', token[1:]])}",
                None,
            ),
            ("GET", f"/t/passcode%20{chance.randbytes(32).hex()}", None),
            ("GET", f"/orders/{number}", None),
            ("GET", f"/orders/{number}/live", None),
        ]
    )


async def test_guesses_at_every_door_see_nobody_and_few_are_looked_at(town):
    here, site, store = town
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    await furnish(here)
    tokens = [await make_link(here.app, shop_id=SHOP, order_number=str(FIRST + place)) for place in range(40)]
    seen, earned, refusals, statuses = [], Counter(), set(), Counter()

    async def one(method, path, form, client):
        answer = await ask(site, method, path, form, client=client)
        statuses[answer.status] += 1
        pages = [answer]
        if answer.status == 303:  # it was right: then what was earned is looked at, and shows no more
            earned[form["order"]] += 1
            cookie = answer.headers["set-cookie"].partition(";")[0]
            pages.append(await ask(site, "GET", answer.headers["location"], client=client, cookie=cookie))
        elif path == "/" and answer.status == 404:
            refusals.add((answer.headers["content-length"], answer.text))
        seen.extend((path, page.status) for page in pages if MARKER in page.text + str(page.headers))

    async def through_the_desk(form, client):
        """The same door one room further in: what comes back is all that a page could show."""
        found = await look_up(here.app, form["order"], form["factor"], client)
        earned[form["order"]] += found is not None
        seen.extend(["desk"] if MARKER in repr(found) else [])

    for first in range(0, GUESSES, AT_ONCE):
        tries = []
        for place in range(first, min(first + AT_ONCE, GUESSES)):
            method, path, form = guess(chance, tokens)
            client = f"198.51.{chance.randrange(20)}.{chance.randrange(1, 51)}"
            is_short = path == "/" and place % 4 and not IS_SIM  # a page costs ten times as much
            tries.append(through_the_desk(form, client) if is_short else one(method, path, form, client))
        await asyncio.gather(*tries)
    assert seen == [], f"seed {seed}"
    assert set(statuses) <= {200, 303, 401, 403, 404, 429}, f"seed {seed}: {statuses}"
    assert len(refusals) == 1, f"seed {seed}: refusals differ"
    too_many = {
        number: looks for number, looks in store.looked_at.items() if looks > PARCEL_MAX + earned[number]
    }
    assert too_many == {}, f"seed {seed}"
    counted = [looks - earned[number] for number, looks in store.looked_at.items()]  # a right guess is none
    assert max(counted) == PARCEL_MAX, "nobody was closed, so this showed nothing"
    for place in range(0, 40, 8):
        there = await ask(site, "GET", f"/t/{tokens[place]}")
        cookie = there.headers["set-cookie"].partition(";")[0]
        page = await ask(site, "GET", there.headers["location"], cookie=cookie)
        assert f"{MARKER} Name {place}" in page.text, "the owner's link opens everything, closed or not"
    row = {"guesses": GUESSES, "orders": ORDERS, "markers_seen": len(seen), "earned": earned.total()}
    keep("guesses", {**row, "looked_at_max": max(store.looked_at.values()), "seed": seed})


async def test_a_hundred_guesses_at_the_same_moment_are_five(town):
    here, site, store = town
    await here.hear(order("1001", contact=contact(1)))
    clients = [browser(site, f"198.51.100.{host}") for host in range(100)]
    forms = [{"order": "1001", "factor": f"{host:05d}"} for host in range(100)]
    answers = await asyncio.gather(
        *[client.post("/", data=form) for client, form in zip(clients, forms, strict=True)]
    )
    assert {answer.status_code for answer in answers} == {404}
    assert store.looked_at == {"1001": PARCEL_MAX}


async def test_unknown_wrong_and_closed_ask_the_store_the_same(town):
    here, site, store = town
    await here.hear(order("1001", contact=contact(1)))
    asked = {}
    async with browser(site, "198.51.100.7") as client:
        await client.get("/")  # which shop's look the pages have is looked up now and then, whoever asks
        for name, number in (("unknown", "9999"), ("wrong", "1001"), ("closed", "1001")):
            if name == "closed":
                for _ in range(PARCEL_MAX):
                    await client.post("/", data={"order": number, "factor": "nobody@example.com"})
            store.calls.clear()
            answer = await client.post(
                "/",
                data={"order": number, "factor": contact(1)["email"] if name != "wrong" else "x@example.com"},
            )
            asked[name] = (answer.status_code, answer.text, tuple(store.calls))
    assert asked["unknown"] == asked["wrong"] == asked["closed"]
    assert asked["wrong"][2] == ("transaction", "shop_matching")


async def test_a_place_that_guesses_too_often_is_told_when_to_come_back(town):
    here, site, _ = town
    await here.hear(order("1001", contact=contact(1)))
    async with browser(site, "2001:db8:1:2::1") as client, browser(site, "2001:db8:1:2::ffff") as neighbor:
        await asyncio.gather(
            *[client.post("/", data={"order": f"77{number}", "factor": "x"}) for number in range(CLIENT_MAX)]
        )
        answer = await neighbor.post("/", data={"order": "1001", "factor": contact(1)["email"]})
        unknown = await client.post("/", data={"order": "nobody's", "factor": "x"})
        assert (answer.status_code, answer.text) == (429, unknown.text)
        assert answer.headers["retry-after"] == "3600"
        assert "in 60 minutes" in answer.text
        assert (await client.get("/track/AC1")).status_code == 200
    async with browser(site, "2001:db8:1:3::1") as other, browser(site, "127.0.0.1") as unnamed:
        assert (
            await other.post("/", data={"order": "1001", "factor": contact(1)["email"]})
        ).status_code == 303
        forms = [{"order": f"78{number}", "factor": "x"} for number in range(CLIENT_MAX + 1)]
        answers = await asyncio.gather(*[unnamed.post("/", data=form) for form in forms])
        assert {answer.status_code for answer in answers} == {404}  # its proxy names nobody: nobody is closed
    here.clock.move(timedelta(hours=1))
    async with browser(site, "2001:db8:1:2::1") as client:
        assert (
            await client.post("/", data={"order": "1001", "factor": contact(1)["email"]})
        ).status_code == 303


async def test_who_is_right_is_not_counted(town):
    here, site, _ = town
    await here.hear(order("1001", contact=contact(1)))
    async with browser(site, "198.51.100.7") as client:
        for _ in range(PARCEL_MAX + 2):
            form = {"order": "1001", "factor": contact(1)["postal_code"]}
            assert (await client.post("/", data=form)).status_code == 303
