"""A number from a shop's list may hold any character: what names the order leads to it, and to no other site."""

import html
import re
from urllib.parse import urlsplit

import httpx

from milepost.desk.feedback import Wish, give_feedback
from milepost.desk.lookup import make_link
from milepost.model.people import Role
from milepost.web import build
from milepost.worker import drain
from tests.flow.house import SHOP, browsing, house, order
from tests.flow.test_pictures import Keeper

NUMBER = "#10&01?"
CHOICE = re.compile(r'href="([^"]*[?&]lang=[a-z]+)"')


async def test_every_address_that_names_an_odd_number_leads_to_its_order(tmp_path):
    async with house(tmp_path) as here, browsing(here, Role.SELLER, [SHOP]) as seller:
        await here.hear(order(NUMBER))
        found = await seller.post("/console/search", data={"q": NUMBER})
        asked = await seller.post(f"{found.headers['location']}/ask")
        for page in (found.headers["location"], asked.headers["location"]):
            assert NUMBER in html.unescape((await seller.get(page)).text), page
        keeper = Keeper()
        here.app.channels["email"] = keeper
        here.app.settings.mail.seller_to.append("seller@example.com")
        await give_feedback(here.app, SHOP, NUMBER, Wish(kind="broken"))
        await drain(here.app)
        ((_, message),) = keeper.kept
        assert NUMBER in html.unescape((await seller.get(urlsplit(message.link).path)).text), message.link
        assert not urlsplit(message.link).fragment
        token = await make_link(here.app, shop_id=SHOP, order_number=NUMBER)
        seller.follow_redirects = True
        for address in CHOICE.findall((await seller.get(f"/t/{token}")).text):
            assert NUMBER in html.unescape((await seller.get(html.unescape(address))).text), address


async def test_a_page_that_is_not_there_offers_its_languages_on_this_site(tmp_path):
    """Its address is whatever a stranger made somebody open."""
    async with house(tmp_path) as here:
        site = httpx.ASGITransport(build(here.app, here.milepost.counters))
        async with httpx.AsyncClient(transport=site, headers={"Accept": "text/html"}) as reader:
            for path in (
                "//evil.example/x",
                "///evil.example",
                "/\\evil.example",
                "//evil.example/track",
                "//",
            ):
                page = await reader.get(f"http://test{path}")
                found = [html.unescape(one) for one in CHOICE.findall(page.text)]
                assert len(found) > 1, path
                for one in found:
                    assert re.match(r"/(?![/\\])", one), f"{path} offers {one}"
