"""The console's import page: a file looked at, taken in once, or forgotten; and the same by the API."""

import json
from contextlib import asynccontextmanager

import httpx

from milepost.desk import drafts
from milepost.desk.accounts import add_api_key, add_user
from milepost.desk.imports import import_file
from milepost.model.people import Role
from milepost.settings import Settings, StoreSettings
from milepost.web import build
from milepost.wiring import running
from tests.sources.test_handed_in import FOLDER

PASSWORD = "correct horse battery"
ORDERS = b"order_number,tracking_number,email\nA-1,1Z999AA10123456784,ann@example.com\nA-2,,\n"
EVENTS = b"tracking_number,status,occurred_at\n1Z999AA10123456784,In transit,2026-03-06T07:00:00Z\n"


@asynccontextmanager
async def site(tmp_path):
    url = StoreSettings(url=f"sqlite:{tmp_path}/m.sqlite", key_file=str(tmp_path / "key"))
    async with running(Settings(store=url)) as milepost:
        app = milepost.app
        transport = httpx.ASGITransport(app=build(app, milepost.counters))

        async def person(name, role=Role.SELLER, shop_ids=()):
            await add_user(
                app, email=f"{name}@example.com", name=name, role=role, password=PASSWORD, shop_ids=shop_ids
            )
            browser = httpx.AsyncClient(
                transport=transport, base_url="http://m.example", follow_redirects=True
            )
            await browser.post(
                "/console/sign-in", data={"email": f"{name}@example.com", "password": PASSWORD}
            )
            return browser

        yield app, person


def upload(browser, body, name="orders.csv", **form):
    return browser.post("/console/imports", files={"file": (name, body)}, data=form)


async def test_a_file_is_looked_at_taken_in_once_and_forgotten(tmp_path):
    async with site(tmp_path) as (app, person):
        browser = await person("ann")
        look = await upload(browser, ORDERS)
        assert look.status_code == 200
        assert "Nothing was changed yet." in look.text
        assert "column tracking_number: empty" in look.text
        assert "ann@example.com</" not in look.text.split("<main")[1], "a look shows no contact"
        assert await app.store.order("A-1") is None
        done = await browser.post(f"{look.url}/take")
        assert "The file is in: 1 new, 1 refused." in done.text
        assert await app.store.order("A-1") is not None
        assert (await browser.get(look.url)).status_code == 404, "pressed once"
        again = await upload(browser, ORDERS)
        assert "Already known" in again.text
        dropped = await browser.post(f"{again.url}/drop")
        assert "Nothing was changed, and the file is forgotten." in dropped.text
        assert (await browser.post(f"{again.url}/take")).status_code == 404


async def test_a_long_file_goes_in_while_its_page_says_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "AT_ONCE_BYTES_MAX", 10)
    async with site(tmp_path) as (app, person):
        browser = await person("ann")
        look = await upload(browser, ORDERS)
        user, _ = await app.store.user_by_email("ann@example.com")
        draft = await app.store.draft(str(look.url).rpartition("/")[2], user.user_id)
        assert await drafts.begin(app, draft)
        page = await browser.get(look.url)
        assert "Reading the file" in page.text
        assert 'http-equiv="refresh"' in page.text
        assert "Take in 1 row" not in (await browser.post(f"{look.url}/take")).text, "it goes in already"
        await drafts.go_on(app, draft)
        assert "The file is in: 1 new, 1 refused." in (await browser.get(look.url)).text
        assert (await browser.get(look.url)).status_code == 404
        again = await upload(browser, ORDERS)
        assert "The file is in: 1 already known, 1 refused." in (await browser.post(f"{again.url}/take")).text


async def test_a_wrong_file_is_named_beside_the_form_and_what_was_stated_is_kept(tmp_path):
    async with site(tmp_path) as (_, person):
        browser = await person("ann")
        assert "Choose a file with something in it." in (await upload(browser, b"")).text
        wrong = await upload(browser, EVENTS, zone="Mars/Base")
        assert wrong.status_code == 400
        assert "write its IANA name" in wrong.text
        assert 'value="Mars/Base"' in wrong.text
        bomb = await upload(browser, b"PK\x03\x04 not a zip", "<script>alert(1)</script>.xlsx")
        assert "not a whole .xlsx file" in bomb.text
        assert "<script>alert" not in bomb.text
        assert (await upload(browser, b"x" * 16_200_000)).status_code == 413


