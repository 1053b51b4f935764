"""The console in a real browser: readable for everybody, on a phone and a desk, by keyboard, without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.pages.console_people import PASSWORD, email, settle_in

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(390, "light"), (390, "dark"), (1360, "light"), (1360, "dark")]


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def console(site):
    settle_in(site)
    return site


def enter(context, console):
    page = context.new_page()
    page.goto(f"{console.url}/console/sign-in")
    page.fill("[name=email]", email("admin"))
    page.fill("[name=password]", PASSWORD)
    page.click("main button.first")
    page.wait_for_url("**/console")
    return page


def places(console, *, only_two=False):
    found = console.call(console.milepost.app.store.exceptions(shop_ids=None, cursor=None, limit=1))
    order = f"/console/orders/{found.rows[0].order_numbers[0]}"
    if only_two:
        return ["/console", order]
    return [
        "/console",
        "/console/orders",
        order,
        "/console/inbox",
        "/console/shops",
        f"/console/shops/{found.rows[0].shop_id}/look",
        "/console/imports",
        "/console/webhooks",
        "/console/carriers",
        "/console/forecast",
        "/console/work",
        "/console/codes",
    ]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_is_readable_for_everybody(chromium, console, width, scheme):
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = enter(context, console)
    wrong = []
    for path in places(console, only_two=(width < 900) is (scheme == "dark")):
        page.goto(console.url + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "(rules) => axe.run(document, {runOnly: rules})"
            ".then((told) => told.violations.map((one) => [one.id, one.nodes[0].html]))",
            RULES,
        )
        wrong += [(path, *one) for one in found]
    context.close()
    assert not wrong


def test_no_page_scrolls_sideways_on_the_smallest_phone_and_its_head_stays_small(chromium, console):
    context = chromium.new_context(viewport={"width": 320, "height": 700})
    page = enter(context, console)
    wide, tall = [], []
    for path in places(console):
        page.goto(console.url + path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
        if page.evaluate("document.querySelector('.con-side').offsetHeight > innerHeight / 4"):
            tall.append(path)
    context.close()
    assert not wide
    assert not tall


def test_a_slash_goes_to_the_search_and_enter_finds_the_order(chromium, console):
    number = console.orders()[0].facts.order_number
    context = chromium.new_context()
    page = enter(context, console)
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/orders/{number}")
    assert page.inner_text("h1") == f"Order {number}"
    context.close()


def test_everything_works_without_scripts(chromium, console):
    number = console.orders()[0].facts.order_number
    context = chromium.new_context(java_script_enabled=False)
    page = enter(context, console)
    page.fill("[name=q]", number)
    page.press("[name=q]", "Enter")
    page.wait_for_url(f"**/console/orders/{number}")
    page.click("text=Make a buyer link")
    assert "/t/" in page.inner_text(".con-told code")
    page.click("[aria-label='Sign out']")
    page.wait_for_url("**/console/sign-in")
    page.goto(f"{console.url}/console")
    assert page.url.endswith("/console/sign-in")
    context.close()
