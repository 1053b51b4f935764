"""What seller and support see in the console, and what they may do there."""

import hashlib
import html
import re
from dataclasses import replace

import pytest

from milepost.model.exceptions import Mover, Severity
from milepost.model.health import CarrierHealth
from milepost.react.words import WORDS
from milepost.record.links import digest
from tests.pages.console_people import settle_in, signed_in

RANKS = list(Severity)


@pytest.fixture(scope="session")
def console(site):
    settle_in(site)
    return site


def exceptions(site):
    page = site.call(site.milepost.app.store.exceptions(shop_ids=None, cursor=None, limit=100))
    return list(page.rows)


def path_of(row):
    return f"/console/orders/{row.facts.order_number}"


@pytest.fixture
def all_severities(console):
    """One exception of each severity on some parcel, which end after the test."""
    one = exceptions(console)[0]
    added = [
        replace(one, kind=kind, severity=severity, mover=mover)
        for kind, severity, mover in (
            ("late", Severity.WATCH, Mover.CARRIER),
            ("damaged", Severity.CRITICAL, Mover.SELLER),
            ("address", Severity.ACTION, Mover.BUYER),
        )
    ]
    put(console, added)
    yield
    put(console, [other.resolve(other.opened_at, "The test is over.") for other in added])


def put(site, found):
    async def write():
        async with site.milepost.app.store.transaction() as tx:
            await tx.put_exceptions(found)

    site.call(write())


@pytest.mark.usefixtures("all_severities")
def test_the_first_page_lists_what_is_wrong_worst_first(console):
    found = exceptions(console)
    assert [found[0].kind, found[-1].kind] == ["damaged", "late"]
    with signed_in(console, "seller") as browser:
        page = browser.get("/console").text
    shown = [html.unescape(title) for title in re.findall(r": </span></span><span>([^<]+)<", page)]
    assert shown == [WORDS[one.kind].title for one in found]
    assert sorted(found, key=lambda one: RANKS.index(one.severity)) == found


@pytest.mark.usefixtures("all_severities")
@pytest.mark.parametrize("mover", ["seller", "buyer", "carrier"])
def test_a_filter_is_a_link_to_those_whose_move_it_is(console, mover):
    mine = [one for one in exceptions(console) if one.mover == mover]
    with signed_in(console, "seller") as browser:
        page = browser.get(f"/console?waiting={mover}").text
    assert mine
    assert page.count('<th scope="row"') == len(mine)


def test_a_list_with_nothing_in_it_says_so(console):
    """The stranger's shop has no orders."""
    with signed_in(console, "stranger") as browser:
        assert "Nothing needs you" in browser.get("/console").text
        assert "Nothing waits here" in browser.get("/console?waiting=buyer").text
        assert "Nothing here" in browser.get("/console/inbox").text


def test_an_unknown_filter_or_cursor_is_not_there(console):
    with signed_in(console, "seller") as browser:
        assert browser.get("/console?waiting=nobody").status_code == 404
        assert browser.get("/console?cursor=zzz").status_code == 404
        assert browser.get("/console/orders?cursor=zzz").status_code == 404


def test_the_list_of_orders_shows_every_order_with_its_parcels(console):
    rows = console.orders()
    with signed_in(console, "support") as browser:
        page = browser.get("/console/orders").text
    for row in rows:
        assert f'href="{path_of(row)}"' in page
        for shipment in console.shipments(row):
            assert shipment.shipment.superseded or shipment.shipment.tracking_number in page


def test_an_order_is_found_by_anything_one_may_have_at_hand(console):
    row = console.order_with_email()
    told = console.contact(row)
    number = console.shipments(row)[0].shipment.tracking_number
    with signed_in(console, "support") as browser:
        for query in (
            row.facts.order_number,
            number,
            number.lower(),
            told.email,
            told.phone,
            told.postal_code,
        ):
            answer = browser.post("/console/search", data={"q": f" {query} "})
            where = answer.headers.get("location", "")
            assert where == path_of(row) or f'href="{path_of(row)}"' in answer.text, query
            assert told.email not in where
        nothing = browser.post("/console/search", data={"q": "nobody@example.com"})
        assert "Nothing found" in nothing.text


