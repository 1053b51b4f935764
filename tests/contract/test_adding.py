"""Whatever comes together, and however much of it: an event is kept once, and who told it again is told so."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from milepost.store.opening import open_store
from milepost.store.revisions.r0002_many_nodes import MONTH
from milepost.store.sql.by_month import MONTH_OF_EVENT
from milepost.store.sql.postgres_session import TRIED_FROM
from milepost.store.tables import EVENTS
from milepost.store.values import micros
from tests.contract.things import HOUR, NOON, event
from tests.stores import FixedClock, fresh_store, fresh_url

MANY = 2 * TRIED_FROM
TOLD = [(event(at=NOON + n * HOUR), "s1") for n in range(3 * MANY)]


def keys(told):
    return {(one.shop_id, one.event_id) for one, _ in told}


async def kept(store):
    found = await store.rows(select(EVENTS.c.shop_id, EVENTS.c.event_id).order_by(EVENTS.c.seq))
    assert len(found) == len(set(found)), "kept twice"
    return found


async def test_a_large_batch_with_some_known_events_keeps_the_others_in_their_order(store):
    first, second = TOLD[:MANY], TOLD[MANY // 2 : 2 * MANY]
    async with store.transaction() as tx:
        assert await tx.add_events(first) == set()
        assert await tx.add_events(second) == keys(first[MANY // 2 :])
        assert await tx.add_events(second) == keys(second)
        assert await tx.add_events(TOLD) == keys(TOLD[: 2 * MANY])
    assert await kept(store) == [(one.shop_id, one.event_id) for one, _ in TOLD]


async def test_a_database_of_the_servers_own_locale_keeps_them_as_well(tmp_path):
    async with fresh_url("postgres", tmp_path, made="") as url:
        store = open_store(url, tmp_path / "milepost.key", FixedClock())
        await store.start()
        try:
            async with store.transaction() as tx:
                assert await tx.add_events(TOLD[:MANY]) == set()
                assert await tx.add_events(TOLD) == keys(TOLD[:MANY])
            assert await kept(store) == [(one.shop_id, one.event_id) for one, _ in TOLD]
        finally:
            await store.stop()


async def test_an_event_twice_in_one_large_batch_is_new_once_and_heard_first(store):
    later = [(event(at=NOON, report_hash="1" * 64), "s2")]
    async with store.transaction() as tx:
        assert await tx.add_events([*TOLD[:MANY], *later]) == set()
    assert await kept(store) == [(one.shop_id, one.event_id) for one, _ in TOLD[:MANY]]
    found = await store.rows(select(EVENTS.c.shipment_id).order_by(EVENTS.c.seq).limit(1))
    assert found == [("s1",)]


async def test_what_a_transaction_did_before_it_met_a_known_event_stays(store):
    async with store.transaction() as tx:
        await tx.add_events(TOLD[-1:])
    async with store.transaction() as tx:
        await tx.set_mark("before", "kept")
        assert await tx.add_events(TOLD) == keys(TOLD[-1:])
        await tx.set_mark("after", "kept")
    assert [await store.mark("before"), await store.mark("after")] == ["kept", "kept"]
    assert len(await kept(store)) == len(TOLD)


@pytest.mark.postgres
async def test_two_writers_that_hold_no_claim_and_tell_the_same_keep_it_once(tmp_path):
    """The second waits until the first has ended, and then learns that all of it is there."""
    async with fresh_store("postgres", tmp_path) as store:
        added, end = asyncio.Event(), asyncio.Event()

        async def first():
            async with store.transaction() as tx:
                there = await tx.add_events(TOLD[:MANY])
                added.set()
                await end.wait()
            return there

        async def second():
            await added.wait()
            async with store.transaction() as tx:
                adding = asyncio.ensure_future(tx.add_events(TOLD[: MANY + 1]))
                try:
                    await waited_for(store, adding)
                finally:
                    end.set()
                return await adding

        told = await asyncio.gather(first(), second())
        assert told == [set(), keys(TOLD[:MANY])]
        assert len(await kept(store)) == MANY + 1


@pytest.mark.postgres
async def test_two_writers_that_hold_no_claim_keep_what_the_other_gave_up(tmp_path):
    async with fresh_store("postgres", tmp_path) as store:
        added, end = asyncio.Event(), asyncio.Event()

        async def first():
            async with store.transaction() as tx:
                await tx.add_events(TOLD[:MANY])
                added.set()
                await end.wait()
                raise LookupError("given up")

        async def second():
            await added.wait()
            async with store.transaction() as tx:
                adding = asyncio.ensure_future(tx.add_events(TOLD[:MANY]))
                try:
                    await waited_for(store, adding)
                finally:
                    end.set()
                return await adding

        gave_up, there = await asyncio.gather(first(), second(), return_exceptions=True)
        assert isinstance(gave_up, LookupError)
        assert there == set()
        assert len(await kept(store)) == MANY


@pytest.mark.postgres
async def test_the_month_of_an_event_is_the_month_it_always_had(tmp_path):
    """A month worked out otherwise would put a known event into another part, and keep it twice."""
    years = (1, 4, 100, 1582, 1899, 1900, 1969, 1970, 1972, 2000, 2024, 2026, 2027, 2100, 9999)
    edges = [datetime(year, month, 1, tzinfo=UTC) for year in years for month in range(1, 13)]
    times = [(micros(edge) + step, None) for edge in edges for step in (0, 1, 86_400_000_000 * 27)]
    times += [(micros(edge) - 1, None) for edge in edges[1:]]
    times += [
        (None, wall) for wall in ("2026-03-04T16:55:00", "0001-01-01T00:00:00", "yesterday", "2026-3", "")
    ]
    asked = f"SELECT occurred_at, wall_clock, {MONTH_OF_EVENT}, {MONTH} FROM unnest($1::bigint[], $2::text[]) AS told (occurred_at, wall_clock)"
    async with fresh_store("postgres", tmp_path) as store, store._database.connection() as connection:
        found = await connection.fetch(asked, [at for at, _ in times], [wall for _, wall in times])
    assert len(found) == len(times)
    assert [tuple(row) for row in found if row[2] != row[3]] == []


async def waited_for(store, adding):
    """Until the writer stands in line behind another; fails when it never had to."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    async with store._database.connection() as connection:
        while not await connection.fetchval(waiting):
            assert not adding.done(), "it did not wait for the other"
            await asyncio.sleep(0.01)
