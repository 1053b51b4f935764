"""A page that was drawn a moment ago is not drawn again, and nobody is shown what is old or not theirs."""

import gzip
from datetime import timedelta

import httpx
import pytest

from milepost.desk.lookup import make_link
from milepost.desk.switches import switch_on
from milepost.model.people import View
from milepost.show import drawn
from milepost.tongues.pseudo import PSEUDO
from milepost.web import build
from tests.flow.house import SHOP, house, order, scans

CONTACT = {"name": "Ada Lovelace", "address": "12 Rue Cler, 75007 Paris", "email": "ada@example.com"}
LYON = "2026-03-03T08:10+01:00  TRN  Lyon FR"
DIJON = "2026-03-04T01:10+01:00  TRN  Dijon FR"
AUXERRE = "2026-03-04T05:10+01:00  TRN  Auxerre FR"


@pytest.fixture
async def site(tmp_path):
    """(the house, its site, ask) of one order; `ask(view, **headers)` opens its page."""
    async with house(tmp_path) as here:
        await here.hear(order("1001", ("AC1",), contact=CONTACT), scans("AC1", LYON, DIJON))
        made = build(here.app, here.milepost.counters)
        tokens = {
            view: await make_link(here.app, shop_id=SHOP, order_number="1001", view=view) for view in View
        }

        async def ask(view=View.TOWN, path="/orders/1001", theme="", **headers):
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(made),
                base_url="https://milepost.example",
                headers={
                    "Accept": "text/html",
                    **{name.replace("_", "-"): one for name, one in headers.items()},
                },
            ) as browser:
                await browser.get(f"/t/{tokens[view]}")
                if theme:
                    browser.cookies.set("theme", theme)
                return await browser.get(path)

        yield here, made, ask


async def test_the_same_page_is_drawn_once_a_minute(site):
    here, made, ask = site
    pages = [(await ask()).text for _ in range(3)]
    assert len(set(pages)) == 1
    assert made.state.drawn.drawn == 1
    here.clock.move(timedelta(minutes=1))
    assert "Dijon" in (await ask()).text
    assert made.state.drawn.drawn == 2


async def test_news_is_on_the_page_at_once(site):
    here, _, ask = site
    assert "last seen in dijon" in (await ask()).text.casefold()
    await here.hear(scans("AC1", DIJON, AUXERRE))
    assert "last seen in auxerre" in (await ask()).text.casefold()
    assert 'value="off"' not in (await ask(View.FULL)).text
    await switch_on(
        here.app,
        shop_id=SHOP,
        order_number="1001",
        channel="email",
        address=CONTACT["email"],
        only_problems=False,
    )
    assert 'value="off"' in (await ask(View.FULL)).text


async def test_everybody_sees_their_own_page(site):
    _, _, ask = site
    full = (await ask(View.FULL)).text
    town = (await ask(View.TOWN)).text
    assert CONTACT["name"] in full
    assert CONTACT["name"] not in town
    assert 'data-theme="dark"' in (await ask(View.TOWN, theme="dark")).text
    assert 'data-theme="dark"' not in (await ask(View.TOWN)).text
    assert (await ask(View.TOWN, path="/orders/1001?zoom=1")).text != town


async def test_a_page_is_packed_once_and_only_for_those_who_can_read_it(site):
    _, _, ask = site
    packed = await ask(accept_encoding="gzip, br")
    plain = await ask(accept_encoding="identity")
    slashed = await ask(path="/orders/1001/", accept_encoding="gzip")
    assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert packed.text == plain.text == slashed.text
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["cache-control"] == "no-store"
    assert int(packed.headers["content-length"]) == len(gzip.compress(packed.content, drawn.PACKED))


async def test_pages_of_an_earlier_minute_and_too_many_pages_are_forgotten(site, monkeypatch):
    here, made, ask = site
    await ask(View.FULL)
    here.clock.move(timedelta(minutes=1))
    await ask(View.TOWN)
    assert CONTACT["name"] not in repr([page.plain for page in made.state.drawn._kept.values()])
    monkeypatch.setattr(drawn, "PAGES_KEPT", 2)
    for zoom in range(5):
        await ask(path=f"/orders/1001?zoom={zoom}")
    assert len(made.state.drawn._kept) == 2


async def test_each_reader_is_spoken_to_in_their_language(site):
    _, made, ask = site
    english = (await ask()).text
    assert (await ask(path=f"/orders/1001?lang={PSEUDO}")).text != english
    assert (await ask()).text == english
    assert made.state.drawn.drawn == 2