def test_the_order_page_has_everything_known(console):
    one = exceptions(console)[0]
    row = console.call(console.milepost.app.store.order(one.order_numbers[0]))
    told = console.contact(row)
    events = console.call(console.milepost.app.store.shipment_events([one.shipment_id]))[one.shipment_id]
    promises = console.call(console.milepost.app.store.promises(row.facts.shop_id, row.facts.order_number))
    with signed_in(console, "admin") as browser:
        page = html.unescape(browser.get(path_of(row)).text)
    assert told.name in page
    assert told.address in page
    assert WORDS[one.kind].title in page
    assert row.facts.items[0].title in page
    assert all(event.description in page and event.code in page for event in events)
    assert page.count('<span class="con-second">Said ') == len(promises)


def test_support_sees_no_contact(console):
    row = console.order_with_email()
    told = console.contact(row)
    markers = [told.name, told.email, told.phone, told.address, told.address.split(",")[0]]
    with signed_in(console, "support") as browser:
        pages = [
            browser.get(path).text for path in (path_of(row), "/console", "/console/orders", "/console/inbox")
        ]
        pages.append(browser.post("/console/search", data={"q": row.facts.order_number}).text)
    assert not [marker for marker in markers for page in pages if html.escape(marker) in page]
    with signed_in(console, "seller") as browser:
        assert html.escape(told.email) in browser.get(path_of(row)).text


def test_a_link_for_the_buyer_is_shown_once_and_opens_the_order(console):
    row = console.order_with_email()
    with signed_in(console, "support") as browser:
        answer = browser.post(f"{path_of(row)}/link")
        assert (answer.status_code, answer.headers["location"]) == (303, path_of(row))
        shown = re.search(r"/t/([\w-]{20,})", browser.get(path_of(row)).text)
        assert shown, "the link is not on the page"
        assert shown[1] not in browser.get(path_of(row)).text
    link = console.call(console.milepost.app.store.link(digest(shown[1])))
    assert link.order_number == row.facts.order_number
    with console.visitor() as buyer:
        assert buyer.get(shown[0]).headers["location"] == f"/orders/{row.facts.order_number}"


def test_asking_now_makes_every_look_due(console):
    row = next(row for row in console.orders() if row.shipment_ids)
    app = console.milepost.app
    with signed_in(console, "seller") as browser:
        browser.post(f"{path_of(row)}/ask")
        assert "are being asked" in browser.get(path_of(row)).text
    counts = console.call(app.work.counts(app.clock.now()))
    assert counts["due"] >= 2  # the order and its tracking, and its carrier where there are keys


def test_what_a_source_said_can_be_read_byte_for_byte_by_an_admin_only(console):
    row = next(row for row in console.orders() if row.shipment_ids)
    events = console.call(console.milepost.app.store.shipment_events(row.shipment_ids))
    body_hash = next(event.report_hash for told in events.values() for event in told)
    with signed_in(console, "admin") as browser:
        answer = browser.get(f"{path_of(row)}/reports/{body_hash}")
        assert hashlib.sha256(answer.content).hexdigest() == body_hash
        assert answer.headers["content-disposition"].startswith("attachment")
        assert browser.get(f"{path_of(row)}/reports/{'0' * 64}").status_code == 404
    with signed_in(console, "seller") as browser:
        assert browser.get(f"{path_of(row)}/reports/{body_hash}").status_code == 404


