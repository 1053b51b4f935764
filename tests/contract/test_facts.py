"""Facts are appended once, kept whole or not at all, and come back as they were."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from msgspec import structs
from sqlalchemy import func, select

from milepost.model.instants import Instant
from milepost.model.journeys import EMPTY_JOURNEY
from milepost.model.orders import Contact, Destination, Item, OrderOutline, PackageFacts
from milepost.model.promises import HAPPENED, ClockTold
from milepost.model.reports import Refusal
from milepost.model.statuses import Responsible, Status
from milepost.store.tables import EVENTS, ORDER_VERSIONS, REFUSALS, REPORT_BODIES, REPORTS
from tests.contract.things import HOUR, NOON, TEANECK, event, order, promise, report, shipment


async def count(store, table):
    return (await store.rows(select(func.count()).select_from(table)))[0][0]


async def test_an_event_appended_twice_is_new_once(store):
    first, second = event(), event(at=NOON + HOUR)
    async with store.transaction() as tx:
        assert await tx.add_events([(first, "s1")]) == set()
    async with store.transaction() as tx:
        told = [(first, "s1"), (second, "s1"), (second, "s1")]
        assert await tx.add_events(told) == {("shop-1", first.event_id)}
    assert await store.shipment_events(["s1"]) == {"s1": [first, second]}


async def test_one_scan_told_in_two_shops_is_an_event_of_each(store):
    async with store.transaction() as tx:
        assert await tx.add_events([(event(), "s1"), (event(shop="shop-2"), "s2")]) == set()
    kept = await store.shipment_events(["s1", "s2"])
    assert {one.shop_id for events in kept.values() for one in events} == {"shop-1", "shop-2"}


async def test_an_event_comes_back_as_it_was_told(store):
    told = [
        event(at=datetime(2026, 3, 4, 16, 55, 7, 123456, timezone(timedelta(hours=-5)))),
        event(occurred=Instant.unzoned("2026-03-04T16:55:00"), status=None, reason="customs.duties_due"),
        event(
            number=None, order="1001", responsible=Responsible.NATURE, text="Verspätet ☂ 'quoted' \U0001f4e6"
        ),
        event(text="a\x00b", place=structs.replace(TEANECK, located=None)),
        event(text="far future", at=datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        event(text="before 1970", at=datetime(1969, 7, 20, 20, 17, 40, 5, UTC)),
    ]
    async with store.transaction() as tx:
        await tx.add_events([(one, "s1") for one in told])
        assert await tx.events_of(["s1", "nobody"]) == {"s1": told, "nobody": []}
    assert await store.shipment_events(["s1"]) == {"s1": told}
    ids = [row[0] for row in await store.rows(select(EVENTS.c.event_id).order_by(EVENTS.c.seq))]
    assert ids == [one.event_id for one in told]


async def test_an_event_without_a_shop_is_refused(store):
    with pytest.raises(ValueError, match="set shop_id"):
        async with store.transaction() as tx:
            await tx.add_events([(event(shop=None), "s1")])


async def test_an_error_leaves_nothing_of_a_batch(store):
    with pytest.raises(RuntimeError, match="in the middle"):  # noqa: PT012 - the block is what fails
        async with store.transaction() as tx:
            await tx.add_events([(event(), "s1")])
            await tx.put_order(order(), NOON, "hash")
            await tx.set_mark("sync:shop-1", "later")
            raise RuntimeError("in the middle")
    assert await store.shipment_events(["s1"]) == {"s1": []}
    assert await store.order("1001") is None
    assert await store.mark("sync:shop-1") is None


async def test_a_cancelled_batch_leaves_nothing_and_the_next_one_goes_in(store):
    started = asyncio.Event()

    async def never_ends():
        async with store.transaction() as tx:
            await tx.add_events([(event(), "s1")])
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.transaction() as tx:
        assert not await tx.add_events([(event(at=NOON + HOUR), "s1")])
    assert len((await store.shipment_events(["s1"]))["s1"]) == 1


async def test_nobody_sees_a_batch_before_it_is_whole(store):
    async with store.transaction() as tx:
        await tx.add_events([(event(), "s1")])
        assert await asyncio.create_task(store.shipment_events(["s1"])) == {"s1": []}
    assert await store.shipment_events(["s1"]) == {"s1": [event()]}


async def test_batches_that_claim_the_same_name_stand_in_line(store):
    async def add_one():
        async with store.transaction() as tx:
            await tx.claim(["count", "another"])
            seen = int(await tx.mark("count") or 0)
            await asyncio.sleep(0)
            await tx.set_mark("count", str(seen + 1))

    await asyncio.gather(*[add_one() for _ in range(20)])
    assert await store.mark("count") == "20"


async def test_every_version_of_an_order_is_kept_and_the_last_is_current(store):
    first, second = order(), order(state="DELIVERED")
    async with store.transaction() as tx:
        await tx.put_order(first, NOON, "h1")
        await tx.put_order(second, NOON + HOUR, "h2")
        await tx.put_order(first, NOON + 2 * HOUR, "h3")
        assert await tx.orders([("shop-1", "1001"), ("shop-1", "9999")]) == {("shop-1", "1001"): first}
    assert await count(store, ORDER_VERSIONS) == 3
    assert (await store.order("1001")).facts == first


async def test_an_outline_is_of_the_order_as_it_is_now(store):
    paris, lyon = (Destination(country="FR", city=city) for city in ("Paris", "Lyon"))
    for town, hours in ((paris, 0), (lyon, 1)):
        told = order(placed_at=NOON - HOUR, destination=town, heard_at=NOON + hours * HOUR)
        async with store.transaction() as tx:
            await tx.put_order(told, NOON + hours * HOUR, "0" * 64)
    async with store.transaction() as tx:
        assert await tx.order_outlines([("shop-1", "1001"), ("shop-1", "9999"), ("shop-2", "1001")]) == {
            ("shop-1", "1001"): OrderOutline(
                shop_id="shop-1", order_number="1001", placed_at=NOON - HOUR, destination=lyon
            )
        }


async def test_an_order_told_again_unchanged_adds_no_version(store):
    for hour in range(3):
        async with store.transaction() as tx:
            await tx.put_order(order(contact=Contact(name="Ada")), NOON + hour * HOUR, "h1")
    assert await count(store, ORDER_VERSIONS) == 1


async def test_an_order_comes_back_with_everything_but_its_contact(store):
    contact = Contact(
        name="Ada", email="ada@example.com", phone="+1 201 555 0100", address="1 Main St", postal_code="07666"
    )
    rich = order(
        contact=contact,
        items=(
            Item(
                title="Mug",
                variant="blue",
                seller_sku="M-1",
                quantity=2,
                package_id="p1",
                state="OK",
                price=Decimal("12.50"),
                currency="USD",
                line_ids=("1", "2"),
            ),
        ),
        packages=(
            PackageFacts(
                package_id="p1",
                tracking_number="AC1",
                provider_id="7",
                provider_name="Acme",
                order_numbers=("1001",),
            ),
        ),
        destination=Destination(country="US", region="NJ", city="Teaneck"),
        clocks=(ClockTold(name="delivery_sla_time", at=NOON + 48 * HOUR, is_deadline=True),),
        total=Decimal("25.00"),
        currency="USD",
    )
    async with store.transaction() as tx:
        await tx.put_order(rich, NOON, "h1")
        assert (await tx.orders([("shop-1", "1001")]))["shop-1", "1001"] == rich
    assert (await store.order("1001")).facts == replace(rich, contact=Contact())
    assert await store.contact("shop-1", "1001") == contact
    assert await store.contact("shop-1", "9999") == Contact()


async def test_a_shipment_is_replaced_but_keeps_the_summary_of_its_journey(store):
    journey = structs.replace(
        EMPTY_JOURNEY,
        status=Status.DELIVERED,
        status_since=NOON,
        delivered_at=NOON,
        last_heard_at=NOON + HOUR,
        last_scan_at=NOON,
        last_place=TEANECK,
        delivery_retracted=True,
        reason="carrier.damaged",
    )
    async with store.transaction() as tx:
        await tx.put_shipments([shipment(orders=("1001", "1002"))])
        await tx.put_journeys({"s1": journey})
        await tx.put_shipments([shipment(orders=("1002", "1003"), service="Ground")])
        assert [one.shipment_id for one in await tx.shipments_with_numbers(["AC1", "AC9"])] == ["s1"]
        assert await tx.shipments_of_orders([("shop-1", "1001")]) == []
        assert [
            one.service for one in await tx.shipments_of_orders([("shop-1", "1003"), ("shop-1", "1002")])
        ] == ["Ground"]
        assert [one.service for one in await tx.shipments_by_id(["s1", "s9"])] == ["Ground"]
    row = await store.shipment("s1")
    assert (row.status, row.reason, row.status_since, row.delivered_at) == (
        "delivered",
        "carrier.damaged",
        NOON,
        NOON,
    )
    assert (row.delivery_retracted, row.last_heard_at, row.last_scan_at) == (True, NOON + HOUR, NOON)
    assert row.last_place == "Teaneck, NJ, US"


async def test_events_told_of_an_order_can_be_moved_to_a_shipment_and_back(store):
    whole, of_parcel = event(number=None, order="1001"), event(number="AC1", order="1001")
    key = ("shop-1", "1001")
    async with store.transaction() as tx:
        await tx.add_events([(whole, None), (of_parcel, "s1"), (event(number="AC2"), None)])
        assert await tx.order_events([key, ("b", "1001")]) == {
            key: [(whole, None), (of_parcel, "s1")],
            ("b", "1001"): [],
        }
        await tx.attribute("shop-1", [whole.event_id], "s1")
        assert await tx.order_events([key]) == {key: [(whole, "s1"), (of_parcel, "s1")]}
        assert await tx.events_of(["s1"]) == {"s1": [whole, of_parcel]}
    assert await store.order_events("shop-1", "1001") == []
    async with store.transaction() as tx:
        await tx.attribute("shop-1", [whole.event_id], None)
    assert await store.order_events("shop-1", "1001") == [whole]


async def test_equal_bodies_are_kept_once_and_every_hearing_is_kept(store):
    async with store.transaction() as tx:
        await tx.keep_reports([report(), report(heard_at=NOON + HOUR), report(b"other")])
    async with store.transaction() as tx:
        await tx.keep_reports([report()])
        await tx.keep_refusals(report(), [Refusal(reason="unreadable_body", detail="no JSON")])
    assert await count(store, REPORT_BODIES) == 2
    assert await count(store, REPORTS) == 4
    assert await count(store, REFUSALS) == 1
    assert await store.report_body(report().body_hash) == b'{"tracking": "AC1"}'
    assert await store.report_body("unknown") is None


async def test_the_ledger_keeps_every_promise_oldest_first(store):
    told = [
        promise(),
        promise(NOON + HOUR, said_at=NOON + HOUR),
        promise(shipment_id=None, confidence=None, sample_size=None, from_at=NOON),
    ]
    async with store.transaction() as tx:
        await tx.add_promises(told)
        assert await tx.promises([("shop-1", "1001")]) == told
    assert await store.promises("shop-1", "1001") == told


async def test_what_is_ahead_is_asked_for_whole_or_under_some_names(store):
    ours = promise(name="delivery")
    clocks = [promise(name="rts_sla_time"), promise(name="delivery_sla_time")]
    past = promise(name="delivery_sla_time", kind=HAPPENED)
    elsewhere = promise(number="1002")
    async with store.transaction() as tx:
        await tx.add_promises([ours, *clocks, past, elsewhere])
        key = [("shop-1", "1001")]
        assert await tx.promises_ahead(key) == [ours, *clocks]
        assert await tx.promises_ahead(key, ("delivery", "delivery_sla_time")) == [ours, clocks[1]]
        assert await tx.promises_ahead(key, ("cancel_order_sla_time",)) == []


async def test_many_rows_at_once_are_all_kept(store):
    many = [(event(at=NOON + timedelta(seconds=number)), f"s{number % 7}") for number in range(3000)]
    async with store.transaction() as tx:
        assert len(await tx.add_events(many)) == 0
        assert len(await tx.add_events(many)) == 3000
    kept = await store.shipment_events([f"s{number}" for number in range(7)])
    assert sum(len(events) for events in kept.values()) == 3000


async def test_ones_own_statements_run_inside_and_outside_a_transaction(store, engine):
    assert store.engine == engine
    async with store.transaction() as tx:
        await tx.set_mark("a", "1")
        assert await tx.run(EVENTS.delete()) == 0
    assert await store.healthy()


async def test_hearing_an_order_again_unchanged_moves_only_when_it_was_heard(store):
    for hour in range(3):
        async with store.transaction() as tx:
            await tx.put_order(order(heard_at=NOON + hour * HOUR), NOON + hour * HOUR, "h1")
    assert await count(store, ORDER_VERSIONS) == 1
    assert (await store.order("1001")).facts.heard_at == NOON + 2 * HOUR


async def test_shipment_rows_are_the_same_inside_and_outside_a_transaction(store):
    async with store.transaction() as tx:
        await tx.put_shipments([shipment("s1"), shipment("s2")])
        inside = await tx.shipment_rows(["s1", "s2", "nobody"])
    assert list(inside) == ["s1", "s2"]
    assert await store.shipment_rows(["s2", "s1"]) == inside


async def test_a_transaction_inside_a_transaction_is_refused_rather_than_waiting_for_itself(store):
    async with store.transaction() as tx:
        with pytest.raises(RuntimeError, match="write through that one"):
            async with store.transaction():
                pass
        await tx.set_mark("outer", "kept")
    assert await store.mark("outer") == "kept"
