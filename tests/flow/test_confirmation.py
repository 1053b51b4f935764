"""The confirmation of an order: a page that hides what is personal, and one mail for each who asked."""

import re

import httpx
import pytest

from milepost.desk.lookup import make_link
from milepost.desk.switches import switch_on
from milepost.model.feedback import OrderField
from milepost.model.people import View
from milepost.web import build
from milepost.worker import drain
from tests.flow.house import SHOP, Pigeon, house, order

ADA = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "phone": "+33 1 23 45 67 89",
    "address": "12 Rue du Test, 75001 Paris",
    "postal_code": "75001",
}


@pytest.fixture
async def town(tmp_path):
    pigeon = Pigeon()
    async with house(tmp_path, pigeon=pigeon) as milepost:
        await milepost.hear(order(contact=ADA))
        yield milepost, pigeon


async def opened(milepost, view, path="/orders/1001/confirmation"):
    site = build(milepost.app, milepost.milepost.counters)
    token = await make_link(milepost.app, shop_id=SHOP, order_number="1001", view=view)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=site), base_url="https://m.example"
    ) as one:
        await one.get(f"/t/{token}")
        return re.sub(r"\s+", " ", (await one.get(path)).text)


async def test_its_owner_knows_the_address_again_and_nobody_learns_it(town):
    milepost, _ = town
    full, part = await opened(milepost, View.FULL), await opened(milepost, View.TOWN)
    assert "A•• L•••••••" in full
    assert "1• R•• d• T•••" in full
    assert "a•••@example.com · •••• 89" in full
    assert "A•• L•••••••" not in part
    for page in (full, part):
        assert "Paris, France" in page
        assert not [secret for secret in ("Lovelace", "Rue du Test", "ada@", "23 45") if secret in page]


async def test_every_part_leads_to_a_form_that_knows_which_part_is_wrong(town):
    milepost, _ = town
    page = await opened(milepost, View.TOWN)
    parts = re.findall(r"/problem\?field=(\w+)", page)
    assert set(parts) == {"items", "date", "address"} <= {one.value for one in OrderField}
    form = await opened(milepost, View.TOWN, "/orders/1001/problem?field=address")
    assert '<option value="details" selected>' in form
    assert '<option value="address" selected>' in form


async def test_who_asks_for_news_gets_the_confirmation_once_and_nobody_else_does(town):
    milepost, pigeon = town
    for address in ("ada@example.com", "bob@example.com", "ada@example.com"):
        await switch_on(
            milepost.app,
            shop_id=SHOP,
            order_number="1001",
            channel="email",
            address=address,
            only_problems=True,
        )
        await drain(milepost.app)
    assert pigeon.carried == [("confirmation", "ada@example.com"), ("confirmation", "bob@example.com")]
