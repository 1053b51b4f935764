"""The work list: a key is carried out once, by one worker at a time, and no lane waits for another's backlog."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from milepost.model.actions import ActionKind, Hold, Outcome
from milepost.queue import leases
from milepost.queue.leases import LeaseQueue
from milepost.queue.statements import WORK
from milepost.store.tables import WORK as MADE
from tests.contract.things import HOUR, NOON, action

MINUTE = timedelta(minutes=1)
DONE = Outcome(done=True)


@pytest.fixture
def seconds():
    """What a worker's monotonic clock says, moved by hand."""
    return [0.0]


@pytest.fixture
def queue(store, seconds):
    return LeaseQueue(store, monotonic=lambda: seconds[0])


@pytest.fixture
def add(store, queue):
    async def added(*actions):
        async with store.transaction() as tx:
            await queue.add(tx, actions)

    return added


@pytest.fixture
def lease(queue):
    async def leased(now=NOON, *, limit=10, worker="w1", length=MINUTE, **more):
        return await queue.lease(now=now, worker=worker, length=length, limit=limit, **more)

    return leased


@pytest.fixture
def finish(store, queue):
    async def finished(leased, outcome=DONE, now=NOON):
        async with store.transaction() as tx:
            return await queue.finish(tx, leased, outcome, now)

    return finished


def keys(leased):
    return [one.action.key for one in leased]


def test_the_queue_names_the_columns_that_the_store_makes():
    assert [(column.name, str(column.type)) for column in WORK.columns if column.name != "seq"] == [
        (column.name, str(column.type)) for column in MADE.columns if column.name != "seq"
    ]


async def test_an_action_comes_back_as_it_was_decided(add, lease):
    decided = action(repeating=True)
    await add(decided)
    (held,) = await lease()
    assert held.action == decided
    assert (held.attempts, held.lease_until) == (0, NOON + MINUTE)


async def test_only_due_actions_are_handed_out_oldest_first(add, lease, queue):
    await add(action("later", NOON + HOUR), action("second", NOON), action("first", NOON - HOUR))
    assert keys(await lease()) == ["first", "second"]
    assert await lease() == []
    assert await queue.counts(NOON) == {"due": 0, "leased": 2, "later": 1, "dead": 0, "held": 0}


async def test_two_workers_never_hold_the_same_action(add, lease, finish):
    await add(*[action(f"k{number}", lane=f"lane {number % 3}") for number in range(60)])
    held = []

    async def work(name):
        while taken := await lease(limit=4, worker=name):
            held.extend(keys(taken))
            for one in taken:
                assert await finish(one)

    await asyncio.gather(*[work(f"w{number}") for number in range(5)])
    assert sorted(held) == sorted(f"k{number}" for number in range(60))


async def test_a_dead_workers_actions_come_back_when_its_lease_has_run_out(add, lease, finish, seconds):
    await add(action())
    (lost,) = await lease(worker="dead")
    for tick in (10, 60):  # seen first at 10
        seconds[0] = tick
        assert await lease(worker="alive") == []
    seconds[0] = 70
    (found,) = await lease(worker="alive")
    assert await finish(lost) is False
    assert await finish(found) is True
    assert await lease(NOON + HOUR) == []


async def test_a_living_worker_keeps_what_it_has_for_as_long_as_it_takes(add, lease, finish, queue, seconds):
    await add(action())
    (held,) = await lease(worker="slow")
    for tick in range(0, 600, 20):
        seconds[0] = tick
        assert await queue.beat("slow")
        assert await lease(worker="other") == []
    assert await finish(held) is True


async def test_who_was_taken_for_dead_is_told_so_and_writes_nothing(add, lease, finish, queue, seconds):
    await add(action())
    (held,) = await lease(worker="asleep")
    seconds[0] = 10
    await lease(worker="other")
    seconds[0] = 70
    (taken,) = await lease(worker="other")
    assert await queue.beat("asleep") is False
    assert await queue.give_back([held], NOON) == 0
    assert await finish(held) is False
    assert await finish(taken) is True


@pytest.mark.parametrize("step", [HOUR, -HOUR, -24 * HOUR], ids=["1 h on", "1 h back", "a day back"])
async def test_a_clock_that_is_stepped_takes_no_work_from_the_living_and_loses_none_of_the_dead(
    add, lease, finish, seconds, step
):
    await add(action("in hand"), action("of the dead"))
    (in_hand,) = await lease(limit=1, worker="living")
    await lease(limit=1, worker="dead")
    seconds[0] = 10
    assert await lease(NOON + step, worker="living") == []
    seconds[0] = 70
    (again,) = await lease(NOON + step, worker="living")
    assert again.action.key == "of the dead"
    assert await finish(in_hand, DONE, NOON + step)
    assert await finish(again, DONE, NOON + step)


async def test_a_worker_that_leaves_gives_back_what_it_has(add, lease, queue):
    await add(action("a"), action("b"))
    await lease(worker="leaving")
    assert await queue.leave("leaving", NOON) == 2
    assert keys(await lease(worker="other")) == ["a", "b"]


