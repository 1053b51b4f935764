"""What is kept of carriers as such, and of the work of asking them, alike on both engines."""

from datetime import datetime, timedelta

from milepost.model.actions import ActionKind, Outcome
from milepost.model.gaps import ANY_LANE, NewsGaps
from milepost.model.health import CarrierHealth, HealthHour
from milepost.queue.budgets import StoredBudgets
from milepost.queue.leases import LeaseQueue
from tests.contract.test_budgets import Clock, spent
from tests.contract.things import HOUR, NOON, action, lesson

MINUTE = timedelta(minutes=1)


async def test_what_is_learned_and_written_down_of_a_carrier_is_replaced_as_a_whole(store):
    gaps = NewsGaps(carrier="acme", lane="us>us", stage="moving").with_gaps([3600.0] * 30)
    everywhere = NewsGaps(carrier="acme", lane=ANY_LANE, stage="moving", seen=1)
    health = CarrierHealth(carrier="acme", answered_at=NOON, hours=(HealthHour(at=NOON, answered=3),))
    for again in (gaps, gaps.with_gaps([7200.0])):
        async with store.transaction() as tx:
            await tx.put_news_gaps([again, everywhere])
            await tx.put_carrier_health(health)
            assert await tx.news_gaps("acme", ["us>us"]) == [again]
    assert await store.news_gaps("acme", ["us>us", "de>de"]) == [gaps.with_gaps([7200.0])]
    assert await store.news_gaps("other", ["us>us"]) == []
    assert await store.carrier_health(["acme", "other"]) == {"acme": health}


async def test_the_newest_deliveries_come_first_and_only_those_after_the_last_look(store):
    async with store.transaction() as tx:
        await tx.add_lessons((f"s{n}", lesson(carrier=f"c{n}")) for n in range(5))
    found = await store.deliveries_after(0, 3)
    assert [(shipment, told.way.carrier) for _, shipment, told in found] == [
        ("s4", "c4"),
        ("s3", "c3"),
        ("s2", "c2"),
    ]
    assert await store.deliveries_after(found[0][0], 10) == []


async def test_a_call_is_filled_with_what_falls_due_next_and_nothing_else_is_taken(store):
    queue = LeaseQueue(store)
    polls = [
        action(f"poll:{n}", kind=ActionKind.POLL_CARRIER, lane="acme", due_at=NOON + n * MINUTE)
        for n in range(5)
    ]
    others = [
        action("poll:else", kind=ActionKind.POLL_CARRIER, lane="other", due_at=NOON + MINUTE),
        action("look", kind=ActionKind.POLL_ORDER, lane="acme", due_at=NOON + MINUTE),
    ]
    async with store.transaction() as tx:
        await queue.add(tx, [*polls, *others])
    (first,) = await queue.lease(now=NOON, worker="w1", length=MINUTE, limit=10)
    early = await queue.top_up(first, until=NOON + 3 * MINUTE, limit=2, now=NOON)
    assert [held.action.key for held in early] == ["poll:1", "poll:2"]
    assert await queue.parcels("acme") == {"shop-1": 5}
    async with store.transaction() as tx:
        again = [(held, Outcome(next_due_at=NOON + HOUR)) for held in (first, *early)]
        assert await queue.finish_all(tx, again, NOON)
    assert await queue.top_up(first, until=NOON + HOUR, limit=2, now=NOON) == [], "its lease is over"


async def test_some_parcels_of_a_carrier_stand_for_all(store):
    queue = LeaseQueue(store)
    async with store.transaction() as tx:
        await queue.add(
            tx,
            [action(f"poll:{n}", kind=ActionKind.POLL_CARRIER, lane="acme", due_at=NOON) for n in range(20)],
        )
    parts = [await queue.some_parcels("acme", every=4, of=rest, limit=50) for rest in range(4)]
    assert sorted(one.key for part in parts for one in part) == sorted(f"poll:{n}" for n in range(20))
    assert {len(part) for part in parts} == {5}


async def test_what_is_left_of_a_budget_is_known_without_taking_any(store):
    clock = Clock(datetime.fromisoformat("2026-03-04T12:00:00+00:00"))
    budgets = StoredBudgets(store, clock)
    limits = {"per_minute": 40, "per_day": 100}
    assert await spent(budgets, 25, **limits) == 25
    left = await budgets.left("acme", **limits)
    assert (left.now, left.today) == (15, 75)
    assert left == await budgets.left("acme", **limits)
    clock.at += timedelta(minutes=2)
    assert (await budgets.left("acme", **limits)).now == 40
    clock.at += timedelta(days=1)
    assert (await budgets.left("acme", **limits)).today == 100
