"""What the marketplace says of our access: a seller who left, and a shop's handle that changed."""

import json
from datetime import timedelta

from milepost.carry.hands import carry_out_due
from milepost.flow import hear_push
from milepost.model.shops import ShopState
from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from milepost.worker import drain
from tests.flow.test_shops import SEARCH, pages, shop
from tests.flow.test_shops import page as orders_page
from tests.sources.tiktok_server import APP, SHOP, envelope, ok

SHOPS = "/authorization/202309/shops"


async def push(milepost, kind, data):
    told = {"type": kind, "tts_notification_id": f"7600{kind}", "shop_id": SHOP.foreign_id, "timestamp": 1}
    body = json.dumps({**told, "data": data}).encode()
    headers = {"authorization": push_signature(APP.app_key, APP.app_secret, body)}
    return await hear_push("tiktok_shop", headers, body, milepost.app)


async def test_a_shop_whose_seller_left_is_not_asked_any_more(tmp_path):
    async with shop(tmp_path, pages(orders_page("1"))) as (milepost, server):
        await push(milepost, 6, {"message": "The seller has removed the app"})
        (kept,) = await milepost.app.store.shops()
        await drain(milepost.app)
        asked = [one for one in server.asked if one.path == SEARCH]
    assert kept.state is ShopState.NEEDS_AUTHORIZATION
    assert asked == []


async def test_the_end_of_an_authorization_is_remembered(tmp_path):
    async with shop(tmp_path, pages(orders_page("1"))) as (milepost, _):
        await push(milepost, 7, {"message": "Authorization ends soon", "expiration_time": "1769825000"})
        mark = await milepost.app.store.mark(f"authorization-ends:{SHOP.shop_id}")
    assert mark.startswith("2026-01-31T02:03:20")


async def test_a_shop_with_a_new_handle_is_found_again_by_reading_the_shops(tmp_path):
    def answer(asked):
        if asked.path == SHOPS:
            return ok(
                {"shops": [{"id": SHOP.foreign_id, "name": "Mugs", "region": "US", "cipher": "ROW_new"}]}
            )
        if asked.query.get("shop_cipher") != "ROW_new":
            return envelope(101000)
        return orders_page("1")

    async with shop(tmp_path, answer) as (milepost, _):
        await carry_out_due(milepost.app, "w1")
        (kept,) = await milepost.app.store.shops()
        milepost.clock.move(timedelta(minutes=2))
        await carry_out_due(milepost.app, "w1")
        found = await milepost.app.store.orders(shop_ids=None, cursor=None, limit=5)
    assert kept.cipher == "ROW_new"
    assert [row.facts.order_number for row in found.rows] == ["1"]