async def test_what_was_not_finished_can_be_given_back_for_later(add, lease, finish, queue):
    await add(action("done"), action("not done"))
    done, not_done = await lease()
    assert await finish(done)
    assert await queue.give_back([done, not_done], NOON + MINUTE) == 1
    assert await lease() == []
    assert keys(await lease(NOON + MINUTE)) == ["not done"]


async def test_the_next_start_on_sqlite_need_not_wait_for_the_dead(add, lease, store, engine):
    await add(action())
    await lease(worker="killed")
    queue = LeaseQueue(store)
    await queue.start(NOON)
    found = await queue.lease(now=NOON, worker="next", length=MINUTE, limit=9)
    assert keys(found) == (["poll:AC1"] if engine == "sqlite" else [])


async def test_a_late_worker_may_finish_what_nobody_took_meanwhile(add, lease, finish):
    await add(action())
    (held,) = await lease()
    assert await finish(held, DONE, NOON + HOUR) is True


async def test_a_lost_lease_rolls_back_what_was_written_with_it(add, lease, store, queue):
    await add(action())
    (lost,) = await lease()
    await queue.leave("w1", NOON)
    await lease(NOON + HOUR)
    with pytest.raises(RuntimeError):  # noqa: PT012 - the block is what fails
        async with store.transaction() as tx:
            await tx.set_mark("said", "twice")
            if not await queue.finish(tx, lost, DONE, NOON):
                raise RuntimeError("the lease was lost")
    assert await store.mark("said") is None


async def test_a_finished_key_is_never_carried_out_again(add, lease, finish):
    await add(action("notice:1"))
    await add(action("notice:1", NOON - HOUR))
    (held,) = await lease()
    await add(action("notice:1"))
    assert await finish(held)
    await add(action("notice:1"))
    assert await lease(NOON + 100 * HOUR) == []


async def test_an_action_is_kept_with_its_facts_or_not_at_all(store, queue, lease):
    with pytest.raises(RuntimeError):  # noqa: PT012 - the block is what fails
        async with store.transaction() as tx:
            await queue.add(tx, [action()])
            raise RuntimeError("the facts could not be kept")
    assert await lease() == []
    assert await queue.next_due() is None


async def test_a_failed_action_comes_again_with_its_count_and_then_dies_visibly(add, lease, finish, queue):
    await add(action("notice:1"))
    for attempt in range(3):
        now = NOON + attempt * HOUR
        (held,) = await lease(now)
        assert held.attempts == attempt
        assert await finish(
            held, Outcome(next_due_at=now + HOUR, counts_as_failure=True, error="no answer"), now
        )
    (held,) = await lease(NOON + 3 * HOUR)
    assert await finish(held, Outcome(counts_as_failure=True, error="gave up"), NOON + 4 * HOUR)
    assert await lease(NOON + 100 * HOUR) == []
    assert await queue.dead(10) == [
        (replace(held.action, due_at=NOON + 4 * HOUR), "gave up", NOON + 4 * HOUR)
    ]
    assert (await queue.counts(NOON))["dead"] == 1
    await add(action("notice:1"))
    assert await lease(NOON + 100 * HOUR) == []


async def test_being_told_to_come_later_is_neither_a_failure_nor_a_success(add, lease, finish):
    await add(action())
    (held,) = await lease()
    await finish(held, Outcome(next_due_at=NOON + MINUTE, counts_as_failure=True, error="no answer"))
    (held,) = await lease(NOON + HOUR)
    await finish(held, Outcome(next_due_at=NOON + HOUR, error="busy"))
    (held,) = await lease(NOON + 2 * HOUR)
    assert held.attempts == 1


async def test_a_repeating_action_is_one_row_whose_time_moves(add, lease, finish, queue):
    await add(action(due_at=NOON + HOUR, repeating=True))
    await add(action(due_at=NOON + 2 * HOUR, repeating=True))
    assert await queue.next_due() == NOON + HOUR
    await add(action(due_at=NOON, repeating=True))
    assert await queue.next_due() == NOON
    await add(action(due_at=NOON + 3 * HOUR, repeating=True, replace_due=True))
    assert await queue.next_due() == NOON + 3 * HOUR
    (held,) = await lease(NOON + 3 * HOUR)
    await finish(held, Outcome(next_due_at=NOON + 6 * HOUR))
    assert await queue.next_due() == NOON + 6 * HOUR
    assert sum((await queue.counts(NOON)).values()) == 1


async def test_repeating_work_that_ended_wakes_up_when_it_is_asked_for_again(add, lease, finish):
    await add(action(repeating=True))
    (held,) = await lease()
    await finish(held)
    assert await lease(NOON + HOUR) == []
    await add(action(due_at=NOON + HOUR, repeating=True))
    assert keys(await lease(NOON + HOUR)) == ["poll:AC1"]


