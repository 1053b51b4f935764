"""The machine's clock jumps while work is under way: no work is lost, and none counts twice."""

from collections import Counter
from datetime import timedelta

import pytest

from milepost.model.actions import ActionState, Outcome, Which
from milepost.queue.leases import LeaseQueue
from tests.contract.things import NOON, action
from tests.stores import FixedClock

WORK = [f"work {number}" for number in range(12)]
LEASE = timedelta(minutes=1)
ROUNDS_MAX = 40
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SLACK = timedelta(minutes=1)


@pytest.mark.parametrize("step", [HOUR, -HOUR, -DAY], ids=["an hour on", "an hour back", "a day back"])
async def test_a_clock_that_jumps_loses_no_work_and_counts_none_twice(step, store):
    queue, now, done = LeaseQueue(store), NOON, Counter()
    async with store.transaction() as tx:
        await queue.add(tx, [action(key) for key in WORK])
    held = await take(queue, now, "one")
    now += step
    done += await finish(store, queue, held[:2], now)  # in hand when the clock jumped
    for _ in range(ROUNDS_MAX):  # the others are left by a worker that died
        taken = await take(queue, now, "two")
        done += await finish(store, queue, taken, now)
        due_at = await queue.next_due()
        if due_at is None:
            break
        now = max(now + LEASE, due_at)
    done += await finish(store, queue, held[2:], now)  # and it was not dead after all
    assert done == Counter(WORK)


async def test_what_was_planned_before_a_clock_was_set_back_waits_as_long_as_was_meant_and_no_longer(store):
    clock = FixedClock(NOON - 2 * DAY)
    queue = LeaseQueue(store, clock)
    async with store.transaction() as tx:
        await queue.add(tx, [action("old", NOON + HOUR)])  # planned two days before
        clock.at = NOON
        later = [action(name, NOON + HOUR) for name in ("asked", "held")]
        await queue.add(tx, [*later, action("tried"), action("in hand")])
        await queue.hold(tx, reason="somebody said so", keys=["held"])
    tried, in_hand = sorted(await take(queue, NOON, "one"), key=lambda one: one.action.key, reverse=True)
    async with store.transaction() as tx:
        await queue.finish(tx, tried, Outcome(next_due_at=NOON + HOUR, counts_as_failure=True), NOON)
    clock.at = NOON - DAY
    assert await queue.bring_forward(clock.at, SLACK) == 3
    assert await queue.bring_forward(clock.at, SLACK) == 0, "what was put right is right"
    due = {one.action.key: one.action.due_at for one in await queue.listed(Which(states=STATES), limit=9)}
    assert due.pop("old") == NOON + HOUR, "it was planned by a time that has come"
    assert due.pop("in hand") > NOON + DAY, "a worker has it: it says itself when it comes again"
    assert set(due.values()) == {clock.at + HOUR}
    async with store.transaction() as tx:
        assert await queue.finish(tx, in_hand, Outcome(next_due_at=clock.at + HOUR), clock.at)
    assert await queue.bring_forward(clock.at, SLACK) == 0


async def test_what_was_due_at_once_when_a_clock_was_set_back_is_due_at_once(store):
    clock = FixedClock(NOON)
    queue = LeaseQueue(store, clock)
    async with store.transaction() as tx:
        await queue.add(tx, [action("now", repeating=True)])
        await queue.retry(tx, Which(keys=["now"]), NOON)
    clock.at -= DAY
    assert await take(queue, clock.at, "one") == []
    assert await queue.bring_forward(clock.at, SLACK) == 1
    assert len(await take(queue, clock.at, "one")) == 1


STATES = [ActionState.DUE, ActionState.HELD]


async def take(queue, now, worker):
    return await queue.lease(now=now, worker=worker, length=LEASE, limit=5)


async def finish(store, queue, held, now):
    """What counts: a lease that was lost meanwhile rolls its transaction back."""
    counted = Counter()
    for one in held:
        async with store.transaction() as tx:
            if await queue.finish(tx, one, Outcome(done=True), now):
                counted[one.action.key] += 1
    return counted
