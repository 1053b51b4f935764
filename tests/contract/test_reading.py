"""Lists, searches and counts: each shop sees its own, and paging neither repeats nor skips."""

import pytest
from msgspec import structs

from milepost.model.exceptions import Mover, Severity
from milepost.model.journeys import EMPTY_JOURNEY
from milepost.model.notices import Attempt
from milepost.model.orders import Contact
from milepost.model.statuses import Status
from milepost.ports.store import CursorError
from tests.contract.test_choices import POST
from tests.contract.things import HOUR, NOON, event, exception, notice, order, promise, shipment

ADA = Contact(name="Ada", email="Ada@Example.com", phone="(+1) 201-555-0100", postal_code="07666-1234")


async def fill(store, shop, first, last):
    """Orders with one shipment, one exception, one promise and one notice each, in one shop."""
    async with store.transaction() as tx:
        for number in range(first, last):
            name = f"{shop}-{number}"
            await tx.put_order(order(name, shop=shop), NOON, "h")
            await tx.put_shipments([shipment(name, f"AC{number}", shop=shop, orders=(name,))])
            await tx.put_exceptions([exception(shop=shop, shipment_id=name, at=NOON + number * HOUR)])
            await tx.add_promises([promise(shop=shop, number=name)])
            kept = notice(name, shop=shop, number=name)
            await tx.put_notices([kept])
            await tx.put_inbox(kept, "Delivered", "It came.", NOON)


def lists(store):
    """Every paged list, with what names a row."""
    return {
        "orders": (store.orders, lambda row: row.facts.order_number),
        "shipments": (store.shipments, lambda row: row.shipment.shipment_id),
        "exceptions": (store.exceptions, lambda row: row.shipment_id),
        "promises": (store.promises_page, lambda row: row.order_number),
        "notices": (store.notices, lambda row: row[0].key),
    }


LISTS = ("orders", "shipments", "exceptions", "promises", "notices")


async def test_every_list_shows_only_the_shops_one_may_see(store):
    await fill(store, "a", 1, 4)
    await fill(store, "b", 1, 3)
    for page, name in lists(store).values():
        for shops, expected in ((None, 5), (["a"], 3), (["b"], 2), (["a", "b"], 5), ([], 0), (["c"], 0)):
            rows = (await page(shop_ids=shops, cursor=None, limit=100)).rows
            assert len(rows) == expected, (page, shops)
            assert shops is None or {name(row)[0] for row in rows} <= set(shops)


async def test_every_other_read_keeps_to_the_shops_one_may_see(store):
    await fill(store, "a", 1, 3)
    await fill(store, "b", 1, 2)
    assert (await store.order("a-1", ["a"])).facts.shop_id == "a"
    assert await store.order("a-1", ["b"]) is None
    assert await store.order("a-1", []) is None
    assert await store.shipment("a-1", ["b"]) is None
    assert (await store.shipment("a-1", ["a", "b"])).shipment.shop_id == "a"
    assert await store.search("a-1", ["b"], 10) == []
    assert len(await store.search("AC1", None, 10)) == 2
    assert len(await store.search("AC1", ["b"], 10)) == 1
    assert [entry.notice.shop_id for entry in await store.inbox(["b"], 10)] == ["b"]
    assert await store.inbox([], 10) == []
    assert (await store.counts(["a"]))["orders"] == 2
    assert set((await store.counts([])).values()) == {0}
    assert await store.promises("b", "a-1") == []
    assert await store.shop_matching("a-1", "07666") != "b"


@pytest.mark.parametrize("what", LISTS)
async def test_pages_are_whole_though_rows_arrive_in_between(store, what):
    await fill(store, "a", 10, 17)
    page, name = lists(store)[what]
    before = {name(row) for row in (await page(shop_ids=None, cursor=None, limit=100)).rows}
    seen, cursor, added = [], None, 20
    for _ in range(20):
        answer = await page(shop_ids=["a"], cursor=cursor, limit=3)
        seen += [name(row) for row in answer.rows]
        cursor = answer.next_cursor
        if cursor is None:
            break
        if added < 22:
            await fill(store, "a", added, added + 1)
            added += 1
    assert cursor is None
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


async def test_a_cursor_that_is_not_ours_is_refused(store):
    for cursor in ("", "nonsense", "WzFd.", "W10", "WyJ4Il0", "x" * 500, "WzFlOTld", "W3RydWVd", "é", "e30"):
        for page, _ in lists(store).values():
            with pytest.raises(CursorError, match="leave it out"):
                await page(shop_ids=None, cursor=cursor, limit=3)


