"""What is said on one node is heard on all, the last change of each topic always; nothing grows without bound."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from milepost.live.hub import LOOKS_AT_ONCE, TOPICS_MAX, Hub
from milepost.live.marks import LINE_BYTES_MAX, mark_of
from milepost.live.waiting import MARKS_MAX, Waiting
from tests.live.conftest import soon, until

ORDER = "order:shop-1:A-1"


async def test_a_change_said_on_one_node_is_heard_on_every_node(town):
    async with town.nodes(3) as nodes:
        for speaker in nodes:
            for reader in nodes:
                async with reader.listen(ORDER) as changes:
                    speaker.publish([ORDER, "work"])
                    assert await soon(anext(changes)) == ORDER


async def test_a_listener_hears_its_own_topics_and_no_others(town):
    async with town.nodes() as (here, there), there.listen(ORDER, "console:shop-1") as changes:
        here.publish(["order:shop-1:A-2", "order:shop-2:A-1", "work", "console:shop-2"])
        here.publish(["console:shop-1"])
        assert await soon(anext(changes)) == "console:shop-1"


async def test_a_slow_reader_misses_repeats_and_never_the_last_change(town):
    async with town.nodes() as (here, there), there.listen(ORDER) as changes, there.listen("end") as ends:
        for _ in range(5_000):
            here.publish([ORDER])
        here.publish(["end"])
        await soon(anext(ends))
        assert await soon(anext(changes)) == ORDER
        waiting = asyncio.ensure_future(anext(changes))
        here.publish(["end"])
        await soon(anext(ends))
        assert not waiting.done(), "what was said before the reader looked was said to it twice"
        here.publish([ORDER])
        assert await soon(waiting) == ORDER


async def test_a_change_while_a_reader_looks_is_told_when_it_has_looked(town):
    async with town.nodes() as (here, there), there.listen(ORDER) as changes, there.listen("end") as ends:
        here.publish([ORDER])
        assert await soon(anext(changes)) == ORDER  # it looks now
        here.publish([ORDER, "end"])
        await soon(anext(ends))
        assert await soon(anext(changes)) == ORDER


async def test_what_waits_for_a_reader_who_never_reads_is_bounded(town):
    topics = [f"order:shop-1:{number}" for number in range(TOPICS_MAX)]
    async with town.nodes() as (here, there), there.listen(*topics) as changes, there.listen("end") as ends:
        for _ in range(5):
            for _ in range(50):
                here.publish(topics)
            here.publish(["end"])
            await soon(anext(ends))
        heard = [await soon(anext(changes)) for _ in topics]
        assert sorted(heard) == sorted(topics), "each topic once"
        assert there.state().merged > 0
        with pytest.raises(ValueError, match="at most"):
            async with there.listen(*topics, "one too many"):
                pass


async def test_a_big_set_of_topics_is_heard_to_the_last_one(town):
    odd = ["order:s:a b\n c", "order:s:\x00'; --", "order:s:" + "9" * 9_000, "order:s:*.>", "order:s:\ud800"]
    many = [f"order:shop-1:{number:06}" for number in range(MARKS_MAX - len(odd))]
    async with town.nodes() as (here, there), there.listen(many[0], many[-1], *odd) as changes:
        here.publish([*many, *odd])
        heard = {await soon(anext(changes)) for _ in range(len(odd) + 2)}
        assert heard == {many[0], many[-1], *odd}


async def test_more_than_can_be_listed_makes_everybody_look(town):
    async with town.nodes() as (here, there), there.listen("order:shop-1:never-said") as changes:
        if town.engine == "process":
            return
        here.publish(f"order:shop-1:{number}" for number in range(MARKS_MAX + 1))
        assert await soon(anext(changes)) == "order:shop-1:never-said"


def test_every_line_is_short_enough_for_any_bus():
    waiting = Waiting()
    marks = [mark_of(f"order:shop:{number}") for number in range(MARKS_MAX)]
    waiting.add(marks)
    lines = waiting.lines("0" * 16)
    assert all(len(line.encode()) <= LINE_BYTES_MAX < 8_000 for line in lines)
    assert [mark for line in lines for mark in line.split()[2:]] == marks
    waiting.add([mark_of("one more")])
    assert len(waiting.lines("n")) == 1, "too much to list: one line for all of it"


def test_what_could_not_be_sent_waits_again_with_what_came_since():
    waiting = Waiting()
    waiting.add(["a", "b"])
    taken = waiting.take()
    waiting.add(["b", "c"])
    waiting.put_back(taken)
    assert set(waiting.marks) == {"a", "b", "c"}
    assert not waiting.everything


async def test_when_all_must_look_they_do_so_in_turn():
    hub = Hub()
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(hub.listen(ORDER)) for _ in range(2 * LOOKS_AT_ONCE + 1)]
        looking = [asyncio.ensure_future(anext(page)) for page in pages]
        hub.look_again()
        done, _ = await asyncio.wait(looking, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) <= LOOKS_AT_ONCE, "the database has other guests"
        assert await soon(asyncio.gather(*looking)) == [ORDER] * len(pages)


async def test_who_no_longer_listens_leaves_nothing_behind(town):
    async with town.nodes() as (here, _):
        for number in range(100):
            async with here.listen(f"order:shop-1:{number}", "console:shop-1"):
                assert here.state().listeners == 1
        hub = getattr(here, "_hub", here)
        assert (here.state().listeners, len(hub._waiting)) == (0, 0)


async def test_nodes_know_of_each_other_until_they_leave(wide_town):
    async with wide_town.nodes(3) as nodes:
        assert [node.name for node in nodes[2].state().nodes] == ["node-2", "node-0", "node-1"]
        async with nodes[1].listen("work"), wide_town.node("node-3") as fourth:
            await until(lambda: ("node-1", True) in seen_from(fourth), "hearing that it works")
            assert len(nodes[0].state().nodes) == 4
        await until(lambda: len(nodes[0].state().nodes) == 3, "hearing that it left")


def seen_from(node):
    return [(one.name, one.works) for one in node.state().nodes]


async def test_a_node_that_was_just_told_something_leaves_all_the_same(town):
    """A wait that ends at the moment it is to be given up must not make us stay for ever."""

    async def come_and_go(number):
        async with town.node(f"node-{number}") as node:
            await asyncio.sleep(0)
            node.publish(["work"])

    for number in range(5):
        await soon(come_and_go(number))
