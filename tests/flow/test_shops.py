"""Following a shop: the watermark moves only with its pages, and tokens are renewed once, by one worker."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from milepost.carry.grants import renew, with_grant
from milepost.carry.hands import carry_out_due
from milepost.desk import shops as desk
from milepost.flow import nothing_else
from milepost.model.shops import ShopState
from milepost.worker import drain
from tests.flow.house import NOW, house, order
from tests.sim.wrong_clock import WrongClock
from tests.sources.tiktok_server import GRANT, SHOP, Told, envelope, ok, platform

SEARCH = "/order/202309/orders/search"
REFRESH = "/api/v2/token/refresh"
FRESH = {
    "access_token": "TTP_new",
    "access_token_expire_in": int(datetime(2026, 3, 11, tzinfo=UTC).timestamp()),
    "refresh_token": "TTP_newRefresh",
    "refresh_token_expire_in": 4912765591,
    "open_id": GRANT.owner,
}
GOOD_GRANT = replace(GRANT, access_expires_at=NOW + timedelta(days=7))
MARK = f"sync:{SHOP.shop_id}"


@asynccontextmanager
async def shop(tmp_path, answering, grant=GOOD_GRANT):
    """A connected shop whose marketplace answers so."""
    async with platform(answering) as server:
        server.clock.moment = NOW
        async with house(tmp_path, marketplaces={"tiktok_shop": server.marketplace}) as milepost:
            await desk.keep(milepost.app, grant, [replace(SHOP, owner=grant.owner)])
            yield milepost, server


def thin(number):
    return {"id": number, "status": "IN_TRANSIT", "update_time": 1767225600, "line_items": []}


def pages(*told):
    """Searches are answered from `told`, by page token; everything else knows nothing."""
    by_token = {"": told[0], **{f"page {place}": page for place, page in enumerate(told[1:], 1)}}

    def answer(asked):
        if asked.path == SEARCH:
            return by_token[asked.query.get("page_token", "")]
        return ok({"orders": []})

    return answer


def page(number, following=""):
    return ok({"orders": [thin(number)], "next_page_token": following})


async def test_the_watermark_moves_with_its_pages_and_not_past_what_was_read(tmp_path):
    async with shop(tmp_path, pages(page("1", "page 1"), page("2"))) as (milepost, server):
        await carry_out_due(milepost.app, "w1")
        mark = datetime.fromisoformat(await milepost.app.store.mark(MARK))
        kept = await milepost.app.store.orders(shop_ids=None, cursor=None, limit=10)
        until = next(asked.body for asked in server.asked if asked.path == SEARCH)
        assert sorted(row.facts.order_number for row in kept.rows) == ["1", "2"]
        assert f'"update_time_lt":{int(mark.timestamp())}'.encode() in until
        assert mark < NOW


async def test_a_search_that_breaks_off_between_pages_moves_nothing(tmp_path):
    broken = Told(b"", 500)
    async with shop(tmp_path, pages(page("1", "page 1"), broken)) as (milepost, _):
        await carry_out_due(milepost.app, "w1")
        assert await milepost.app.store.mark(MARK) is None
        assert (await milepost.app.store.orders(shop_ids=None, cursor=None, limit=10)).rows == ()


async def test_orders_that_changed_while_our_clock_was_wrong_are_found(tmp_path):
    """The marketplace refuses our time and says its own; so the watermark is in theirs."""
    clock, changed = WrongClock(), {}

    def answer(asked):
        if abs(int(asked.query["timestamp"]) - clock.true.timestamp()) > 300:
            return envelope(36009004, "timestamp", status=400, date=format_datetime(clock.true, usegmt=True))
        since = json.loads(asked.body)["update_time_ge"] if asked.path == SEARCH else 0
        found = [number for number, at in changed.items() if since <= at.timestamp() and at <= clock.true]
        return ok({"orders": [thin(number) for number in found] if asked.path == SEARCH else []})

    async with (
        platform(answer, clock=clock) as server,
        house(tmp_path, clock=clock, marketplaces={"tiktok_shop": server.marketplace}) as milepost,
    ):
        await desk.keep(milepost.app, GOOD_GRANT, [replace(SHOP, owner=GOOD_GRANT.owner)])
        for hour, off in enumerate([0, 1, 1, 0, -24, 0, 0]):
            clock.off = timedelta(hours=off)
            clock.true = NOW + timedelta(hours=hour)
            changed[str(hour)] = clock.true - timedelta(minutes=40)
            for _ in range(2):
                await drain(milepost.app)
                clock.true += timedelta(seconds=milepost.app.settings.tiktok_shop.sync_interval_s)
            kept = await milepost.app.store.orders(shop_ids=None, cursor=None, limit=10)
            assert sorted(row.facts.order_number for row in kept.rows) == sorted(changed), f"hour {hour}"


async def test_a_long_way_back_is_walked_window_by_window_until_now(tmp_path):
    async with shop(tmp_path, pages(page("1"))) as (milepost, server):
        await drain(milepost.app)
        windows = [asked.body for asked in server.asked if asked.path == SEARCH]
        mark = datetime.fromisoformat(await milepost.app.store.mark(MARK))
    assert len(windows) > 5
    assert NOW - mark < timedelta(minutes=1)


async def test_a_token_is_renewed_ahead_of_its_end_once_though_two_workers_want_to(tmp_path):
    soon = replace(GRANT, access_expires_at=NOW + timedelta(hours=3))

    def answer(asked):
        return ok(FRESH) if asked.path == REFRESH else ok({"orders": []})

    async with shop(tmp_path, answer, soon) as (milepost, server):
        await asyncio.gather(carry_out_due(milepost.app, "w1"), carry_out_due(milepost.app, "w2"))
        await asyncio.gather(*(renew(milepost.app, soon) for _ in range(5)))
        grant = await milepost.app.store.grant("tiktok_shop", GRANT.app_key, GRANT.owner)
        asked = [one for one in server.asked if one.path == REFRESH]
    assert grant.access_token == "TTP_new"
    assert len(asked) == 1


async def test_an_expired_token_105002_is_renewed_and_the_question_asked_again_once(tmp_path):
    def answer(asked):
        if asked.path == REFRESH:
            return ok(FRESH)
        stale = asked.headers["x-tts-access-token"] == GRANT.access_token
        return envelope(105002, status=401) if stale else page("1")

    async with shop(tmp_path, answer) as (milepost, server):
        app = milepost.app
        source = app.marketplaces["tiktok_shop"]
        reports = await with_grant(
            app, replace(SHOP, owner=GRANT.owner), lambda grant: source.orders(SHOP, grant, ["1"])
        )
        assert len(reports) == 1
        assert [asked.path for asked in server.asked].count(REFRESH) == 1


async def test_a_shop_whose_owner_took_the_authorization_back_waits_for_them(tmp_path):
    def answer(asked):
        return envelope(36004004) if asked.path == REFRESH else envelope(105002, status=401)

    async with shop(tmp_path, answer) as (milepost, _):
        await carry_out_due(milepost.app, "w1")
        (kept,) = await milepost.app.store.shops()
        assert kept.state is ShopState.NEEDS_AUTHORIZATION


async def test_one_shop_never_sees_anothers_orders(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(), alongside=nothing_else)
        store = milepost.app.store
        for shops, count in ((None, 1), (["bazaar-1"], 1), (["another"], 0)):
            assert len((await store.orders(shop_ids=shops, cursor=None, limit=9)).rows) == count
            assert len((await store.shipments(shop_ids=shops, cursor=None, limit=9)).rows) == count
            assert (await store.order("1001", shops) is not None) == bool(count)