async def test_the_newest_order_comes_first_with_its_shipments_and_open_exceptions(store):
    await fill(store, "a", 1, 3)
    async with store.transaction() as tx:
        await tx.put_shipments([shipment("second", orders=("a-2",), shop="a")])
        await tx.put_exceptions(
            [
                exception("late", shop="a", shipment_id="second"),
                exception("silent", shop="a", shipment_id="second").resolve(NOON, "it moved"),
            ]
        )
    newest, oldest = (await store.orders(shop_ids=["a"], cursor=None, limit=10)).rows
    assert (newest.facts.order_number, newest.shipment_ids, newest.open_exceptions) == (
        "a-2",
        ("a-2", "second"),
        2,
    )
    assert (oldest.facts.order_number, oldest.shipment_ids, oldest.open_exceptions) == ("a-1", ("a-1",), 1)


async def test_shipments_are_filtered_by_each_of_their_marks(store):
    async with store.transaction() as tx:
        await tx.put_shipments(
            [
                shipment("s1", "AC1"),
                shipment("s2", "AC2", carrier=None, orders=("1002", "1001")),
                shipment("s3", "AC1", shop="b", carrier="beta"),
                shipment("s4", "AC4", legs=(POST,), orders=("1004",)),
            ]
        )
        await tx.put_journeys({"s2": structs.replace(EMPTY_JOURNEY, status=Status.DELIVERED)})

    async def found(**filters):
        rows = (await store.shipments(shop_ids=None, cursor=None, limit=10, **filters)).rows
        return [row.shipment.shipment_id for row in rows]

    assert await found() == ["s4", "s3", "s2", "s1"]
    assert await found(order_number="1001") == ["s3", "s2", "s1"]
    assert await found(order_number="1002") == ["s2"]
    assert await found(tracking_number="AC1") == ["s3", "s1"]
    assert await found(tracking_number=POST.number) == ["s4"], "the number of a later leg"
    assert await found(carrier="acme") == ["s4", "s1"]
    assert await found(status="delivered") == ["s2"]
    assert await found(status="delivered", carrier="acme") == []
    assert await found(tracking_number="AC1", order_number="1001", carrier="beta", status="expected") == [
        "s3"
    ]


async def test_the_worst_exception_comes_first_then_the_oldest(store):
    async with store.transaction() as tx:
        await tx.put_exceptions(
            [
                exception("weather", at=NOON),
                exception("lost", at=NOON + HOUR, severity=Severity.CRITICAL, mover=Mover.SELLER),
                exception("late", at=NOON - HOUR),
                exception("address", at=NOON, severity=Severity.ACTION, mover=Mover.BUYER, shipment_id="s2"),
                exception("over", at=NOON, severity=Severity.CRITICAL).resolve(NOON + HOUR, "it moved on"),
            ]
        )
        assert {one.kind for one in await tx.open_exceptions(["s1"])} == {"weather", "lost", "late"}

    async def kinds(**filters):
        rows = (await store.exceptions(shop_ids=None, cursor=None, limit=10, **filters)).rows
        return [row.kind for row in rows]

    assert await kinds() == ["lost", "address", "late", "weather"]
    assert await kinds(only_open=False) == ["over", "lost", "address", "late", "weather"]
    assert await kinds(mover="seller") == ["lost"]
    assert await kinds(shipment_id="s2") == ["address"]
    assert await kinds(mover="seller", shipment_id="s2") == []


async def test_an_exception_is_resolved_in_its_place(store):
    opened = exception()
    async with store.transaction() as tx:
        await tx.put_exceptions([opened])
        await tx.put_exceptions([opened.resolve(NOON + HOUR, "the parcel moved on")])
        assert await tx.open_exceptions(["s1"]) == []
    (kept,) = (await store.exceptions(shop_ids=None, cursor=None, limit=10, only_open=False)).rows
    assert kept == opened.resolve(NOON + HOUR, "the parcel moved on")


async def test_an_order_is_found_by_whatever_a_person_has_at_hand(store):
    async with store.transaction() as tx:
        await tx.put_order(order(contact=ADA), NOON, "h")
        await tx.put_order(order("1002"), NOON, "h")
        await tx.put_shipments([shipment(number="AC1234", legs=(POST,))])
    for text in (
        *("1001", " 1001 ", "AC 12-34", "ac1234", "ada@example.com", " ADA@EXAMPLE.COM "),
        *("2015550100", "+1 (201) 555 0100", "0012015550100", "po 9", "07666", "07666-1234", "076661234"),
    ):
        rows = await store.search(text, None, 10)
        assert [row.facts.order_number for row in rows] == ["1001"], text
        assert rows[0].facts.contact == Contact()
    for text in (
        "",
        "  ",
        "100",
        "Ada",
        "ada@example",
        "5550100",
        "0766",
        "%",
        "1001' OR '1'='1",
        "x" * 5000,
    ):
        assert await store.search(text, None, 10) == [], text


