"""A worker's hands: stuck lanes delay nobody, a stop ends in bounded time, and nothing falls down unseen."""

import asyncio
import itertools
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from milepost import worker
from milepost.carry import hands as hands_room
from milepost.carry.hands import Hands
from milepost.model.actions import Action, ActionKind, ActionState, Outcome, Which
from milepost.ports.store import StoreError
from milepost.settings import WorkSettings
from milepost.worker import drain, work
from tests.flow.house import NOW, SHOP, house

LONG_ENOUGH_S = float(os.environ.get("MILEPOST_TEST_PATIENCE_S", "120"))


class Channels:
    """Handlers of a kind of work: lanes named `stuck…` never end, `broken…` fail, all others end at once.

    The one in lane `leads` ends when somebody has looked for more, and leaves another piece in its lane.
    """

    def __init__(self):
        self.done = []
        self.begun = asyncio.Event()
        self.never = asyncio.Event()
        self.looked = asyncio.Event()

    async def __call__(self, piece, app):
        (held,) = piece
        self.begun.set()
        if held.action.lane.startswith("stuck"):
            await self.never.wait()
        if held.action.lane.startswith("broken"):
            raise RuntimeError("no such door")
        left = []
        if held.action.key == "leads 0":
            await self.looked.wait()
            left = sending("leads", 2)[1:]
        async with app.store.transaction() as tx:
            await app.work.add(tx, left)
            assert await app.work.finish(tx, held, Outcome(done=True), app.clock.now())
        self.done.append(held.action.key)


class LateAnswers:
    """The work list, whose answer that nothing is due comes late: the lane in hand has ended by then."""

    def __init__(self, work_list, channels):
        self._work_list = work_list
        self._channels = channels

    def __getattr__(self, name):
        return getattr(self._work_list, name)

    async def lease(self, **asked):
        found = await self._work_list.lease(**asked)
        if not found and not self._channels.looked.is_set():
            self._channels.looked.set()
            await until(lambda: "leads 0" in self._channels.done)
            await asyncio.sleep(0.05)  # its lane is let go; a right drain does not depend on it
        return found


@pytest.fixture
def channels(monkeypatch):
    made = Channels()
    monkeypatch.setitem(hands_room.carry_out.__globals__["HANDLERS"], ActionKind.SEND_NOTICE, made)
    return made


def sending(lane, number=1):
    return [
        Action(
            key=f"{lane} {n}", kind=ActionKind.SEND_NOTICE, shop_id=SHOP, lane=lane, due_at=NOW, payload={}
        )
        for n in range(number)
    ]


async def add(app, *groups):
    async with app.store.transaction() as tx:
        await app.work.add(tx, list(itertools.chain(*groups)))


async def until(condition):
    async with asyncio.timeout(LONG_ENOUGH_S):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


def with_work(app, **words):
    return replace(app, settings=replace(app.settings, work=WorkSettings(**words)))


async def test_more_stuck_lanes_than_there_are_places_do_not_delay_the_others(
    tmp_path, channels, monkeypatch
):
    monkeypatch.setattr(hands_room, "SLOW_AFTER_S", 0.05)
    async with house(tmp_path) as milepost:
        stuck = [sending(f"stuck {n}", 3) for n in range(hands_room.QUICK_LANES + 4)]
        await add(milepost.app, *stuck, *[sending(f"well {n}", 2) for n in range(20)])
        stop = asyncio.Event()
        working = asyncio.create_task(work(milepost.app, stop))
        await until(lambda: len(channels.done) == 40)
        await add(milepost.app, sending("new", 5))
        milepost.app.live.publish(["work"])
        await until(lambda: len(channels.done) == 45)
        channels.never.set()
        stop.set()
        await asyncio.wait_for(working, LONG_ENOUGH_S)


