"""My orders, claimed orders and the hours of the night: who is shown and told what."""

import re
from datetime import timedelta

import httpx
import pytest

from milepost.desk.mine import ASKED_MAX
from milepost.desk.switches import WORDING, quiet_of, switch_on
from milepost.web import build
from milepost.worker import drain
from tests.flow.house import SHOP, house, order, scans
from tests.flow.test_passcodes import Postman

ADA, EVE = "ada@example.com", "eve@example.com"


@pytest.fixture
async def town(tmp_path):
    """Two orders of Ada, one of Eve's, the postman and a browser."""
    postman = Postman()
    async with house(tmp_path, pigeon=postman) as milepost:
        await milepost.hear(
            order("1001", ("AC1",), contact={"name": "Ada Lovelace", "email": ADA}),
            order("1002", ("AC2",), contact={"name": "Ada Lovelace", "email": "ADA@example.com "}),
            order("1003", ("AC3",), contact={"name": "Eve Sample", "email": EVE, "postal_code": "75001"}),
        )
        site = build(milepost.app, milepost.milepost.counters)
        transport = httpx.ASGITransport(app=site)
        async with httpx.AsyncClient(transport=transport, base_url="https://m.example") as one:
            one.headers["Accept"] = "text/html"
            yield milepost, postman, one


async def link_for(town, address):
    milepost, postman, one = town
    said = await one.post("/mine", data={"email": address})
    await drain(milepost.app)
    link = re.search(r"/mine/[\w-]+", postman.letters[-1][1].link)[0] if postman.letters else None
    return said.text, link


async def test_a_link_shows_every_order_of_its_address_and_no_other(town):
    milepost, postman, one = town
    known, link = await link_for(town, " Ada@Example.com")
    unknown, _ = await link_for(town, "nobody@example.com")
    assert known == unknown
    assert [address.strip().casefold() for address, _ in postman.letters] == [ADA]
    assert (await one.get("/mine")).text.count("/orders/") == 0
    assert (await one.get(link)).headers["location"] == "/mine"
    page = (await one.get("/mine")).text
    assert "/orders/1001" in page
    assert "/orders/1002" in page
    assert "/orders/1003" not in page
    assert "Ada Lovelace" in (await one.get("/orders/1002")).text, "the order came with this address"
    assert (await one.get("/orders/1003")).status_code == 403
    milepost.clock.move(timedelta(days=1))
    assert (await one.get("/mine")).text.count("/orders/") == 0
    assert (await one.get("/orders/1002")).status_code == 403
    assert (await one.get(link)).status_code == 404


async def test_who_only_asked_for_news_sees_towns(town):
    milepost, _, one = town
    await switch_on(
        milepost.app, shop_id=SHOP, order_number="1003", channel="email", address=ADA, only_problems=False
    )
    _, link = await link_for(town, ADA)
    await one.get(link)
    page = await one.get("/orders/1003")
    assert page.status_code == 200
    assert "Eve Sample" not in page.text


async def test_no_form_fills_a_mailbox(town):
    milepost, postman, _ = town
    for _ in range(ASKED_MAX + 2):
        await link_for(town, EVE)
        milepost.clock.move(timedelta(seconds=1))
    assert len(postman.letters) == ASKED_MAX


async def test_a_claimed_order_keeps_the_consent_with_its_wording(town):
    milepost, postman, one = town
    form = {"order": "1003", "factor": "75001", "email": "me@example.com", "agree": "yes"}
    assert (await one.post("/claim", data={**form, "factor": "75002"})).status_code == 404
    assert (await one.post("/claim", data={**form, "email": "me"})).status_code == 400
    assert (await one.post("/claim", data={**form, "agree": ""})).status_code == 400
    assert await milepost.app.store.subscriptions(SHOP, "1003") == []
    assert (await one.post("/claim", data=form)).headers["location"] == "/orders/1003"
    (told,) = await milepost.app.store.subscriptions(SHOP, "1003")
    assert (told.address, told.wording, told.consented_at) == (
        "me@example.com",
        WORDING,
        milepost.clock.now(),
    )
    await drain(milepost.app)
    ((_, letter),) = postman.letters
    assert letter.subject.startswith("Your order")


async def test_nobody_is_woken_and_everybody_is_told_in_the_morning(town):
    milepost, postman, _ = town
    for address, quiet in ((ADA, quiet_of("12:00", "15:30", "Europe/Paris")), (EVE, None)):
        await switch_on(
            milepost.app,
            shop_id=SHOP,
            order_number="1001",
            channel="email",
            address=address,
            only_problems=False,
            quiet=quiet,
        )
    await drain(milepost.app)
    postman.letters.clear()
    await milepost.hear(scans("AC1", "2026-03-04T11:00+01:00  DEL  Paris FR"))
    await drain(milepost.app)
    assert [address for address, _ in postman.letters] == [EVE]
    milepost.clock.move(timedelta(hours=2, minutes=30))  # 15:30 in Paris
    await drain(milepost.app)
    assert [address for address, _ in postman.letters] == [EVE, ADA]
