"""The buyer's pages in real Chromium: with and without JavaScript, for every eye, on every screen, live."""

import json
import re
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from milepost.model.statuses import Status
from tests.pages.buyer_stage import stage
from tests.pages.chromium import chromium

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1360, "height": 900}
MOVES_MAX = 12


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


def test_news_appears_on_an_open_page(moving_site, browser):
    site = moving_site
    row, there = site.order_with(Status.IN_TRANSIT), site.order_with(Status.DELIVERED)
    with context(browser, viewport=DESK) as seen:
        writing = seen.new_page()
        with writing.expect_response(re.compile(r"/live$")):
            writing.goto(f"{site.url}/t/{site.token(there)}")
        writing.get_by_text("Something’s wrong").click()
        writing.get_by_label("Tell us more").fill("the lid")
        written = writing.locator("#live").get_attribute("data-mark")
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
        fresh = re.search(r'data-mark="([^"]+)"', site.opened(row).text)
        assert fresh, "a page has its mark"
        expect(page.locator("#live")).to_have_attribute("data-mark", fresh[1])  # as who opens it now sees it
        expect(page.locator("html")).to_have_attribute("data-same", "page")  # it was not loaded again
        expect(page.locator("details", has_text="What was promised").first).to_have_attribute("open", "")
        expect(page.locator("summary:focus")).to_have_count(1)
        site.clock.move(timedelta(days=8))  # "Delivered Thursday" is a date by now
        topic = f"order:{there.facts.shop_id}:{there.facts.order_number}"
        site.loop.call_soon_threadsafe(site.milepost.app.live.publish, [topic])
        writing.bring_to_front()
        expect(writing.locator("#live")).not_to_have_attribute("data-mark", written)
        expect(writing.get_by_label("Tell us more")).to_have_value(
            "the lid"
        )  # nothing that was written is lost
        expect(writing.get_by_label("Tell us more")).to_be_visible()


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


@contextmanager
def shop_page(body):
    """A shop's own server with one page; the page's origin."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_told):
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_a_shops_checkout_says_when_it_would_come_in_the_pages_language(site, browser):
    """The page is another site's; its own words stand until there is an answer, and when there is none."""
    body = f"""<!doctype html><html lang="de"><title>Kasse</title><main>
        <milepost-window country="US" words="Kommt {{days}}">Meist in fünf Tagen</milepost-window>
        </main><script async src="{site.url}/checkout.js"></script>"""
    with context(browser) as seen, shop_page(body) as origin:
        site.milepost.app.settings.checkout.pages[origin] = ""
        page = seen.new_page()
        page.goto(origin)
        told = page.get_by_role("status")
        expect(told).to_have_text(re.compile(r"^Kommt .*\d\. \S+$"))
        page.evaluate("document.querySelector('milepost-window').setAttribute('country', '')")
        expect(told).to_have_text("Meist in fünf Tagen")
        with page.expect_response(lambda answer: answer.status == 400):
            page.evaluate("document.querySelector('milepost-window').setAttribute('country', 'nowhere')")
        expect(told).to_have_text("Meist in fünf Tagen")


def test_the_switch_for_notifications_asks_nobody_before_a_click_and_says_when_they_are_blocked(
    site, browser
):
    row = site.order_with(Status.IN_TRANSIT)
    for permissions, shown in (
        (["notifications"], "Show me notifications"),
        ([], "Allow them in the browser"),
    ):
        with context(browser) as seen:
            seen.grant_permissions(permissions, origin=site.url)
            page = seen.new_page()
            page.add_init_script("Notification.requestPermission = () => { throw Error('asked too early') }")
            page.goto(f"{site.url}/t/{site.token(row)}")
            page.locator("#way-web_push summary").first.click()
            expect(page.locator("#way-web_push").get_by_text(shown)).to_be_visible()
            expect(page.locator("#way-web_push [data-when=on]").first).to_be_hidden()


def test_the_worker_shows_what_a_push_brings_and_a_repeat_only_once(site, browser):
    row = site.order_with(Status.IN_TRANSIT)
    with context(browser) as seen:
        seen.grant_permissions(["notifications"], origin=site.url)
        page = seen.new_page()
        page.goto(f"{site.url}/t/{site.token(row)}")
        devtools, found = seen.new_cdp_session(page), {}
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: found.update(
                {one["scopeURL"]: one["registrationId"] for one in told["registrations"]}
            ),
        )
        devtools.send("ServiceWorker.enable")
        page.evaluate(
            "navigator.serviceWorker.register('/push/worker.js').then((one) => new Promise((done) => {"
            "  const look = () => one.active ? done() : setTimeout(look, 20); look() }))"
        )
        page.wait_for_timeout(0)
        assert list(found) == [f"{site.url}/push/"], "it controls none of our pages"
        news = {
            "id": "1",
            "tag": "order",
            "title": "Mugs & Co",
            "body": "Out for delivery",
            "url": f"{site.url}/t/x",
        }
        for told in (
            news,
            news,
            news | {"id": "2", "body": "Delivered", "stop": "/u/x", "stop_words": "No more"},
        ):
            devtools.send(
                "ServiceWorker.deliverPushMessage",
                {"origin": site.url, "registrationId": found[f"{site.url}/push/"], "data": json.dumps(told)},
            )
            shown = page.evaluate(SHOWN, told["body"])
        assert shown == [["Mugs & Co", "Delivered", "No more"]], "the newest of an order, and its way out"


SHOWN = """async (body) => {
  const worker = await navigator.serviceWorker.getRegistration('/push/worker.js');
  for (let tries = 0; tries < 500; tries++) {
    const all = await worker.getNotifications();
    if (all.some((one) => one.body === body))
      return all.map((one) => [one.title, one.body, one.actions.map((act) => act.title).join()]);
    await new Promise((done) => setTimeout(done, 20));
  }
  return [];
}"""
"""What stands on the screen, once this body does."""
