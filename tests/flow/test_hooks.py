"""A push is answered only when it is safely kept, and is a hint to look, once."""

import json
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import text

from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from milepost.web import build
from tests.flow.house import house
from tests.sources.tiktok_server import APP

PUSH = {
    "type": 1,
    "tts_notification_id": "7600000000000000001",
    "shop_id": "7490000000000000001",
    "data": {"order_id": "580000000000000001", "order_status": "IN_TRANSIT"},
}
DROP_WORK = text("DROP TABLE work")
LOOKS = [
    "order:tiktok_shop-7490000000000000001:580000000000000001",
    "tracking:tiktok_shop-7490000000000000001:580000000000000001",
]


@asynccontextmanager
async def listening(tmp_path):
    """A Milepost, and a way to push to it as the marketplace would."""
    async with house(tmp_path) as milepost:
        site = build(milepost.app, milepost.milepost.counters)
        transport = httpx.ASGITransport(app=site)
        async with httpx.AsyncClient(transport=transport, base_url="http://milepost") as http:

            async def push(told=PUSH, **headers):
                body = json.dumps(told).encode()
                signed = {"Authorization": push_signature(APP.app_key, APP.app_secret, body), **headers}
                return await http.post("/hooks/tiktok_shop", content=body, headers=signed)

            yield milepost, push


async def test_a_push_is_answered_with_yes_once_it_is_kept_and_makes_us_look(tmp_path):
    async with listening(tmp_path) as (milepost, push):
        answer = await push()
        assert (answer.status_code, answer.content) == (200, b"")
        assert len((await milepost.kept())["reports"]) == 1
        assert await milepost.due() == LOOKS


async def test_a_push_that_cannot_be_kept_is_answered_come_again_and_then_counts(tmp_path):
    async with listening(tmp_path) as (milepost, push):
        await milepost.app.store.stop()
        answer = await push()
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        await milepost.app.store.start()
        assert (await push()).status_code == 200
        assert await milepost.due() == LOOKS


async def test_work_that_cannot_be_written_takes_the_push_with_it(tmp_path):
    async with listening(tmp_path) as (milepost, push):
        await milepost.app.store.run(DROP_WORK)
        answer = await push()
        assert answer.status_code == 503
        await milepost.app.store.stop()
        await milepost.app.store.start()
        kept = await milepost.kept("work")
        assert (kept["reports"], kept["pushes"]) == ([], []), "half of it stayed"


async def test_a_push_told_again_is_one_push(tmp_path):
    async with listening(tmp_path) as (milepost, push):
        for _ in range(3):
            assert (await push()).status_code == 200
        assert len((await milepost.kept())["reports"]) == 1


async def test_a_push_with_a_wrong_signature_is_refused_and_nothing_is_kept(tmp_path):
    async with listening(tmp_path) as (milepost, push):
        answer = await push(Authorization="0" * 64)
        assert answer.status_code == 401
        assert (await milepost.kept())["reports"] == []
        assert await milepost.due() == []


async def test_a_signed_push_without_a_shape_is_refused_by_name(tmp_path):
    async with listening(tmp_path) as (_, push):
        answer = await push({"no": "type"})
        assert (answer.status_code, answer.json()["title"]) == (400, "unknown_shape")
