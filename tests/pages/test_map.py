"""The map on pages: where something is known of the way, for whoever may see towns, and near by link alone."""

import re

import pytest
from playwright.sync_api import expect

from milepost.model.people import View
from milepost.model.statuses import Status
from tests.pages.chromium import chromium

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1360, "height": 900}
WAYS = "figure.map"


def zooms(body):
    return [int(found) for found in re.findall(r'href="\?zoom=(-?\d+)#map"', body)]


def test_a_parcel_on_its_way_has_a_map_with_a_text_for_those_who_cannot_see_it(site):
    body = site.opened(site.order_with(Status.IN_TRANSIT), View.TOWN).text
    assert body.count('<figure class="map"') == 1
    assert re.search(r'role="img" aria-label="Map: [^"]+ to [^"]+\. Seen last in [^"]+\."', body)
    assert "Natural Earth" in body
    assert "GeoNames, CC BY 4.0" in body


def test_every_zoom_is_a_link_and_the_last_one_leads_no_further(site):
    row = site.order_with(Status.IN_TRANSIT)
    with site.visitor() as browser:
        there = browser.get(f"/t/{site.token(row, View.TOWN)}").headers["location"]
        seen, zoom = [], 0
        while zoom not in seen and len(seen) < 12:
            seen.append(zoom)
            body = browser.get(there, params={"zoom": zoom}).text
            zoom = max([zoom, *zooms(body)])
        beyond = browser.get(there, params={"zoom": 99})
        odd = [
            browser.get(there, params={"zoom": asked}).status_code for asked in ("", "near", "1e9", "-3", "٣")
        ]
    assert len(seen) > 1
    assert max(zooms(beyond.text)) < 99
    assert odd == [200] * 5


def test_a_number_alone_has_no_map(site):
    row = site.order_with(Status.IN_TRANSIT)
    number = site.shipments(row)[0].shipment.tracking_number
    with site.visitor() as browser:
        assert "figure class=" not in browser.get(f"/track/{number}").text


def test_without_a_known_place_there_is_no_empty_box(site):
    row = next(row for row in site.orders() if not row.shipment_ids)
    assert "map-place" not in site.opened(row).text


def test_the_map_shows_no_street_and_no_name(site):
    row = site.order_with(Status.DELIVERED)
    told = site.contact(row)
    body = site.opened(row, View.TOWN).text
    drawn = body[body.index('<figure class="map"') : body.index("</figure>")]
    for secret in (told.name, told.postal_code, (told.address or "").split(",")[0]):
        assert not secret or secret not in drawn


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_one_looks_nearer_and_back(site, scripts):
    row = site.order_with(Status.IN_TRANSIT)
    with chromium() as browser, browser.new_context(viewport=PHONE, java_script_enabled=scripts) as seen:
        page = seen.new_page()
        page.goto(f"{site.url}/t/{site.token(row, View.TOWN)}")
        expect(page.locator(WAYS)).to_be_visible()
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