async def test_periodic_work_runs_once_each_time_whoever_is_alive(add, lease, finish):
    await add(action("sweep", repeating=True))
    ran = []

    async def work(name, now):
        for one in await lease(now, worker=name):
            ran.append((name, now))
            assert await finish(one, Outcome(next_due_at=now + HOUR), now)

    for hour in range(4):
        alive = [f"w{number}" for number in range(4 - hour)]
        await asyncio.gather(*[work(name, NOON + hour * HOUR) for name in alive for _ in range(2)])
    assert [now for _, now in ran] == [NOON + hour * HOUR for hour in range(4)]


@pytest.mark.parametrize("outcome", [DONE, Outcome(next_due_at=NOON + 5 * HOUR)], ids=["done", "again"])
async def test_news_that_came_while_it_was_held_is_not_forgotten(add, lease, finish, queue, outcome):
    await add(action(due_at=NOON - HOUR, repeating=True))
    (held,) = await lease(length=HOUR)
    await add(action(due_at=NOON, repeating=True))
    assert await lease(NOON + MINUTE) == []
    assert await finish(held, outcome)
    assert await queue.next_due() == NOON
    assert keys(await lease(NOON + MINUTE)) == ["poll:AC1"]


async def test_a_wish_for_later_that_came_while_it_was_held_is_not_forgotten_either(
    add, lease, finish, queue
):
    await add(action(repeating=True))
    (held,) = await lease()
    await add(action(due_at=NOON + 2 * HOUR, repeating=True))
    assert await finish(held, Outcome(next_due_at=NOON + 5 * HOUR))
    assert await queue.next_due() == NOON + 2 * HOUR


async def test_the_plan_made_while_it_was_held_stands_when_it_is_sooner(add, lease, finish, queue):
    await add(action(repeating=True))
    (held,) = await lease()
    await add(action(due_at=NOON + 3 * HOUR, repeating=True, replace_due=True))
    assert await finish(held, Outcome(next_due_at=NOON + 5 * HOUR))
    assert await queue.next_due() == NOON + 3 * HOUR


async def test_one_lanes_backlog_does_not_keep_others_waiting(add, lease):
    await add(
        *[action(f"busy {n:02}", NOON - HOUR + n * timedelta(seconds=1), lane="busy") for n in range(50)]
    )
    await add(
        action("quiet 1", NOON, lane="quiet"),
        action("quiet 2", NOON, lane="quiet"),
        action("rare", NOON, lane="rare"),
    )
    assert keys(await lease(limit=6)) == ["busy 00", "quiet 1", "rare", "busy 01", "quiet 2", "busy 02"]


async def test_what_a_lane_has_out_counts_as_its_share(add, lease):
    await add(*[action(f"busy {n}", NOON - HOUR, lane="busy") for n in range(6)])
    assert len(await lease(limit=4)) == 4
    await add(*[action(f"quiet {n}", lane="quiet") for n in range(3)])
    assert keys(await lease(limit=3)) == ["quiet 0", "quiet 1", "quiet 2"]


async def test_a_worker_may_ask_for_some_kinds_only(add, lease):
    await add(action("poll"), action("send", kind=ActionKind.SEND_NOTICE, lane="email"))
    assert keys(await lease(kinds=[ActionKind.SEND_NOTICE])) == ["send"]
    assert keys(await lease(kinds=[ActionKind.SEND_NOTICE, ActionKind.POLL_CARRIER])) == ["poll"]


async def test_nothing_is_handed_out_when_nothing_is_asked_for(add, lease):
    await add(action())
    assert await lease(limit=0) == []


async def test_many_actions_in_one_batch_and_one_lease(add, lease):
    await add(*[action(f"k{number}", lane=f"lane {number % 40}") for number in range(1000)])
    assert len(await lease(limit=100_000)) == 500


async def test_a_lane_a_worker_has_its_hands_full_with_is_left_to_others(add, lease):
    await add(action("a", lane="stuck"), action("b", lane="free"))
    assert keys(await lease(lanes_not=["stuck"])) == ["b"]
    assert keys(await lease()) == ["a"]


async def test_of_one_lane_no_more_is_taken_than_asked_for(add, lease):
    await add(*[action(f"k{number}", lane=f"lane {number % 2}") for number in range(40)])
    assert len(await lease(limit=30, lane_limit=5)) == 10


async def test_every_one_of_very_many_lanes_has_its_turn(add, lease, finish, monkeypatch):
    monkeypatch.setattr(leases, "LANES_MAX", 7)
    await add(*[action(f"k{number:02}", lane=f"lane {number:02}") for number in range(30)])
    await add(*[action(f"later {n}", NOON + HOUR, lane=f"lane 3{n}") for n in range(9)])
    had = []
    for _ in range(12):
        for one in await lease(limit=5):
            had.append(one.action.key)
            await finish(one)
    assert sorted(had) == [f"k{number:02}" for number in range(30)]


async def test_due_work_that_meets_a_stop_is_held_and_the_rest_is_handed_out(add, lease, queue, store):
    async with store.transaction() as tx:
        await queue.put_hold(tx, Hold(scope="lane", value="stopped", reason="not now", since=NOON))
    await add(action("a", lane="stopped"), action("b", lane="free"), action("c", NOON + HOUR, lane="stopped"))
    assert keys(await lease()) == ["b"]
    assert (await queue.counts(NOON))["held"] == 1
