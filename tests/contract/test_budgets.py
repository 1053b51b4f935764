"""Budgets of calls: they hold over all nodes together, over a restart, and when a clock is set."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from milepost.queue.budgets import StoredBudgets
from milepost.queue.purse import BLOCK_LIFE, MINUTE
from tests.stores import FixedClock

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SEED = 4


class Clock(FixedClock):
    rate = 1.0


@pytest.fixture
def clock():
    return Clock(NOON)


@pytest.fixture
def node(store, clock):
    """Another node, or the same one after a restart: nothing is shared but the store."""
    return lambda: StoredBudgets(store, clock)


async def spent(budgets, calls, **limits):
    """How many of so many calls there was room for."""
    return [await budgets.spend("acme", **limits) for _ in range(calls)].count(0.0)


async def test_no_more_calls_are_made_in_any_minute_than_allowed(node, clock, engine):
    nodes = [node() for _ in range(3 if engine == "postgres" else 1)]
    chance = random.Random(SEED)
    made = []
    while clock.at < NOON + timedelta(minutes=8):
        if not await chance.choice(nodes).spend("acme", per_minute=60, per_day=0):
            made.append(clock.at)
        clock.at += timedelta(seconds=chance.uniform(0, 0.8))
    most = max(sum(1 for at in made if start <= at < start + MINUTE) for start in made)
    assert most <= 60, f"seed {SEED}"
    assert len(made) > 8 * 60 * 0.8, "a budget that is wanted is used"


async def test_a_spent_minute_says_when_there_is_a_call_again(node, clock):
    budgets = node()
    assert await spent(budgets, 100, per_minute=40, per_day=0) == 40
    wait_s = await budgets.spend("acme", per_minute=40, per_day=0)
    assert 59 <= wait_s <= 60 + BLOCK_LIFE.total_seconds()
    clock.at += timedelta(seconds=wait_s)
    assert await budgets.spend("acme", per_minute=40, per_day=0) == 0.0


async def test_a_day_is_counted_over_all_nodes_and_over_restarts(node, clock, engine):
    made = 0
    for _ in range(6):
        made += await spent(node(), 30, per_minute=0, per_day=100)
        clock.at += timedelta(hours=1)
    assert made <= 100
    assert made >= 100 - 5 * (100 // 20), "a block at most is lost in each restart"
    last = node()
    while not await last.spend("acme", per_minute=0, per_day=100):
        made += 1
    assert made <= 100
    assert await last.spend("acme", per_minute=0, per_day=100) == 6 * 3600  # until midnight
    clock.at += timedelta(hours=6)
    assert await spent(last, 200, per_minute=0, per_day=100) == 100


async def test_nodes_that_call_at_the_same_time_share_one_budget(node, engine):
    nodes = [node() for _ in range(4 if engine == "postgres" else 1)]
    made = await asyncio.gather(*[spent(one, 40, per_minute=50, per_day=1000) for one in nodes])
    # Each node may sit on a block that it could not use up.
    assert 50 - 2 * len(nodes) <= sum(made) <= 50 if len(nodes) > 1 else sum(made) == 40


@pytest.mark.parametrize("step", [timedelta(hours=1), -timedelta(hours=1), -timedelta(days=1)])
async def test_a_clock_that_is_set_neither_locks_a_source_nor_opens_it(node, clock, step):
    budgets = node()
    await spent(budgets, 30, per_minute=30, per_day=35)
    clock.at += step
    await spent(budgets, 30, per_minute=30, per_day=35)
    clock.at += MINUTE + BLOCK_LIFE + SECOND
    wait_s = await budgets.spend("acme", per_minute=30, per_day=40)
    assert wait_s in (
        0.0,
        (clock.at.replace(hour=0, minute=0, second=0) + timedelta(days=1) - clock.at).total_seconds(),
    )
    clock.at -= step
    await spent(budgets, 30, per_minute=30, per_day=35)
    other = node()
    assert await spent(other, 100, per_minute=0, per_day=35) <= 5


async def test_budgets_of_two_sources_are_two(node):
    budgets = node()
    assert await spent(budgets, 20, per_minute=10, per_day=0) == 10
    assert await budgets.spend("other", per_minute=10, per_day=0) == 0.0


async def test_no_limit_is_no_limit(node):
    assert await spent(node(), 500, per_minute=0, per_day=0) == 500


async def test_all_nodes_stand_in_one_line_for_a_shop(node, clock, engine):
    nodes = [node() for _ in range(3)]
    waits = [await nodes[n % 3].turn("shop", per_second=2.5, calls=5) for n in range(6)]
    assert waits == ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0] if engine == "postgres" else [0.0] * 6)
    clock.at += timedelta(seconds=11)
    assert await nodes[0].turn("shop", per_second=2.5, calls=5) == (1.0 if engine == "postgres" else 0.0)
    clock.at -= timedelta(days=1)
    assert await nodes[1].turn("shop", per_second=2.5, calls=5) == 0.0


class Together:
    """A store whose readers wait for each other once, so that both decide on the same picture."""

    def __init__(self, store, readers):
        self._store, self.engine = store, store.engine
        self._meeting = asyncio.Barrier(readers)
        self._waits = readers

    async def rows(self, statement, parameters):
        found = await self._store.rows(statement, parameters)
        if self._waits:
            self._waits -= 1
            await self._meeting.wait()
        return found

    async def run(self, statement, parameters):
        return await self._store.run(statement, parameters)


async def test_of_two_nodes_that_see_one_call_left_one_gets_it(store, node, clock):
    assert await node().spend("acme", per_minute=0, per_day=2) == 0.0
    both = Together(store, 2)
    waits = await asyncio.gather(
        *[StoredBudgets(both, clock).spend("acme", per_minute=0, per_day=2) for _ in range(2)]
    )
    assert sorted(waits) == [0.0, 12 * 3600]
