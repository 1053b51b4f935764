"""What a person enters: marked as theirs, shown so, taken back and still seen; on every page and over the API."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from milepost.desk.accounts import add_api_key
from milepost.desk.entries import By, EntryError, Wish, add_entry, take_back
from milepost.desk.imports import import_file
from milepost.desk.lookup import make_link
from milepost.model.people import Role
from milepost.record.journey import derive
from tests.pages.test_console_imports import site

GOOD = "1Z999AA10123456784"
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
DAY = (NOW - timedelta(days=3)).date().isoformat()
ORDERS = f"order_number,tracking_number,placed_at,country\nA-1,{GOOD},{DAY},US\nA-2,XY12345,{DAY},US\nA-2,XY12346,{DAY},US\n"
ANN = By(kind="user", id="u1", name="Ann (support)")


def at(hours):
    return (NOW - timedelta(hours=hours)).isoformat()


async def journey(app, number="A-1"):
    row = await app.store.order(number)
    (told,) = (await app.store.shipment_events(row.shipment_ids)).values()
    return derive(told)


async def test_an_entry_counts_once_and_taken_back_it_counts_no_more_and_stays(tmp_path):
    async with site(tmp_path) as (app, _):
        await import_file(app, ORDERS.encode())
        row = await app.store.order("A-1")
        on_the_way = Wish(status="in_transit", occurred_at=at(5), place="Memphis, TN")
        came = Wish(status="delivered", occurred_at=at(2), note="The receiver says so")
        await add_entry(app, row, on_the_way, ANN)
        event_id = await add_entry(app, row, came, ANN)
        assert await add_entry(app, row, came, ANN) == event_id
        told = await journey(app)
        assert (told.status, len(told.events), told.last_scan_at) == ("delivered", 2, None)
        assert {scan.event.evidence for scan in told.events} == {"message"}
        for _ in range(2):
            await take_back(app, row, event_id, "Another parcel", ANN)
        told = await journey(app)
        assert (told.status, told.delivery_retracted) == ("in_transit", True)
        assert [scan.is_retracted for scan in told.events] == [False, True, False]
        with pytest.raises(EntryError, match="was taken back; say in the note what is different"):
            await add_entry(app, row, came, ANN)
        await add_entry(app, row, Wish(status="delivered", occurred_at=at(2), note="Now really"), ANN)
        told = await journey(app)
        assert (told.status, told.delivery_retracted) == ("delivered", False)
        events = [scan.event for scan in told.events]
        for seed in range(20):
            random.Random(seed).shuffle(events)
            assert derive(events) == told, f"seed {seed}"


async def test_only_what_a_person_entered_can_be_taken_back(tmp_path):
    async with site(tmp_path) as (app, _):
        await import_file(app, ORDERS.encode())
        scans = f"tracking_number,status,occurred_at,code\n{GOOD},in_transit,{at(9)},IT\n"
        await import_file(app, scans.encode())
        row = await app.store.order("A-1")
        ((scan,),) = (await app.store.shipment_events(row.shipment_ids)).values()
        with pytest.raises(EntryError, match="only an entry made by hand"):
            await take_back(app, row, scan.event_id, "No", ANN)
        forged = scans.replace("IT", f"retracts {scan.event_id}").replace("in_transit", "note")
        await import_file(app, forged.encode())
        told = (await journey(app)).events
        assert [scan.is_retracted for scan in told] == [False, False]
        assert not any(scan.event.retracts for scan in told), "only a person's entry takes back"
        by_hand = replace(told[0].event, source="by_hand", code=f"retracts {scan.event_id}", event_id="")
        assert not any(one.is_retracted for one in derive([scan, by_hand]).events), (
            "and only a person's entry"
        )


WRONG = [
    (
        Wish(status="teleported", occurred_at=at(1)),
        "status: 'teleported' is no status; there are label_created, accepted",
    ),
    (Wish(status="unknown", occurred_at=at(1)), "status: 'unknown' is no status"),
    (Wish(status="held", occurred_at=at(1), reason="bad.luck"), "reason: 'bad.luck' is no reason"),
    (Wish(status="held", occurred_at="2026-03-04T10:00"), "occurred_at: no offset"),
    (
        Wish(status="held", occurred_at="2026-03-04T10:00", zone="Mars"),
        "occurred_at: zone 'Mars' is not known",
    ),
    (Wish(status="held", occurred_at="soon"), "occurred_at: write"),
    (Wish(status="held", occurred_at=at(-1)), "occurred_at: it lies in the future"),
    (Wish(status="held", occurred_at=at(24 * 60)), "occurred_at: that is long before the order"),
    (Wish(status="held", occurred_at=at(1), tracking_number="other"), "tracking_number: name one parcel"),
    (Wish(status="held", occurred_at=at(1), note="x" * 501), "note: 501 characters; 500 is the most"),
    (Wish(status="note", occurred_at=at(1)), "note: empty"),
]


async def test_what_cannot_be_entered_names_field_and_fix(tmp_path):
    async with site(tmp_path) as (app, _):
        await import_file(app, ORDERS.encode())
        row = await app.store.order("A-1")
        for wish, says in WRONG:
            with pytest.raises(EntryError) as refused:
                await add_entry(app, row, wish, ANN)
            assert says in str(refused.value)
        assert (await journey(app)).events == ()


async def test_the_pages_say_who_entered_it_and_the_buyer_that_nobody_scanned(tmp_path):
    async with site(tmp_path) as (app, person):
        await import_file(app, ORDERS.encode())
        browser = await person("ann", Role.SUPPORT)
        form = {
            "status": "out_for_delivery",
            "occurred_at": at(1)[:16],
            "zone": "UTC",
            "note": "<b>Van</b> seen",
        }
        wrong = await browser.post("/console/orders/A-1/events", data=form | {"zone": "Mars"})
        assert wrong.status_code == 400
        assert "When: zone &#39;Mars&#39; is not known" in wrong.text
        assert "&lt;b&gt;Van&lt;/b&gt; seen" in wrong.text, "what was typed is kept"
        page = await browser.post("/console/orders/A-1/events", data=form)
        assert "It is entered, under your name." in page.text
        assert "Entered by ann (support), not scanned" in page.text
        assert "<b>Van</b>" not in page.text
        token = await make_link(app, shop_id="file_import", order_number="A-1")
        buyer = await browser.get(f"/t/{token}")
        assert "Entered by the shop, not scanned" in buyer.text
        assert "ann (support)" not in buyer.text
        (event_id,) = set(re.findall(r"/events/([0-9a-f]{32})/take-back", page.text))
        path = f"/console/orders/A-1/events/{event_id}/take-back"
        assert "In your words: empty" in (await browser.post(path, data={"note": " "})).text
        gone = await browser.post(path, data={"note": "Another van"})
        assert "Taken back by ann (support)" in gone.text
        assert "<s>Out for delivery</s>" in gone.text
        assert "Entered by the shop" not in (await browser.get(f"/t/{token}")).text
        assert "Parcel: name one parcel" in (await browser.post("/console/orders/A-2/events", data=form)).text
        stranger = await person("bob", Role.ADMIN, shop_ids=("another",))
        assert (await stranger.post("/console/orders/A-1/events", data=form)).status_code == 404
        assert (await stranger.post(path, data={"note": "x"})).status_code == 404


async def test_a_program_enters_and_takes_back_with_a_key_that_may(tmp_path):
    async with site(tmp_path) as (app, person):
        await import_file(app, ORDERS.encode())
        browser = await person("ann")

        async def told(path, body, **key):
            headers = {"Authorization": f"Bearer {await add_api_key(app, 'k', **key)}"}
            return await browser.post(f"/api/v1/orders/{path}", json=body, headers=headers)

        wish = {"status": "held", "reason": "external.weather", "occurred_at": at(1)}
        assert (await told("A-1/events", wish)).status_code == 403
        assert (await told("A-1/events", wish, may_tell_news=True, shop_ids=("other",))).status_code == 404
        wrong = await told("A-1/events", wish | {"status": "x"}, may_tell_news=True)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "status")
        event_id = (await told("A-1/events", wish, may_tell_news=True)).json()["event_id"]
        assert (await journey(app)).reason == "external.weather"
        taken = await told(f"A-1/events/{event_id}/take-back", {"note": "mistake"}, may_tell_news=True)
        assert taken.status_code == 200
        assert (await journey(app)).status == "expected"
