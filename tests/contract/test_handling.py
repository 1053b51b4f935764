"""The work list in a person's hands: what is held is not carried out, what is released is, what is dropped ends."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from milepost.model.actions import ActionKind, ActionState, Hold, Outcome, Which
from milepost.queue import handling
from milepost.queue.leases import LeaseQueue
from tests.contract.things import HOUR, NOON, action

DONE = Outcome(done=True)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHY = "restored from a backup"


@pytest.fixture
def queue(store):
    return LeaseQueue(store)


@pytest.fixture
def do(store, queue):
    """One of the queue's methods in a transaction of its own."""

    async def done(name, *arguments, **words):
        async with store.transaction() as tx:
            return await getattr(queue, name)(tx, *arguments, **words)

    return done


@pytest.fixture
def lease(queue):
    async def leased(now=NOON):
        found = await queue.lease(now=now, worker="w1", length=MINUTE, limit=50)
        return {one.action.key: one for one in found}

    return leased


def three():
    return [
        action("poll", lane="acme"),
        action("mail", kind=ActionKind.SEND_NOTICE, lane="channel:email"),
        action("text", kind=ActionKind.SEND_NOTICE, lane="channel:sms"),
    ]


async def test_what_is_held_is_not_carried_out_until_it_is_released(do, lease, queue):
    await do("add", three())
    assert await do("hold", reason=WHY, kinds=[ActionKind.SEND_NOTICE]) == 2
    assert (await queue.counts(NOON))["held"] == 2
    assert set(await lease()) == {"poll"}
    assert [
        (one.action.key, one.said) for one in await queue.listed(Which(states=[ActionState.HELD]), limit=9)
    ] == [
        ("mail", WHY),
        ("text", WHY),
    ]
    assert await do("release", reason="another reason") == 0
    assert await do("release", reason=WHY, lanes=["channel:sms"]) == 1
    assert await do("release") == 1
    assert set(await lease()) == {"mail", "text"}


@pytest.mark.parametrize(
    ("named", "stopped"),
    [
        ({"keys": ["mail", "nothing"]}, {"mail"}),
        ({"lanes": ["acme", "channel:sms"]}, {"poll", "text"}),
        ({"kinds": [ActionKind.SEND_NOTICE], "lanes": ["channel:sms"]}, {"text"}),
        ({"shop_ids": ["nobody's"]}, set()),
        ({}, {"poll", "mail", "text"}),
    ],
)
async def test_what_fits_everything_named_is_held(do, queue, named, stopped):
    await do("add", three())
    assert await do("hold", reason=WHY, **named) == len(stopped)
    held = await queue.listed(Which(states=[ActionState.HELD]), limit=9)
    assert {one.action.key for one in held} == stopped


async def test_being_decided_again_does_not_let_go_of_what_is_held(do, lease, queue):
    await do("add", [action("poll", repeating=True), action("notice")])
    await do("hold", reason=WHY)
    await do("add", [action("poll", NOON - HOUR, repeating=True), action("notice")])
    assert await lease() == {}
    await do("release")
    assert set(await lease()) == {"poll", "notice"}


async def test_what_a_worker_had_in_hand_when_it_was_held_may_end_but_not_begin_again(do, lease, queue):
    await do("add", three())
    held = await lease()
    assert await do("hold", reason=WHY) == 3
    assert await do("finish", held["mail"], DONE, NOON)
    assert await do(
        "finish", held["text"], Outcome(next_due_at=NOON, counts_as_failure=True, error="451"), NOON
    )
    assert await lease(NOON + HOUR) == {}
    (text, _) = await queue.listed(Which(states=[ActionState.HELD]), limit=9)
    assert (text.action.key, text.attempts, text.said, text.in_hand) == ("text", 1, WHY, False)


async def test_what_is_dropped_is_never_carried_out(do, lease, queue):
    await do("add", three())
    held = await lease()
    await do("finish", held["mail"], Outcome(error="550"), NOON)
    await do("finish", held["text"], Outcome(next_due_at=NOON), NOON)
    await do("hold", reason=WHY, keys=["text"])
    assert await do("drop", Which(keys=["mail", "text", "poll"]), NOON) == 2  # a worker has the poll
    await do("release")
    await do("add", three())
    assert await lease(NOON) == {}
    assert (await queue.counts(NOON))["dead"] == 0


async def test_what_was_given_up_is_tried_again_at_once_with_a_fresh_count(do, lease, queue):
    await do("add", [*three(), action("later", NOON + HOUR)])
    mail = (await lease())["mail"]
    await do("finish", mail, Outcome(counts_as_failure=True, error="550"), NOON)
    assert await do("retry", Which(states=[ActionState.DEAD]), NOON) == 1
    again = (await lease())["mail"]
    assert again.attempts == 0
    assert await do("retry", Which(keys=["later", "mail"]), NOON) == 1
    assert set(await lease()) == {"later"}


async def test_a_stop_for_a_whole_lane_is_remembered_and_ended(do, queue):
    stop = Hold(scope="lane", value="channel:sms", reason="the provider is broken", since=NOON)
    await do("put_hold", stop)
    await do("put_hold", stop)
    assert await queue.holds() == [stop]
    assert await do("end_hold", "lane", "channel:sms") is True
    assert await do("end_hold", "lane", "channel:sms") is False
    assert await queue.holds() == []
    await do("put_hold", stop)
    await do("put_hold", replace(stop, value="channel:email"))
    assert await do("end_holds") == 2
    assert (await do("end_holds"), await queue.holds()) == (0, [])


async def test_holding_and_finishing_at_the_same_time_end_in_one_of_two_ways(do, lease, queue):
    await do("add", [action(f"k{number}") for number in range(20)])
    held = await lease()
    finished, _ = await asyncio.gather(
        asyncio.gather(*[do("finish", one, DONE, NOON) for one in held.values()]), do("hold", reason=WHY)
    )
    assert all(finished)
    assert await queue.listed(Which(), limit=50) == []


async def test_only_work_that_was_done_long_ago_is_swept(store, monkeypatch):
    monkeypatch.setattr(handling, "SWEPT_ROWS", 4)  # several windows
    queue, old = LeaseQueue(store), NOON - 100 * DAY
    ended = [
        action(f"{what} {age}", old, lane=what)
        for what in ("done", "again", "dead")
        for age in ("old", "young")
    ]
    ended = [replace(one, repeating=one.lane == "again") for one in ended]
    staying = [action("held", old), action("in hand", old, lane="in hand"), action("due", NOON + DAY)]
    async with store.transaction() as tx:
        await queue.add(tx, [*ended, *staying])
        await queue.hold(tx, reason="somebody said so", keys=["held"])
    for held in await queue.lease(now=old, worker="one", length=timedelta(minutes=1), limit=9):
        at = old if held.action.key.endswith("old") else NOON - DAY
        outcome = Outcome(error="no") if held.action.lane == "dead" else Outcome(done=True)
        if held.action.lane != "in hand":
            async with store.transaction() as tx:
                assert await queue.finish(tx, held, outcome, at)
    swept, after, rounds = 0, 0, 0
    while rounds == 0 or after:
        async with store.transaction() as tx:
            gone, after = await queue.sweep(tx, after=after, before=NOON - 90 * DAY)
        swept, rounds = swept + gone, rounds + 1
    left = {one.action.key for one in await queue.listed(Which(states=list(ActionState)), limit=99)}
    assert swept == 2
    assert left == {one.key for one in (*ended, *staying)} - {"done old", "again old"}
    assert rounds == 3
