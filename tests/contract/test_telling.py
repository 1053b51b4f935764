"""What programs and phones are told, kept alike on every engine: numbered, found, swept, paid for once."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.notices import Attempt, Audience, Notice
from milepost.model.webhooks import Endpoint, Happening, Secret, SendingState, WebhookAttempt
from milepost.ports.notify import Fare
from milepost.ports.store import CursorError
from milepost.ports.texts import Paid

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ENDPOINT = Endpoint(
    endpoint_id="ep_1",
    shop_id="shop-1",
    url="https://hooks.example.com/secret-path",
    description="Warehouse",
    types=("shipment.delivered",),
    secrets=(Secret(value="whsec_AAAA"), Secret(value="whsec_BBBB", until=NOW)),
    created_at=NOW,
)


def happening(key, subject="s1", *, shop_id="shop-1", at=NOW, kind="shipment.delivered"):
    return Happening(key=key, kind=kind, shop_id=shop_id, subject=subject, at=at, data={"n": key})


def attempt(message, outcome="retry", status=500):
    return WebhookAttempt(
        endpoint_id="ep_1",
        message_id=message.message_id,
        shop_id="shop-1",
        at=NOW,
        outcome=outcome,
        status=status,
        detail="answered",
        took_ms=5,
    )


async def put(store, *endpoints):
    async with store.transaction() as tx:
        for endpoint in endpoints:
            await tx.put_webhook_endpoint(endpoint)


async def tell(store, *happenings, endpoint="ep_1"):
    async with store.transaction() as tx:
        messages = await tx.add_webhook_messages(happenings)
        await tx.put_webhook_sendings([(endpoint, one) for one in messages], SendingState.WAITING, NOW)
    return messages


async def test_an_endpoint_is_kept_whole_and_sealed(store):
    health = replace(ENDPOINT, failing_since=NOW, told_share=50, paused_until=NOW + timedelta(hours=1))
    await put(store, ENDPOINT, replace(ENDPOINT, endpoint_id="ep_2", shop_id="shop-2"), health)
    assert await store.webhook("ep_1") == health
    assert await store.webhook("ep_3") is None
    assert [one.endpoint_id for one in await store.webhooks(None)] == ["ep_1", "ep_2"]
    assert [one.endpoint_id for one in await store.webhooks(["shop-2"])] == ["ep_2"]
    assert await store.webhooks([]) == []
    async with store.transaction() as tx:
        assert [one.endpoint_id for one in await tx.webhook_endpoints(["shop-1", "x"])] == ["ep_1"]


async def test_messages_of_a_subject_are_numbered_on_and_a_known_key_is_left_out(store):
    first = await tell(store, happening("a"), happening("b"), happening("c", "s2"))
    assert [(one.subject, one.sequence) for one in first] == [("s1", 1), ("s1", 2), ("s2", 1)]
    again = await tell(store, happening("b"), happening("d"))
    assert [(one.subject, one.sequence) for one in again] == [("s1", 3)]
    assert await tell(store, happening("a"), happening("d")) == []
    elsewhere = await tell(store, happening("a", shop_id="shop-2"))
    assert [one.sequence for one in elsewhere] == [1]
    assert await store.webhook_message(first[0].message_id) == first[0]


async def test_numbers_that_were_rolled_back_are_given_again(store):
    with contextlib.suppress(RuntimeError):
        async with store.transaction() as tx:
            await tx.add_webhook_messages([happening("a")])
            raise RuntimeError
    (message,) = await tell(store, happening("b"))
    assert message.sequence == 1


async def test_many_writers_number_one_subject_without_a_gap(store):
    told = await asyncio.gather(*(tell(store, happening(f"k{n}")) for n in range(12)))
    assert sorted(one.sequence for messages in told for one in messages) == list(range(1, 13))


async def test_sendings_are_listed_newest_first_with_their_tries(store):
    await put(store, ENDPOINT)
    messages = await tell(store, *(happening(f"k{n}") for n in range(5)))
    async with store.transaction() as tx:
        for outcome in ("retry", "sent"):
            await tx.add_webhook_attempt(attempt(messages[0], outcome))
        await tx.put_webhook_sendings([("ep_1", messages[0])], SendingState.SENT, NOW)
    page, cursor = await store.webhook_sendings("ep_1", cursor=None, limit=3)
    rest, end = await store.webhook_sendings("ep_1", cursor=cursor, limit=3)
    assert [one.message for one in (*page, *rest)] == list(reversed(messages))
    assert end is None
    assert [(one.number, one.outcome) for one in rest[-1].attempts] == [(1, "retry"), (2, "sent")]
    (sent,), _ = await store.webhook_sendings("ep_1", cursor=None, limit=9, state="sent")
    assert sent.message == messages[0]
    assert await store.webhook_state("ep_1", messages[0].message_id) is SendingState.SENT
    assert await store.webhook_state("ep_2", messages[0].message_id) is None
    with pytest.raises(CursorError):
        await store.webhook_sendings("ep_1", cursor="nonsense", limit=3)


async def test_what_was_missed_is_what_was_told_in_the_time_and_not_taken(store):
    hours = [happening(f"k{n}", at=NOW + timedelta(hours=n)) for n in range(5)]
    other = happening("o", at=NOW + timedelta(hours=2), kind="order.added")
    messages = await tell(store, *hours, other)
    async with store.transaction() as tx:
        await tx.put_webhook_sendings([("ep_1", messages[2])], SendingState.SENT, NOW)
    until = NOW + timedelta(hours=4)
    missed = await store.webhook_missed(ENDPOINT, NOW + timedelta(hours=1), until, everything=False, limit=10)
    assert missed == [messages[1], messages[3]]
    whole = await store.webhook_missed(ENDPOINT, NOW + timedelta(hours=1), until, everything=True, limit=10)
    assert whole == messages[1:4]


async def test_failures_count_from_the_first_and_a_success_forgets_them(store):
    await put(store, ENDPOINT)
    async with store.transaction() as tx:
        await tx.webhook_failed("ep_1", NOW)
        later = await tx.webhook_failed("ep_1", NOW + timedelta(hours=1))
        assert later.failing_since == NOW
        await tx.webhook_worked("ep_1")
        assert await tx.webhook_failed("ep_2", NOW) is None
    assert (await store.webhook("ep_1")).failing_since is None


async def test_what_is_too_old_is_swept_and_a_deleted_endpoint_leaves_nothing(store):
    await put(store, ENDPOINT)
    old, new = await tell(store, happening("old"), happening("new", at=NOW + timedelta(days=2)))
    async with store.transaction() as tx:
        await tx.add_webhook_attempt(attempt(old))
        assert await tx.sweep_webhooks(NOW + timedelta(days=1), 10) == 1
        assert await tx.sweep_webhooks(NOW + timedelta(days=1), 10) == 0
    listed, _ = await store.webhook_sendings("ep_1", cursor=None, limit=9)
    assert [one.message for one in listed] == [new]
    (third,) = await tell(store, happening("third"))
    assert third.sequence == 3, "numbers are never given twice"
    async with store.transaction() as tx:
        await tx.drop_webhook_endpoint("ep_1")
    assert await store.webhook("ep_1") is None
    assert (await store.webhook_sendings("ep_1", cursor=None, limit=9))[0] == []


def fare(number="+12125550142", micros=10, day=100, per_number=3):
    return Fare(number=number, micros=micros, day_micros_max=day, per_number_max=per_number)


async def pay(store, key, day="2026-03-04", **more):
    async with store.transaction() as tx:
        return await tx.pay_fare(key, "shop-1", fare(**more), day)


async def test_a_key_pays_once_and_the_days_money_is_never_overspent(store):
    assert await pay(store, "a") is Paid.YES
    assert await pay(store, "a") is Paid.YES
    assert await store.fares_of("2026-03-04") == 10
    paid = await asyncio.gather(*(pay(store, f"k{n}", number=f"+1212555{n:04}") for n in range(20)))
    assert paid.count(Paid.YES) == 9
    assert paid.count(Paid.MONEY) == 11
    assert await store.fares_of("2026-03-04") == 100
    assert await pay(store, "tomorrow", day="2026-03-05") is Paid.YES


async def test_a_number_gets_so_many_a_day_and_none_after_stop(store):
    assert [await pay(store, f"k{n}") for n in range(4)] == [Paid.YES] * 3 + [Paid.NUMBER]
    async with store.transaction() as tx:
        await tx.opt_out("+12125550142", NOW)
        await tx.opt_out("+12125550142", NOW)
    assert await store.has_opted_out("+12125550142")
    assert not await store.has_opted_out("+12125550143")
    assert await pay(store, "k0") is Paid.OPTED_OUT
    async with store.transaction() as tx:
        await tx.opt_in("+12125550142")
    assert not await store.has_opted_out("+12125550142")


async def test_a_fate_told_late_replaces_nothing_newer_and_stands_beside_its_attempt(store):
    notice = Notice(
        key="n",
        shop_id="shop-1",
        order_number="1",
        shipment_id=None,
        audience=Audience.BUYER,
        channel="sms",
        template="delivered",
        created_at=NOW,
    )
    async with store.transaction() as tx:
        await tx.put_fate("SM1", "delivered", "", NOW)  # before the attempt itself
        await tx.put_fate("SM1", "sent", "", NOW)
        await tx.put_notices([notice])
        tried = Attempt(notice_key="n", at=NOW, number=1, outcome="sent", detail="taken", message_id="SM1")
        await tx.add_attempt(tried)
        await tx.add_attempt(replace(tried, number=2, message_id=""))
    page = await store.notices(shop_ids=None, cursor=None, limit=5)
    assert [one.fate for one in page.rows[0][1]] == ["delivered", ""]
