"""The buyer's pages in real Chromium: with and without JavaScript, for every eye, on every screen, live."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from milepost.model.people import View
from milepost.model.statuses import Status
from tests.pages.buyer_stage import stage
from tests.pages.chromium import chromium, violations

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1360, "height": 900}
MOVES_MAX = 12
PLAIN_PAGES = ("number alone", "wrong link", "expired", "stop", "nowhere", "glossary", "reason", "code")


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def moving_site(tmp_path_factory):
    """A world of its own for the tests that let time pass."""
    with stage(tmp_path_factory.mktemp("moving")) as found:
        yield found


def context(browser, **more):
    return browser.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **more})


def look_up(page, site, row):
    page.goto(f"{site.url}/")
    page.get_by_label("Order number").fill(row.facts.order_number)
    page.get_by_label("E-mail, phone or postcode").fill(site.contact(row).email)
    page.get_by_role("button", name="Find my order").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_buyer_finds_the_order_and_reads_where_it_is(site, browser, scripts):
    row = site.order_with_email()
    with context(browser, java_script_enabled=scripts) as seen:
        page = seen.new_page()
        requests, errors = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
        look_up(page, site, row)
        expect(page).to_have_url(re.compile(rf"/orders/{row.facts.order_number}$"))
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".steps li").first).to_be_visible()
        expect(page.get_by_text("Your order")).to_be_visible()
        assert not [url for url in requests if not url.startswith(site.url)]
        assert errors == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_wrong_factor_is_refused_in_words(site, browser, scripts):
    with context(browser, java_script_enabled=scripts) as seen:
        page = seen.new_page()
        page.goto(f"{site.url}/")
        page.get_by_label("Order number").fill("580000000000000000")
        page.get_by_label("E-mail, phone or postcode").fill("nobody@example.invalid")
        page.get_by_role("button", name="Find my order").click()
        expect(page.get_by_role("alert")).to_contain_text("We cannot show an order for that")
        expect(page.get_by_label("Order number")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_theme_is_kept(site, browser, scripts):
    with context(browser, java_script_enabled=scripts, color_scheme="light") as seen:
        page = seen.new_page()
        page.goto(f"{site.url}/")
        page.get_by_role("button", name="Use the dark theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.goto(f"{site.url}/track/1")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def scans_of(site, row):
    """How many scans were heard of the order's parcels."""
    told = site.call(site.milepost.app.store.shipment_events(row.shipment_ids))
    return sum(len(events) for events in told.values())


def addresses(site):
    """Every kind of page there is for a buyer, as paths that open it."""
    moving = site.order_with(Status.IN_TRANSIT)
    number = site.shipments(moving)[0].shipment.tracking_number
    trouble = site.order_with(Status.RETURN_IN_TRANSIT, Status.HELD, Status.ATTEMPTED)
    several = next(row for row in site.orders() if len(row.shipment_ids) > 1)
    return {
        "look-up": "/",
        "moving": f"/t/{site.token(moving, View.TOWN)}",
        "trouble": f"/t/{site.token(trouble)}",
        "delivered": f"/t/{site.token(site.order_with(Status.DELIVERED))}",
        "several parcels": f"/t/{site.token(several)}",
        "number alone": f"/track/{number}",
        "wrong link": "/t/nobody-made-this-one",
        "expired": f"/t/{site.token(moving, days=0)}",
        "stop": f"/u/{site.token(moving)}",
        "nowhere": "/no/such/page",
        "glossary": "/glossary?q=customs",
        "reason": "/glossary/reasons/customs.duties_due",
        "code": "/glossary/codes/usps/02",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390px", "1360px"])
def test_axe_finds_nothing(site, browser, scheme, size):
    """The plain pages are looked at in two of the four states: they are one column on every screen."""
    found = {}
    is_half = (size is PHONE) == (scheme == "dark")
    with context(browser, viewport=size, color_scheme=scheme, bypass_csp=True) as seen:
        page = seen.new_page()
        for name, path in addresses(site).items():
            if is_half and name in PLAIN_PAGES:
                continue
            page.goto(site.url + path)
            if wrong := violations(page):
                found[name] = wrong
    assert found == {}


def test_nothing_scrolls_sideways_on_the_smallest_phone(site, browser):
    wide = {}
    with context(browser, viewport={"width": 320, "height": 640}) as seen:
        page = seen.new_page()
        for name, path in addresses(site).items():
            page.goto(site.url + path)
            page.evaluate("document.querySelectorAll('details').forEach((found) => (found.open = true))")
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wide[name] = over
    assert wide == {}


def test_everything_to_press_is_large_enough(site, browser):
    with context(browser) as seen:
        page = seen.new_page()
        page.goto(site.url + addresses(site)["trouble"])
        small = page.evaluate(
            """[...document.querySelectorAll('a,button,summary,input')]
               .filter((found) => found.checkVisibility())
               .map((found) => [found.textContent.trim(), (found.closest('label') ?? found).getBoundingClientRect()])
               .filter(([, box]) => box.width > 1 && (box.width < 24 || box.height < 24))
               .map(([name]) => name)"""
        )
        assert small == []


def test_news_appears_on_an_open_page(moving_site, browser):
    site = moving_site
    row = site.order_with(Status.IN_TRANSIT)
    with context(browser, viewport=DESK) as seen:
        page = seen.new_page()
        with page.expect_response(re.compile(r"/live$")):
            page.goto(f"{site.url}/t/{site.token(row)}")
        page.locator("summary", has_text="What was promised").click()
        page.locator("summary", has_text="What was promised").focus()
        page.evaluate("document.documentElement.dataset.same = 'page'")
        before = page.locator("#live").get_attribute("data-mark")
        known = scans_of(site, row)
        for _ in range(MOVES_MAX):
            site.move(timedelta(hours=6))
            if scans_of(site, row) > known:
                break
        expect(page.locator("#live")).not_to_have_attribute("data-mark", before)
        after = re.search(r'data-mark="(\w+)"', site.opened(row).text)[1]
        expect(page.locator("#live")).to_have_attribute("data-mark", after)
        expect(page.locator("html")).to_have_attribute("data-same", "page")  # it was not loaded again
        expect(page.locator("details", has_text="What was promised").first).to_have_attribute("open", "")
        expect(page.locator("summary:focus")).to_have_count(1)


def test_a_page_that_lost_its_stream_says_how_old_it_is(moving_site, browser):
    site = moving_site
    row = site.orders()[0]
    with context(browser) as seen:
        page = seen.new_page()
        page.clock.install()
        page.route(re.compile(r"/live$"), lambda route: route.abort())
        page.goto(f"{site.url}/t/{site.token(row)}")
        expect(page.locator("#lost")).to_be_hidden()
        page.clock.fast_forward(40_000)
        expect(page.locator("#lost")).to_contain_text("Last updated")
        expect(page.get_by_role("link", name="Reload")).to_be_visible()
