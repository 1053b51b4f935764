"""Transactions that come together share one commit, and nobody is told it is kept before that commit."""

import asyncio
import threading

import apsw
import pytest

from milepost.ports.store import StoreError, Trouble
from milepost.store.sql.sqlite_writer import GROUP_MAX
from tests.contract.things import event
from tests.stores import fresh_store

MANY = 3 * GROUP_MAX
SOON_S = 5


@pytest.fixture
async def kept(tmp_path):
    """A store on SQLite; this is about its commits."""
    async with fresh_store("sqlite", tmp_path) as store:
        yield store


class Commits:
    """Holds each commit of a connection until it is let go, and counts them."""

    def __init__(self, connection):
        self.let_go = threading.Event()
        self.begun = threading.Event()
        self.count = 0
        connection.set_commit_hook(self)

    def __call__(self):
        self.count += 1
        self.begun.set()
        assert self.let_go.wait(SOON_S)
        return self.fails

    fails = False


async def keep(store, number, *, fails=False):
    async with store.transaction() as tx:
        await tx.set_mark(f"before {number}", "1")
        if fails:
            raise LookupError(number)
        await tx.set_mark(f"after {number}", "1")


async def marks(store):
    return {
        name
        for number in range(MANY)
        for name in (f"before {number}", f"after {number}")
        if await store.mark(name)
    }


async def test_many_at_the_same_time_share_few_commits(kept):
    commits = Commits(kept._database.connection)
    commits.let_go.set()
    await asyncio.gather(*[keep(kept, number) for number in range(MANY)])
    assert MANY / GROUP_MAX <= commits.count < MANY / 2
    assert len(await marks(kept)) == 2 * MANY


async def test_nobody_is_told_before_the_commit_that_holds_it(kept):
    commits = Commits(kept._database.connection)
    told = [asyncio.create_task(keep(kept, number)) for number in range(5)]
    await asyncio.to_thread(commits.begun.wait, SOON_S)
    done, _ = await asyncio.wait(told, timeout=0.05)
    assert not done, "told that it is kept while the commit was under way"
    assert await marks(kept) == set()
    commits.let_go.set()
    await asyncio.gather(*told)
    assert len(await marks(kept)) == 10


async def test_one_that_fails_takes_back_only_itself(kept):
    results = await asyncio.gather(
        *[keep(kept, number, fails=number % 3 == 0) for number in range(12)], return_exceptions=True
    )
    assert [isinstance(result, LookupError) for result in results] == [
        number % 3 == 0 for number in range(12)
    ]
    right = {number for number in range(12) if number % 3}
    assert await marks(kept) == {f"{when} {number}" for number in right for when in ("before", "after")}


async def test_a_commit_that_fails_is_heard_by_everybody_in_it_and_nothing_of_it_stays(kept):
    commits = Commits(kept._database.connection)
    commits.fails = True
    commits.let_go.set()
    results = await asyncio.gather(*[keep(kept, number) for number in range(MANY)], return_exceptions=True)
    refused = {number for number, result in enumerate(results) if isinstance(result, StoreError)}
    assert refused, "nobody heard of it"
    told = set(range(MANY)) - refused  # those of the groups after it, on a new connection
    assert await marks(kept) == {f"{when} {number}" for number in told for when in ("before", "after")}
    await asyncio.gather(*[keep(kept, number) for number in refused])
    assert len(await marks(kept)) == 2 * MANY


async def test_a_transaction_that_sqlite_took_back_keeps_nothing_more(kept):
    """After some failures SQLite ends the transaction by itself; what came after would be kept alone."""
    with pytest.raises(StoreError):  # noqa: PT012 - the block is what fails
        async with kept.transaction() as tx:
            await tx.set_mark("before 1", "1")
            kept._database.connection.execute("ROLLBACK")
            await tx.set_mark("after 1", "1")
    assert await marks(kept) == set()
    await keep(kept, 2)
    assert await marks(kept) == {"before 2", "after 2"}


async def test_whoever_gives_up_in_line_leaves_the_others_their_commit(kept):
    commits = Commits(kept._database.connection)
    tasks = [asyncio.create_task(keep(kept, number)) for number in range(4)]
    await asyncio.to_thread(commits.begun.wait, SOON_S)
    late = [asyncio.create_task(keep(kept, number)) for number in range(4, 8)]
    await asyncio.sleep(0)
    for task in late[1:]:
        task.cancel()
    commits.let_go.set()
    async with asyncio.timeout(SOON_S):
        await asyncio.gather(*tasks, late[0])
    assert {"after 0", "after 3", "after 4"} <= await marks(kept)


async def test_what_a_transaction_depends_on_is_read_through_it(kept):
    async with kept.transaction() as tx:
        await tx.set_mark("a", "1")
        with pytest.raises(RuntimeError, match="read through it"):
            await kept.mark("a")
        assert await tx.mark("a") == "1"


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (apsw.FullError, Trouble.DISK_FULL),
        (apsw.ReadOnlyError, Trouble.READ_ONLY),
        (apsw.IOError, Trouble.DISK_ERROR),
        (apsw.CorruptError, Trouble.DAMAGED),
    ],
)
async def test_what_is_wrong_is_said_in_one_clear_word_until_it_is_over(kept, error, trouble):
    def fails():
        raise error("planted")

    kept._database.connection.set_commit_hook(fails)
    assert await kept.trouble() is trouble
    assert await kept.shipment_events(["s1"]) == {"s1": []}, "reading goes on"
    assert await kept.trouble() is None, "a new connection is tried by itself"
    async with kept.transaction() as tx:
        await tx.add_events([(event(), "s1")])
