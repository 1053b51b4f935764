"""The console's webhook pages: an endpoint added, its secret shown once, tried, replayed, walled off."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest

from milepost.desk.accounts import add_user
from milepost.model.people import Role
from milepost.web import build
from tests.flow.house import SHOP
from tests.webhooks.subscriber import subscriber

PASSWORD = "correct horse battery"


@asynccontextmanager
async def desk(program, role=Role.SELLER, shop_ids=(SHOP,)):
    """Somebody's browser, signed in."""
    await add_user(
        program.app, email="ann@example.com", name="Ann", role=role, password=PASSWORD, shop_ids=shop_ids
    )
    transport = httpx.ASGITransport(app=build(program.app, program.house.milepost.counters))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://milepost.example", follow_redirects=True
    ) as browser:
        await browser.post("/console/sign-in", data={"email": "ann@example.com", "password": PASSWORD})
        yield browser


async def test_an_endpoint_is_added_with_a_form_and_its_secret_shown_once(tmp_path):
    async with subscriber(tmp_path) as program, desk(program) as browser:
        form = {"url": f"{program.url}/hooks/a", "shop": SHOP, "description": "Warehouse"}
        page = await browser.post("/console/webhooks", data={**form, "type:shipment.delivered": "yes"})
        assert page.status_code == 200
        (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.text)
        (endpoint,) = await program.app.store.webhooks(None)
        assert endpoint.types == ("shipment.delivered",)
        assert endpoint.signing(program.clock.now()) == (secret,)
        assert secret not in (await browser.get(str(page.url))).text
        assert "Warehouse" in (await browser.get("/console/webhooks")).text
        rotated = await browser.post(f"{page.url}/rotate")
        assert len(set(re.findall(r"whsec_[A-Za-z0-9+/=]+", rotated.text)) - {secret}) == 1
        assert "Two: a new secret and the old one" in rotated.text


async def test_a_wrong_address_is_named_beside_the_form_and_nothing_typed_is_lost(tmp_path):
    async with subscriber(tmp_path) as program, desk(program) as browser:
        form = {"url": "ftp://x", "shop": SHOP, "description": "Kept"}
        page = await browser.post("/console/webhooks", data=form)
        assert page.status_code == 400
        assert "It must begin with https://." in page.text
        assert 'value="ftp://x"' in page.text
        assert 'value="Kept"' in page.text
        other = await browser.post("/console/webhooks", data={**form, "shop": "another"})
        assert "Choose one of your shops." in other.text


async def test_a_test_is_sent_seen_and_sent_again(tmp_path):
    async with subscriber(tmp_path) as program, desk(program) as browser:
        endpoint = await program.endpoint(words=["500"])
        path = f"/console/webhooks/{endpoint.endpoint_id}"
        await browser.post(f"{path}/ping")
        await program.work()
        page = (await browser.get(path)).text
        assert "answered 500" in page
        assert "Waiting" in page
        (message_id,) = set(re.findall(r"msg_[0-9a-f]{32}", page))
        sent = await browser.post(f"{path}/replay", data={"message": message_id})
        assert "1 message is sent again" in sent.text
        await program.work()
        assert "No messages here" not in (await browser.get(f"{path}?only=sent")).text
        assert "No messages here" in (await browser.get(f"{path}?only=dead")).text
        missed = await browser.post(f"{path}/replay", data={"hours": "24"})
        assert "It missed nothing in that time." in missed.text
    assert program.outcomes() == ["500", "taken"]


async def test_an_endpoint_is_switched_off_and_on_and_deleted(tmp_path):
    async with subscriber(tmp_path) as program, desk(program) as browser:
        endpoint = await program.endpoint()
        path = f"/console/webhooks/{endpoint.endpoint_id}"
        off = await browser.post(f"{path}/switch")
        assert "Disabled" in off.text
        assert "Send a test" not in off.text
        assert "it is disabled; enable it first" in (await browser.post(f"{path}/ping")).text.casefold()
        assert "Active" in (await browser.post(f"{path}/switch")).text
        gone = await browser.post(f"{path}/delete")
        assert "The endpoint is deleted." in gone.text
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(("role", "shop_ids"), [(Role.SUPPORT, ()), (Role.SELLER, ("another",))])
async def test_who_may_not_see_it_finds_nothing_there(tmp_path, role, shop_ids):
    async with subscriber(tmp_path) as program, desk(program, role, shop_ids) as browser:
        endpoint = await program.endpoint()
        path = f"/console/webhooks/{endpoint.endpoint_id}"
        assert (await browser.get(path)).status_code == 404
        for verb in ("ping", "rotate", "switch", "replay", "delete"):
            assert (await browser.post(f"{path}/{verb}", data={})).status_code == 404
        assert endpoint.endpoint_id not in (await browser.get("/console/webhooks")).text
        assert await program.app.store.webhook(endpoint.endpoint_id) == endpoint