async def test_what_has_no_end_is_broken_off_and_tried_later(tmp_path, channels):
    async with house(tmp_path) as milepost:
        app = with_work(milepost.app, action_s_max=0.05)
        await add(app, sending("stuck", 2))
        assert await drain(app) == 2
        for one in await app.work.listed(Which(), limit=9):
            assert one.said == "broken off: it had no end within 0.05 s"
            assert one.action.due_at > NOW
            assert one.attempts == 1


async def test_a_drain_does_what_the_last_lane_left_while_it_looked(tmp_path, channels):
    async with house(tmp_path) as milepost:
        app = replace(milepost.app, work=LateAnswers(milepost.app.work, channels))
        await add(app, sending("leads"), sending("well"))
        assert await drain(app) == 3
        assert channels.done == ["well 0", "leads 0", "leads 1"]


async def test_one_broken_lane_fails_by_itself(tmp_path, channels):
    async with house(tmp_path) as milepost:
        await add(milepost.app, sending("broken", 2), sending("well", 2))
        await drain(milepost.app)
        assert sorted(channels.done) == ["well 0", "well 1"]
        assert {one.said for one in await milepost.app.work.listed(Which(), limit=9)} == {
            "RuntimeError (see the log)"
        }


async def test_a_stop_gives_back_what_had_no_end_and_what_had_not_begun(tmp_path, channels):
    async with house(tmp_path) as milepost:
        app = with_work(milepost.app, stop_s=0.05)
        await add(milepost.app, sending("stuck", 3))
        stop = asyncio.Event()
        working = asyncio.create_task(work(app, stop))
        await channels.begun.wait()
        assert (await milepost.app.work.counts(NOW))["leased"] == 3
        stop.set()
        await asyncio.wait_for(working, LONG_ENOUGH_S)
        counts = await milepost.app.work.counts(NOW)
        assert (counts["due"], counts["leased"]) == (3, 0)


async def test_a_long_piece_of_work_stays_with_its_worker(tmp_path, channels):
    async with house(tmp_path) as milepost:
        app = with_work(milepost.app, lease_s=0.3)
        await add(app, sending("stuck"))
        stop = asyncio.Event()
        working = asyncio.create_task(work(app, stop))
        await channels.begun.wait()
        looks = 0
        async with asyncio.timeout(LONG_ENOUGH_S):
            for looks in range(30):
                others = await app.work.lease(now=NOW, worker="other", length=timedelta(seconds=0.3), limit=9)
                assert others == [], f"taken away at look {looks}"
                await asyncio.sleep(0.05)
        channels.never.set()
        await until(lambda: channels.done)
        stop.set()
        await asyncio.wait_for(working, LONG_ENOUGH_S)
        assert (await app.work.listed(Which(states=[ActionState.DONE]), limit=9))[0].action.key == "stuck 0"


async def test_a_worker_that_was_taken_for_dead_lets_go(tmp_path, channels):
    async with house(tmp_path) as milepost:
        app = with_work(milepost.app, lease_s=0.15)
        await add(app, sending("stuck"))
        hands = Hands(app, "asleep")
        await hands.reach()
        beating = asyncio.create_task(worker._beat(app, hands))
        await app.work.leave("asleep", NOW)  # what another does with the dead
        await until(lambda: hands.are_empty)
        beating.cancel()
        assert channels.done == []


async def test_what_could_not_be_written_comes_back_when_the_database_does(tmp_path, channels, monkeypatch):
    async with house(tmp_path) as milepost:
        app = milepost.app
        await add(app, sending("broken"))
        with monkeypatch.context() as away:

            async def no_failure_is_written(*_):
                raise StoreError("the database is away")

            away.setattr("milepost.carry.due.put_off", no_failure_is_written)
            hands = Hands(app, "w1")
            assert await hands.reach() == 1
            await hands.any_end()
        assert (await app.work.counts(NOW))["leased"] == 1
        assert await hands.reach() == 0
        counts = await app.work.counts(NOW)
        assert (counts["leased"], counts["later"]) == (0, 1)
