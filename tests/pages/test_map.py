"""The map on pages: where something is known of the way, for whoever may see towns, and nearer by link alone."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from milepost.desk.lookup import make_link
from milepost.model.people import View
from milepost.model.statuses import Status
from milepost.show.buyer.gather import order_story
from milepost.show.buyer.view import page_view
from milepost.web import build
from tests.flow.house import SHOP, house, order, scans
from tests.pages.chromium import chromium

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1360, "height": 900}
WAY = ("2026-03-03T08:10+01:00  TRN  Lyon FR", "2026-03-04T01:10+01:00  TRN  Dijon FR")
CONTACT = {"name": "Ada Lovelace", "address": "12 Rue Cler, 75007 Paris", "postal_code": "75007"}


def zooms(body):
    return [int(found) for found in re.findall(r'href="\?zoom=(-?\d+)#map"', body)]


@pytest.fixture
async def ask(tmp_path):
    """Asks a site with one order on its way from Lyon to Paris: (path or None for the order, query, view)."""
    async with house(tmp_path) as here:
        await here.hear(order("1001", ("AC1",), contact=CONTACT), order("1002", ()))
        await here.hear(scans("AC1", *WAY))
        transport = httpx.ASGITransport(app=build(here.app, here.milepost.counters))

        async def asked(number="1001", view=View.TOWN, path="", **query):
            token = await make_link(here.app, shop_id=SHOP, order_number=number, view=view)
            async with httpx.AsyncClient(
                transport=transport, base_url="https://milepost.example", headers={"Accept": "text/html"}
            ) as browser:
                there = await browser.get(f"/t/{token}")
                return await browser.get(path or there.headers["location"], params=query)

        yield asked


async def test_a_parcel_on_its_way_has_a_map_with_a_text_for_those_who_cannot_see_it(ask):
    body = (await ask()).text
    assert body.count('<figure class="map"') == 1
    assert 'role="img" aria-label="Map: Lyon to Paris. Seen last in Dijon, as exact as a town."' in body
    assert "Map: Natural Earth. Places: GeoNames, CC BY 4.0." in body


async def test_every_zoom_is_a_link_and_the_last_one_leads_no_further(ask):
    seen, zoom = [], 0
    while zoom not in seen and len(seen) < 12:
        seen.append(zoom)
        zoom = max([zoom, *zooms((await ask(zoom=zoom)).text)])
    assert len(seen) > 1
    assert max(zooms((await ask(zoom=99)).text)) < max(seen)
    assert min(zooms((await ask(zoom=-99)).text)) > min(zooms((await ask()).text))


async def test_a_zoom_that_is_none_is_the_usual_look(ask):
    usual = (await ask()).text
    for asked in ("", "near", "1e9", "<b>"):
        answer = await ask(zoom=asked)
        assert answer.status_code == 200
        assert zooms(answer.text) == zooms(usual)


async def test_a_number_alone_has_no_map(ask):
    body = (await ask(path="/track/AC1")).text
    assert "AC1" in body
    assert "<figure" not in body


async def test_without_a_known_place_there_is_no_empty_box(ask):
    body = (await ask("1002")).text
    assert "1002" in body
    assert "map-place" not in body


async def test_the_map_shows_no_street_and_no_name(ask):
    body = (await ask(view=View.FULL)).text
    drawn = body[body.index('<figure class="map"') : body.index("</figure>")]
    assert CONTACT["name"] in body
    for secret in (CONTACT["name"], CONTACT["postal_code"], "Rue Cler"):
        assert secret not in drawn


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_one_looks_nearer_and_back(site, scripts):
    row = site.order_with(Status.IN_TRANSIT)
    with chromium() as browser, browser.new_context(viewport=PHONE, java_script_enabled=scripts) as seen:
        page = seen.new_page()
        page.goto(f"{site.url}/t/{site.token(row, View.TOWN)}")
        expect(page.locator("figure.map")).to_be_visible()
        before = page.locator(".map-ground").inner_html()
        page.get_by_label("Look nearer").click()
        expect(page).to_have_url(re.compile(r"\?zoom=1"))
        assert page.locator(".map-ground").inner_html() != before
        page.get_by_label("See more around it").click()
        expect(page).to_have_url(re.compile(r"\?zoom=0"))
        assert page.locator(".map-ground").inner_html() == before


OVERLAPS = """() => {
  const seen = [...document.querySelectorAll(".map-signs .name text, .map-signs .sign")]
    .filter((one) => getComputedStyle(one.closest("g")).display !== "none")
    .map((one) => [one.textContent.trim(), one.getBoundingClientRect()]);
  const found = [];
  seen.forEach(([name, a], at) => seen.slice(at + 1).forEach(([other, b]) => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
      found.push(`${name} / ${other}`);
  }));
  return [seen.length, found];
}"""


@pytest.mark.browser
def test_no_name_lies_over_another_on_a_phone_and_on_a_desk(site):
    """As the browser sets them, in the pages' own typeface."""
    rows = [site.order_with(Status.IN_TRANSIT), site.order_with(Status.DELIVERED)]
    with chromium() as browser:
        for size in (PHONE, DESK):
            with browser.new_context(viewport=size) as seen:
                page = seen.new_page()
                for row in rows:
                    page.goto(f"{site.url}/t/{site.token(row, View.TOWN)}")
                    page.evaluate("document.fonts.ready.then(() => true)")
                    count, found = page.evaluate(OVERLAPS)
                    assert count > 1
                    assert found == []


async def test_parcels_that_go_another_way_have_a_line_of_their_own(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order("1001", ("AC1", "AC2", "AC3")))
        await here.hear(*[scans(number, *WAY) for number in ("AC1", "AC2")])
        await here.hear(scans("AC3", "2026-03-04T01:10-05:00  TRN  Chicago US"))
        story = await here.app.store.together(
            lambda reads: order_story(here.app, reads, SHOP, "1001", View.TOWN)
        )
        way = page_view(story, {}, here.clock.now()).way
        assert {one.stops[0].name for one in way.parcels} == {"Lyon", "Chicago"}
        assert len(way.parcels) == 2
