"""What is read in one go is of one moment, and is only read."""

import asyncio

import pytest

from milepost.store.tables import ORDERS
from tests.contract.things import NOON, order


async def orders_of(reads):
    return [row.facts.order_number for row in (await reads.orders(shop_ids=None, cursor=None, limit=9)).rows]


async def put(store, number):
    async with store.transaction() as tx:
        await tx.put_order(order(number), NOON, "h")


async def test_reads_in_one_go_say_what_reads_by_themselves_say(store):
    await put(store, "1001")
    assert await store.together(orders_of) == await orders_of(store) == ["1001"]


async def test_what_fails_in_one_go_fails_for_who_asked_and_for_nobody_after(store):
    async def broken(reads):
        await orders_of(reads)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.together(broken)
    await put(store, "1002")
    assert await store.together(orders_of) == ["1002"]


async def test_nothing_is_written_in_one_go(store):
    async def writing(reads):
        await reads.run(ORDERS.delete())

    await put(store, "1001")
    with pytest.raises(Exception, match="read"):
        await store.together(writing)
    assert await orders_of(store) == ["1001"]


async def test_whoever_is_in_a_transaction_reads_through_it(store):
    async with store.transaction():
        with pytest.raises(RuntimeError, match="a transaction is open"):
            await store.together(orders_of)


async def test_on_sqlite_nothing_else_is_waited_for_in_one_go(store):
    if store.engine != "sqlite":
        return

    async def waiting(reads):
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waits for nothing"):
        await store.together(waiting)