def test_a_report_is_only_shown_under_an_order_it_tells_of(console):
    rows = [row for row in console.orders() if len(console.shipments(row)) == 1][:2]
    events = console.call(console.milepost.app.store.shipment_events(rows[0].shipment_ids))
    others = console.call(console.milepost.app.store.shipment_events(rows[1].shipment_ids))
    told_of_other = {event.report_hash for told in others.values() for event in told}
    body_hash = next(
        event.report_hash
        for told in events.values()
        for event in told
        if event.report_hash not in told_of_other
    )
    with signed_in(console, "admin") as browser:
        assert browser.get(f"{path_of(rows[1])}/reports/{body_hash}").status_code == 404


def test_the_inbox_has_what_the_seller_was_told(console):
    entries = console.call(console.milepost.app.store.inbox(None, 100))
    with signed_in(console, "seller") as browser:
        page = html.unescape(browser.get("/console/inbox").text)
    assert entries
    assert page.count("<details>") == len(entries)
    assert entries[0].subject in page


def test_the_shops_page_offers_a_link_and_takes_only_answers_to_it(console):
    shops = console.call(console.milepost.app.store.shops())
    with signed_in(console, "seller") as browser:
        page = browser.get("/console/shops").text
        assert all(html.escape(shop.name) in page for shop in shops)
        browser.post("/console/shops/connect", data={"marketplace": "tiktok_shop", "market": "us"})
        shown = html.unescape(browser.get("/console/shops").text)
        assert re.search(r"open/authorize\?service_id=[^\"]+&state=[\w-]{32}\"", shown)
        browser.get("/console/shops/return/tiktok_shop?code=TTP_x&state=forged")
        assert "not an answer to our link" in browser.get("/console/shops").text
        browser.get("/console/shops/return/tiktok_shop?error=access_denied")
        assert "did not let us" in browser.get("/console/shops").text


def test_a_state_counts_once(console):
    with signed_in(console, "seller") as browser:
        browser.post("/console/shops/connect", data={"marketplace": "tiktok_shop", "market": "us"})
        state = re.search(r"state=([\w-]{32})", browser.get("/console/shops").text)[1]
        browser.post(
            "/console/shops/answer",
            data={
                "marketplace": "tiktok_shop",
                "address": f"https://shop.example/?code=TTP_wrong&state={state}",
            },
        )
        first = browser.get("/console/shops").text
        browser.get(f"/console/shops/return/tiktok_shop?code=TTP_wrong&state={state}")
        second = browser.get("/console/shops").text
    assert "not an answer to our link" not in first  # the marketplace itself refused the code
    assert 'class="con-told bad"' in first
    assert "not an answer to our link" in second


def test_the_work_page_counts_what_there_is_to_do(console):
    app = console.milepost.app
    counts = console.call(app.work.counts(app.clock.now()))
    with signed_in(console, "admin") as browser:
        page = browser.get("/console/work").text
    assert f"<dt>Later</dt><dd>{counts['later']}<" in page
    assert "Nothing was given up" in page


def test_the_carriers_page_says_who_answers_and_who_refuses_our_keys(console):
    app = console.milepost.app
    now = app.clock.now()
    refused = CarrierHealth(
        carrier="dhl",
        failures=1,
        failed_at=now,
        said="dhl: refuses <us>",
        keys_refused=True,
        broken_since=now,
    )

    async def told():
        before = await app.store.carrier_health(["dhl"])
        async with app.store.transaction() as tx:
            await tx.put_carrier_health(refused)
        return before

    before = console.call(told())
    with signed_in(console, "admin") as browser:
        page, metrics = browser.get("/console/carriers").text, browser.get("/metrics").text

    async def put_back():
        async with app.store.transaction() as tx:
            await tx.put_carrier_health(before.get("dhl") or CarrierHealth(carrier="dhl"))

    console.call(put_back())
    assert "Refuses our keys" in page
    assert "dhl: refuses &lt;us&gt;" in page
    assert page.count("Answers") >= 2, "the world's other carriers were asked and answered"
    assert 'milepost_carrier_works{carrier="dhl"} 0.0' in metrics
    assert 'milepost_carrier_works{carrier="ups"} 1.0' in metrics
    assert 'milepost_carrier_answered_seconds_ago{carrier="ups"}' in metrics
