"""The second wall: on PostgreSQL a question that forgot its shop filter still gets no foreign row."""

import asyncpg
import pytest
from sqlalchemy import bindparam, select

from milepost.store import (
    exception_shelf,
    notice_shelf,
    order_shelf,
    promise_shelf,
    search_shelf,
    shipment_shelf,
)
from milepost.store.schema import SHARED
from milepost.store.sql.walls import WITHOUT_WALL
from milepost.store.tables import EVENTS, METADATA, ORDERS, SHOPS
from tests.contract.things import NOON, event, exception, notice, order, promise, shipment
from tests.stores import fresh_store

pytestmark = pytest.mark.postgres
PAGE = {"before": 2**62, "rows": 100, "rank": -1, "opened_at": 0, "seq": 0}
ASKED = {"text": "1001", "number": "AC1", "email": "-", "phone": "-", "postal": "-"}
FORGETFUL = {
    "the newest orders": order_shelf.NEWEST,
    "an order by its number": order_shelf.BY_NUMBER,
    "a search": search_shelf.FOUND,
    "the newest shipments": shipment_shelf.NEWEST,
    "shipments by number": shipment_shelf._filtered(("tracking_number",)),
    "the ledger": promise_shelf.NEWEST,
    "the worst exceptions": exception_shelf.WORST,
    "the newest notices": notice_shelf.NEWEST,
    "all events": select(EVENTS.c.shop_id),
    "how many orders": select(ORDERS.c.shop_id),
}
"""Questions as the shelves have them, before their filter is put on."""


@pytest.fixture
async def two_shops(tmp_path):
    async with fresh_store("postgres", tmp_path) as store:
        for shop in ("shop-1", "shop-2"):
            async with store.transaction() as tx:
                key = f"{shop}-s"
                await tx.put_order(order(shop=shop), NOON, "hash")
                await tx.put_shipments([shipment(key, shop=shop)])
                await tx.add_events([(event(shop=shop), key)])
                await tx.add_promises([promise(shop=shop)])
                await tx.put_exceptions([exception(shop=shop, shipment_id=key)])
                await tx.put_notices([notice(key, shop=shop)])
        yield store


@pytest.mark.parametrize("question", FORGETFUL)
async def test_a_question_that_forgot_its_filter_sees_no_foreign_row(question, two_shops):
    statement = FORGETFUL[question]
    about = {**PAGE, **ASKED, "order_number": "1001", "tracking_number": "AC1"}
    everything = await two_shops.rows(statement, about)
    assert len(everything) == 2, "the question finds nothing, so the test would show nothing"
    of_one = await two_shops.rows(statement, {**about, "shop_ids": ["shop-1"]})
    of_other = await two_shops.rows(statement, {**about, "shop_ids": ["shop-2"]})
    assert (len(of_one), len(of_other)) == (1, 1)
    assert sorted([*of_one, *of_other], key=str) == sorted(everything, key=str)
    assert await two_shops.rows(statement, {**about, "shop_ids": []}) == []
    assert await two_shops.rows(statement, {**about, "shop_ids": ["*", "x' OR 'a'='a"]}) == []
    assert len(await two_shops.rows(statement, about)) == 2, "the wall stayed on the connection"


async def test_questions_asked_in_one_go_stand_behind_the_wall_too(two_shops):
    forgetful, about = select(ORDERS.c.shop_id), {"shop_ids": ["shop-2"]}

    async def work(reads):
        everything = await reads._session.rows(forgetful)
        of_one = await reads._session.rows(forgetful, about)
        return len(everything), of_one, len(await reads._session.rows(forgetful))

    assert await two_shops.together(work) == (2, [("shop-2",)], 2)


async def test_every_table_with_rows_of_shops_has_the_wall(two_shops):
    async with two_shops.transaction() as tx:
        without = await tx._session._connection.fetch(WITHOUT_WALL)
    assert [row[0] for row in without] == []
    assert {"events", "orders", "work"} <= set(SHARED)
    assert set(SHARED) == {table.name for table in METADATA.sorted_tables if "shop_id" in table.c}


async def test_who_does_not_say_which_shops_sees_nothing_and_writes_nothing(two_shops):
    connection = await asyncpg.connect(two_shops._database._url)
    try:
        for table in SHARED:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        assert await connection.execute("DELETE FROM events") == "DELETE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await connection.execute("INSERT INTO shops (shop_id, facts) VALUES ('shop-3', '{}')")
    finally:
        await connection.close()
    assert len(await two_shops.rows(select(EVENTS.c.seq))) == 2


async def test_the_corridor_hears_news_of_every_shop(two_shops):
    async with two_shops.transaction() as tx:
        found = await tx.shipments_with_numbers(["AC1"])
        assert {one.shop_id for one in found} == {"shop-1", "shop-2"}
        assert (
            await tx.rows(select(SHOPS.c.shop_id).where(SHOPS.c.shop_id == bindparam("one")), {"one": "x"})
            == []
        )