async def test_a_file_is_its_owners_and_support_hands_in_none(tmp_path):
    async with site(tmp_path) as (app, person):
        ann, bob = await person("ann"), await person("bob", shop_ids=("one", "two"))
        look = await upload(ann, ORDERS)
        for path in ("", "/take", "/drop"):
            ask = bob.get if not path else bob.post
            assert (await ask(f"{look.url}{path}")).status_code == 404
        assert "belongs to the shop file_import" in (await upload(bob, ORDERS)).text
        assert "no parcel of your shop has it" in (await upload(bob, EVENTS, shop="two")).text
        carol = await person("carol", Role.SUPPORT)
        assert (await carol.get("/console/imports")).status_code == 404
        assert (await upload(carol, ORDERS)).status_code == 404
        assert await app.store.order("A-1") is None


async def test_a_program_looks_and_commits_with_a_key_that_may(tmp_path):
    async with site(tmp_path) as (app, person):
        browser = await person("ann")

        async def told(body, secret, **query):
            headers = {"Authorization": f"Bearer {secret}"}
            return await browser.post("/api/v1/imports", content=body, headers=headers, params=query)

        key = await add_api_key(app, "k", may_tell_news=True)
        look = (await told(ORDERS, key)).json()
        assert (look["changed"], look["counts"]["new"], look["counts"]["refused"]) == (False, 1, 1)
        assert look["rows"][0]["fate"] == "refused"
        assert await app.store.order("A-1") is None
        for fate in ("new", "known"):
            assert (await told(ORDERS, key, commit="true")).json()["counts"][fate] == 1
        assert (await told(EVENTS, key, zone="Mars/Base")).status_code == 400
        reader = await add_api_key(app, "r")
        assert (await told(ORDERS, reader)).status_code == 403
        walled = await add_api_key(app, "w", shop_ids=("one", "two"), may_tell_news=True)
        assert "name one of your key" in (await told(EVENTS, walled)).text
        assert (await told(EVENTS, walled, shop_id="one", commit="true")).json()["counts"]["refused"] == 1


async def test_a_partner_captures_epcis_events_all_or_none_and_once(tmp_path):
    whole = json.loads((FOLDER / "epcis/samples/document.json").read_text())
    good = whole | {"epcisBody": {"eventList": whole["epcisBody"]["eventList"][:6]}}
    async with site(tmp_path) as (app, person):
        await import_file(
            app, b"order_number,tracking_number,carrier,placed_at\nA-1,106141412345678908,Acme,2026-03-01\n"
        )
        browser = await person("ann")
        key = await add_api_key(app, "k", may_tell_news=True)

        async def captured(document, secret=key, **headers):
            return await browser.post(
                "/api/v1/capture",
                content=document if isinstance(document, bytes) else json.dumps(document).encode(),
                headers={"Authorization": f"Bearer {secret}", **headers},
            )

        refused = await captured(whole)
        assert refused.status_code == 400
        assert refused.json()["errors"][0] == {
            "field": "event 7",
            "message": "eventTime: it has no offset; write 2026-03-04T18:00:00+01:00 or …Z",
        }
        (row,) = (await app.store.shipments(shop_ids=None, cursor=None, limit=9)).rows
        assert row.status == "expected", "none of it was captured"
        for new, known in ((4, 0), (0, 7)):
            counts = (await captured(good)).json()["counts"]
            assert (counts["new"], counts["known"]) == (new, known)
        assert (await captured(whole, **{"GS1-Capture-Error-Behaviour": "proceed"})).status_code == 202
        (row,) = (await app.store.shipments(shop_ids=None, cursor=None, limit=9)).rows
        assert (row.status, row.reason) == ("held", "carrier.damaged")
        assert (await captured(ORDERS)).status_code == 400
        assert (await captured(b"{" + b" " * 5_000_001)).status_code == 413
        assert (await captured(good, await add_api_key(app, "r"))).status_code == 403
        assert (await captured(good, "wrong")).status_code == 401
