"""Whose scans are pushed until when, and how much is first heard that way."""

from dataclasses import replace

from milepost.model.pushes import (
    EVERY_NUMBER,
    HeardBy,
    PushCount,
    PushHealth,
    PushState,
    PushSubscription,
)
from milepost.ports.pushes import SubscriptionNews
from tests.contract.things import HOUR, NOON

ONE = PushSubscription(
    carrier="acme",
    tracking_number="AC1",
    state=PushState.ASKED,
    asked_at=NOON,
    subscription_id="s-1",
    until_at=NOON + HOUR,
)
SCANS = PushCount(carrier="acme", day="2026-03-04", how=HeardBy.PUSH, lag_s=60, scans=3)


async def test_a_subscription_is_replaced_by_carrier_and_number(store):
    active = replace(ONE, state=PushState.ACTIVE, until_at=NOON + 2 * HOUR)
    others = [replace(ONE, tracking_number=EVERY_NUMBER), replace(ONE, carrier="other", until_at=None)]
    async with store.transaction() as tx:
        await tx.put_push_subscriptions([ONE, *others])
        await tx.put_push_subscriptions([active])
        await tx.put_push_subscriptions([])
    assert await store.push_subscriptions("acme", ["AC1", "AC2"]) == {"AC1": active}
    assert await store.push_subscriptions("other", ["AC1"]) == {"AC1": others[1]}
    assert await store.push_subscriptions("acme", []) == {}


async def test_news_of_a_subscription_is_news_of_all_its_numbers(store):
    beside = replace(ONE, tracking_number="AC2")
    other = replace(ONE, tracking_number="AC3", subscription_id="s-2")
    nameless = replace(ONE, tracking_number="AC4", subscription_id="")
    async with store.transaction() as tx:
        await tx.put_push_subscriptions([ONE, beside, other, nameless])
        ready = SubscriptionNews(subscription_id="s-1", state=PushState.ACTIVE)
        assert await tx.heed_push_news("acme", ready) == 2
        assert await tx.heed_push_news("other", ready) == 0
        assert (
            await tx.heed_push_news("acme", SubscriptionNews(subscription_id="", state=PushState.ACTIVE)) == 0
        )
        ends = SubscriptionNews(
            subscription_id="s-2", state=PushState.REFUSED, until_at=NOON, said="not this one"
        )
        assert await tx.heed_push_news("acme", ends) == 1
    found = await store.push_subscriptions("acme", ["AC1", "AC2", "AC3", "AC4"])
    assert found["AC1"] == replace(ONE, state=PushState.ACTIVE), "an end that is not told stays"
    assert found["AC2"].state is PushState.ACTIVE
    assert found["AC3"] == replace(other, state=PushState.REFUSED, until_at=NOON, said="not this one")
    assert found["AC4"] == nameless


async def test_when_a_number_was_last_pushed_outlives_its_renewal(store):
    async with store.transaction() as tx:
        await tx.put_push_subscriptions([ONE, replace(ONE, tracking_number="AC2")])
        await tx.note_pushed("acme", ["AC1", "AC9"], NOON)
        await tx.note_pushed("acme", ["AC1"], NOON + HOUR)
        await tx.put_push_subscriptions([replace(ONE, state=PushState.ACTIVE)])
        found = await tx.push_subscriptions("acme", ["AC1", "AC2", "AC9"])
        assert {number: one.pushed_at for number, one in found.items()} == {"AC1": NOON + HOUR, "AC2": None}
    assert (await store.push_health("2026-03-01"))["acme"].last_push_at == NOON + HOUR


async def test_old_ids_and_ended_subscriptions_are_forgotten_and_no_others(store):
    ids = [("acme", f"n{number}") for number in range(5)]
    rest = [("acme", "young"), ("bazaar", "n0")]
    account = replace(ONE, tracking_number=EVERY_NUMBER)
    refused = replace(ONE, tracking_number="AC2", state=PushState.REFUSED, until_at=None)
    young = replace(ONE, tracking_number="AC3", until_at=NOON + 9 * HOUR)
    async with store.transaction() as tx:
        await tx.unseen_pushes([*ids, rest[1]], NOON)
        await tx.unseen_pushes([rest[0]], NOON + 9 * HOUR)
        await tx.put_push_subscriptions([ONE, account, refused, young])
        gone = [await tx.forget_pushes(["acme", "other"], NOON + 2 * HOUR, 4) for _ in range(3)]
        assert gone == [6, 1, 0]
        assert await tx.unseen_pushes([*ids, *rest], NOON) == set(ids)
    kept = await store.push_subscriptions("acme", ["AC1", "AC2", "AC3", EVERY_NUMBER])
    assert set(kept) == {"AC3", EVERY_NUMBER}


async def test_counts_add_up_and_old_days_are_left_out(store):
    async with store.transaction() as tx:
        await tx.count_pushes([])
        await tx.count_pushes([SCANS, replace(SCANS, how=HeardBy.POLL, lag_s=3_600, scans=1)])
        await tx.count_pushes([SCANS, replace(SCANS, day="2026-02-01", scans=100)])
        await tx.note_pushed("quiet", [], NOON)
    health = await store.push_health("2026-03-01")
    assert health["acme"] == PushHealth(
        carrier="acme", last_push_at=None, by_push=6, by_poll=1, lag_p50_s=60, lag_p95_s=60
    )
    assert health["acme"].share == 6 / 7
    assert health["quiet"] == PushHealth(carrier="quiet", last_push_at=NOON)
    assert health["quiet"].share is None
