"""The machine's clock jumps while work is under way: no work is lost, and none counts twice."""

from collections import Counter
from datetime import timedelta

import pytest

from milepost.model.actions import Outcome
from milepost.queue.leases import LeaseQueue
from tests.contract.things import NOON, action

WORK = [f"work {number}" for number in range(12)]
LEASE = timedelta(minutes=1)
ROUNDS_MAX = 40
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


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
