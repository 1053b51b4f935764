"""When the engine fails under us: what was not kept is said so, nothing is half kept, and work goes on after."""

import asyncpg
import pytest
from sqlalchemy import select, update

from milepost.ports.store import StoreError
from milepost.store.tables import REPORT_BODIES
from tests.contract.things import NOON, event, report
from tests.stores import fresh_store, postgres_folder

ROOM = 3


async def test_a_full_disk_keeps_no_half_batch_and_goes_on_when_there_is_room(tmp_path):
    async with fresh_store("sqlite", tmp_path) as store:
        connection = store._database.connection
        pages = connection.pragma("page_count")
        connection.pragma("max_page_count", pages + ROOM)
        with pytest.raises(StoreError, match="disk is full: make room"):  # noqa: PT012 - the block is what fails
            async with store.transaction() as tx:
                await tx.add_events([(event(), "s1")])
                await tx.keep_reports([report(bytes(str(list(range(20_000))), "ascii"))])
        assert await store.shipment_events(["s1"]) == {"s1": []}
        connection.pragma("max_page_count", 1_000_000)
        async with store.transaction() as tx:
            await tx.add_events([(event(), "s1")])
        assert await store.shipment_events(["s1"]) == {"s1": [event()]}


@pytest.mark.postgres
async def test_a_lost_connection_keeps_no_half_batch_and_is_replaced(tmp_path):
    async with fresh_store("postgres", tmp_path) as store:
        with pytest.raises(StoreError):  # noqa: PT012 - the block is what fails
            async with store.transaction() as tx:
                await tx.add_events([(event(), "s1")])
                await _cut_connections(store)
                await tx.add_events([(event(text="again"), "s1")])
        assert await store.shipment_events(["s1"]) == {"s1": []}
        async with store.transaction() as tx:
            await tx.add_events([(event(), "s1")])
        assert await store.shipment_events(["s1"]) == {"s1": [event()]}


async def _cut_connections(store):
    base = store._database._url.partition("?")[0].rpartition("/")[2]
    connection = await asyncpg.connect(user="postgres", database="postgres", host=postgres_folder())
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", base
    )
    await connection.close()


async def test_a_body_that_was_swapped_on_disk_is_not_handed_out(store):
    one, two = report(b"one"), report(b"two")
    async with store.transaction() as tx:
        await tx.keep_reports([one, two])
        ((sealed,),) = await tx.rows(
            select(REPORT_BODIES.c.sealed).where(REPORT_BODIES.c.body_hash == one.body_hash)
        )
        await tx.run(
            update(REPORT_BODIES).where(REPORT_BODIES.c.body_hash == two.body_hash).values(sealed=sealed)
        )
    assert await store.report_body(one.body_hash) == b"one"
    with pytest.raises(StoreError, match="does not open"):
        await store.report_body(two.body_hash)


async def test_an_error_of_ones_own_passes_as_it_is(store):
    with pytest.raises(TimeoutError, match="of the caller"):  # noqa: PT012 - the block is what fails
        async with store.transaction() as tx:
            await tx.set_mark("a", str(NOON))
            raise TimeoutError("of the caller")
    assert await store.mark("a") is None
