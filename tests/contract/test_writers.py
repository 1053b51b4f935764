"""Several writers on PostgreSQL: each claims what it decides on, and who gives way does it again."""

import asyncio

import pytest

from milepost.ports.contention import TRIES_MAX, again_if_contended
from milepost.ports.store import ContendedError
from milepost.store.sql.claims import BUCKETS, buckets
from milepost.store.sql.postgres import CONNECTIONS_MAX, WRITERS_MAX
from tests.stores import fresh_store

pytestmark = pytest.mark.postgres


@pytest.fixture
async def postgres(tmp_path):
    async with fresh_store("postgres", tmp_path) as opened:
        yield opened


async def test_who_claims_a_name_that_is_held_waits_and_others_go_on(postgres):
    held, let_go, order = asyncio.Event(), asyncio.Event(), []

    async def first():
        async with postgres.transaction() as tx:
            await tx.claim(["number AC1", "order shop-1 1001"])
            held.set()
            await let_go.wait()
            order.append("first")

    async def after(name, said):
        await held.wait()
        async with postgres.transaction() as tx:
            await tx.claim([name])
            order.append(said)

    async def others():
        await held.wait()
        await waited_for(postgres, order)  # "same number" has come as far as it can
        await after("number AC2", "another number")
        let_go.set()

    await asyncio.gather(first(), after("number AC1", "same number"), others())
    assert order == ["another number", "first", "same number"]


async def waited_for(store, order):
    """Until somebody stands in line, or went by without waiting."""
    async with store._database.connection() as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not order and not await connection.fetchval(waiting):  # noqa: ASYNC110 - it waits on a server
            await asyncio.sleep(0.01)


async def test_two_that_wait_for_each_other_both_end_and_one_did_it_again(postgres):
    began, tries, both = [], [], asyncio.Event()

    @again_if_contended
    async def claim_in_turn(first, second):
        tries.append(first)
        async with postgres.transaction() as tx:
            await tx.claim([first])
            began.append(first)
            if {"a", "b"} <= set(began):
                both.set()
            await both.wait()
            await tx.claim([second])
            await tx.set_mark(first, second)

    await asyncio.gather(claim_in_turn("a", "b"), claim_in_turn("b", "a"))
    assert await postgres.mark("a") == "b"
    assert await postgres.mark("b") == "a"
    assert len(tries) > 2, "nobody gave way, so nothing was tested"


async def test_giving_way_for_ever_is_not_waited_for(postgres):
    tries = []

    @again_if_contended
    async def never():
        tries.append(1)
        raise ContendedError("again: try again")

    with pytest.raises(ContendedError):
        await never()
    assert len(tries) == TRIES_MAX


async def test_a_transaction_inside_one_of_the_same_task_is_refused(postgres):
    with pytest.raises(RuntimeError, match="write through that one"):
        async with postgres.transaction(), postgres.transaction():
            pass
    async with postgres.transaction() as tx:
        await tx.set_mark("a", "1")


async def test_writers_leave_connections_to_readers(postgres):
    """As many as may, all waiting for a reader beside their own transaction: nobody waits for ever."""

    async def write(number):
        async with postgres.transaction() as tx:
            await tx.set_mark(f"{number}", "1")
            assert await asyncio.create_task(postgres.mark("nothing")) is None

    await asyncio.wait_for(asyncio.gather(*[write(number) for number in range(40)]), 30)
    assert WRITERS_MAX < CONNECTIONS_MAX


def test_names_are_held_in_one_order_and_their_locks_are_few():
    many = [f"number {number}" for number in range(100_000)]
    assert len(buckets(many)) == BUCKETS < 6_400
    assert buckets(reversed(many)) == buckets(many) == sorted(buckets(many))
    assert buckets(["a"]) == buckets(["a", "a"])