async def test_of_many_orders_with_one_postcode_the_newest_of_ones_own_shops_are_found(store):
    async with store.transaction() as tx:
        for number in range(1000, 1012):
            await tx.put_order(order(str(number), shop="ab"[number % 2], contact=ADA), NOON, "h")
    every = [row.facts.order_number for row in await store.search("07666", None, 3)]
    own = [row.facts.order_number for row in await store.search("07666", ["a"], 3)]
    assert (every, own) == (["1011", "1010", "1009"], ["1010", "1008", "1006"])


async def test_a_second_factor_belongs_to_the_order_or_not(store):
    async with store.transaction() as tx:
        await tx.put_order(order(contact=ADA), NOON, "h")
        await tx.put_order(order("1002"), NOON, "h")
    for factor in ("ada@example.com", "201 555 0100", "07666", "07666 1234"):
        assert await store.shop_matching("1001", factor) == "shop-1", factor
        assert await store.shop_matching("1002", factor) is None, factor
        assert await store.shop_matching("unknown", factor) is None, factor
    for factor in ("eve@example.com", "201 555 0101", "07667", "", "100", "1001", "x" * 5000):
        assert await store.shop_matching("1001", factor) is None, factor
        assert await store.shop_matching("1002", factor) is None, factor


async def test_an_old_contact_no_longer_matches_once_it_was_corrected(store):
    async with store.transaction() as tx:
        await tx.put_order(order(contact=ADA), NOON, "h")
        await tx.put_order(order(contact=Contact(email="grace@example.com")), NOON, "h")
    assert await store.shop_matching("1001", "ada@example.com") is None
    assert await store.shop_matching("1001", "grace@example.com") == "shop-1"


async def test_counts_say_what_is_moving_and_what_needs_somebody(store):
    statuses = [
        Status.IN_TRANSIT,
        Status.HELD,
        Status.DELIVERED,
        Status.EXPECTED,
        Status.LOST,
        Status.UNKNOWN,
    ]
    async with store.transaction() as tx:
        await tx.put_order(order(), NOON, "h")
        await tx.put_shipments([shipment(f"s{n}") for n in range(len(statuses))])
        await tx.put_shipments([shipment("old", superseded=True)])
        await tx.put_journeys(
            {f"s{n}": structs.replace(EMPTY_JOURNEY, status=status) for n, status in enumerate(statuses)}
        )
        await tx.put_journeys({"old": structs.replace(EMPTY_JOURNEY, status=Status.IN_TRANSIT)})
        await tx.put_exceptions(
            [
                exception(),
                exception("lost", mover=Mover.SELLER),
                exception("over", mover=Mover.SELLER).resolve(NOON, "over"),
            ]
        )
        await tx.add_events([(event(status=Status.UNKNOWN), "s1"), (event(at=NOON + HOUR), "s1")])
    assert await store.counts(None) == {
        "orders": 1,
        "shipments": 7,
        "moving": 2,
        "on_track": 1,
        "delivered": 1,
        "exceptions_open": 2,
        "needs_seller": 1,
        "needs_buyer": 0,
        "needs_carrier": 1,
        "unknown_events": 1,
    }


async def test_notices_come_with_their_attempts_in_order(store):
    tries = [
        Attempt(
            notice_key="s1:delivered",
            at=NOON + n * HOUR,
            number=n + 1,
            outcome="retry",
            detail="busy",
            message_id=f"<{n}@milepost>",
        )
        for n in range(3)
    ]
    async with store.transaction() as tx:
        assert await tx.put_notices([notice()]) == {notice().key}
        assert await tx.put_notices([notice()]) == set()
        assert await tx.put_notices([notice(), notice("other", number="1002")]) == {"other"}
        for attempt in tries:
            await tx.add_attempt(attempt)
    assert await store.notice("s1:delivered") == notice()
    assert await store.notice("unknown") is None
    found = (await store.notices(shop_ids=None, cursor=None, limit=10, order_number="1001")).rows
    assert found == ((notice(), tuple(tries)),)


async def test_a_page_is_never_longer_than_the_bound(store):
    await fill(store, "a", 1, 4)
    assert len((await store.orders(shop_ids=None, cursor=None, limit=0)).rows) == 1
    assert len((await store.orders(shop_ids=None, cursor=None, limit=10**9)).rows) == 3
