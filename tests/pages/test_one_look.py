"""Pages of one order that wait for the same news: drawn once for all, never older than what made them ask."""

import asyncio

import pytest

from milepost.show.one_look import OneLook

READERS = 2_000


class World:
    """Something that changes, and a slow look at it that is counted."""

    def __init__(self):
        self.now = 0
        self.looks = 0

    async def look(self):
        self.looks += 1
        seen = self.now
        for _ in range(3):
            await asyncio.sleep(0)
        return seen


async def test_all_who_are_told_at_once_share_a_look():
    world, looks = World(), OneLook()
    seen = await asyncio.gather(*[looks.ask("page", world.look) for _ in range(READERS)])
    assert set(seen) == {0}
    assert world.looks == 1


async def test_nobody_is_shown_what_is_older_than_the_news_that_made_them_ask():
    world, looks = World(), OneLook()
    asked = []
    for change in range(20):
        world.now = change
        asked += [(change, asyncio.ensure_future(looks.ask("page", world.look))) for _ in range(10)]
        for _ in range(change % 4):
            await asyncio.sleep(0)
    for change, answer in asked:
        assert await answer >= change
    assert world.looks < len(asked) / 5
    assert await looks.ask("page", world.look) == 19
    assert not looks._running
    assert not looks._next


async def test_others_pages_and_other_views_are_looked_at_for_themselves():
    world, looks = World(), OneLook()
    await asyncio.gather(*[looks.ask(("page", view), world.look) for view in ("town", "full")])
    assert world.looks == 2


async def test_a_reader_who_leaves_takes_nothing_from_the_others():
    world, looks = World(), OneLook()
    first, other = (asyncio.ensure_future(looks.ask("page", world.look)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await other == 0
    assert world.looks == 1


async def test_a_look_that_fails_fails_for_those_who_shared_it_and_for_nobody_later():
    looks = OneLook()

    async def fail():
        raise OSError("the disk")

    found = await asyncio.gather(*[looks.ask("page", fail) for _ in range(3)], return_exceptions=True)
    assert [type(one) for one in found] == [OSError] * 3
    assert await looks.ask("page", World().look) == 0
    with pytest.raises(OSError, match="disk"):
        await looks.ask("page", fail)
