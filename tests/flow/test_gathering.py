"""What comes while something is under way goes in together; each is told only of its own fate."""

import asyncio
import os

import pytest

from milepost.ports import gathering
from milepost.ports.gathering import Gathering
from milepost.ports.store import StoreError, Trouble

LONG_ENOUGH_S = float(os.environ.get("MILEPOST_TEST_PATIENCE_S", "120"))


class Desk:
    """Takes things in, and can be told to wait or to fail."""

    def __init__(self):
        self.taken = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.closed = None

    async def take(self, things):
        await self.may_go_on.wait()
        if self.closed:
            raise self.closed
        if "bad" in things:
            raise ValueError("bad")
        self.taken.append(list(things))


async def outcome(waiting):
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_one_alone_goes_in_at_once_and_those_that_come_meanwhile_go_together():
    desk = Desk()
    desk.may_go_on.clear()
    line = Gathering(desk.take)
    first = asyncio.create_task(line.add("first"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(line.add(name)) for name in "abc"]
    await asyncio.sleep(0)
    assert not first.done()
    desk.may_go_on.set()
    assert await outcome([first, *others]) == [None] * 4
    assert desk.taken == [["first"], ["a", "b", "c"]]


async def test_one_at_fault_takes_no_other_with_it():
    desk = Desk()
    line = Gathering(desk.take)
    said = await outcome([line.add(name) for name in ("first", "a", "bad", "b")])
    assert [type(one) for one in said] == [type(None), type(None), ValueError, type(None)]
    assert sorted(name for names in desk.taken for name in names) == ["a", "b", "first"]


async def test_when_nothing_can_be_kept_everybody_hears_it_and_it_is_tried_once():
    desk = Desk()
    desk.closed = StoreError("the disk is full")
    line = Gathering(desk.take)
    assert all(isinstance(one, StoreError) for one in await outcome([line.add("a"), line.add("b")]))
    desk.closed = None
    assert await outcome([line.add("c")]) == [None]


async def test_when_too_many_wait_the_next_is_sent_away(monkeypatch):
    monkeypatch.setattr(gathering, "WAITING_MAX", 2)
    desk = Desk()
    desk.may_go_on.clear()
    line = Gathering(desk.take)
    waiting = [asyncio.create_task(line.add(name)) for name in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(StoreError, match="sent again"):
        await line.add("c")
    desk.may_go_on.set()
    assert await outcome(waiting) == [None, None]


async def test_whoever_gave_up_waiting_is_left_out():
    desk = Desk()
    desk.may_go_on.clear()
    line = Gathering(desk.take)
    first, second, third = (asyncio.create_task(line.add(name)) for name in "abc")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second.cancel()
    desk.may_go_on.set()
    await outcome([first, second, third])
    assert "c" in desk.taken[-1]


async def test_never_more_than_a_named_number_go_together(monkeypatch):
    monkeypatch.setattr(gathering, "TOGETHER_MAX", 2)
    desk = Desk()
    line = Gathering(desk.take)
    await outcome([line.add(number) for number in range(5)])
    assert max(map(len, desk.taken)) == 2
    assert sum(map(len, desk.taken)) == 5


async def test_what_is_stuck_is_broken_off_and_the_next_go_in(monkeypatch):
    monkeypatch.setattr(gathering, "WORK_S", 0.05)
    desk = Desk()
    desk.may_go_on.clear()
    line = Gathering(desk.take)
    (said,) = await asyncio.wait_for(outcome([line.add("first")]), LONG_ENOUGH_S)
    assert (type(said), said.trouble) == (StoreError, Trouble.NO_ANSWER)
    monkeypatch.undo()
    desk.may_go_on.set()
    assert await outcome([line.add("first"), line.add("next")]) == [None, None]
    assert sorted(name for names in desk.taken for name in names) == ["first", "next"]
