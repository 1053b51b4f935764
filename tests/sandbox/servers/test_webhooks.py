"""TikTok Shop's webhooks: what they say, how they are signed, and when they are tried again."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.servers.tiktok_shop.hooks import EVENT_TYPES
from milepost_sandbox.servers.tiktok_shop.platform import TikTokShop
from milepost_sandbox.servers.tiktok_shop.signing import webhook_sign
from milepost_sandbox.serving import listen, serving, url_of
from milepost_sandbox.world.words import OrderMoment, PackageMoment
from tests.sandbox.servers.small_world import KEYS, START, Seller, order, parcel, step, world


class Receiver:
    """A small real server that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, bytes]] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        headers = dict(scope["headers"])
        self.got.append((headers[b"authorization"].decode(), message["body"]))
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    @property
    def bodies(self) -> list[dict]:
        return [json.loads(body) for _, body in self.got]


@contextlib.asynccontextmanager
async def receiving():
    receiver, sock = Receiver(), listen("127.0.0.1", 0)
    async with serving([(receiver, sock)]):
        yield receiver, url_of(sock) + "/hooks/tiktok_shop"


def eventful(**changes):
    """An order to which everything a webhook tells happens, an hour apart."""
    statuses = ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "PARTIALLY_SHIPPING", "CANCELLED")
    moments = [
        OrderMoment(at=START + timedelta(hours=n), status=one) for n, one in enumerate(statuses, start=1)
    ]
    both = (
        parcel("ups", [step(2, "label_created"), step(9, "returned")]),
        parcel("usps", [step(3, "label_created")], key="p2", package_id="1150000000000000002"),
    )
    ids = tuple(one.package_id for one in both)
    made = {
        "moments": moments,
        "created_at": START + timedelta(hours=1),
        "package_moments": (PackageMoment(at=START + timedelta(hours=3), package_ids=ids, sc_type="SPLIT"),),
        "address_changed_at": START + timedelta(hours=2, minutes=5),
        "cancel_requested_at": START + timedelta(hours=4, minutes=5),
        "cancelled_at": START + timedelta(hours=5),
    }
    return order(both, **(made | changes))


def app_of(*orders, names=("none",)):
    the_world = world(orders=orders)
    return TikTokShop().app(the_world, Faults(3, names), KEYS, ServerOptions(webhook_timeout_s=1)), the_world


async def test_webhooks_tell_each_moment_once_signed_and_in_order() -> None:
    app, the_world = app_of(eventful())
    async with receiving() as (receiver, url):
        app.webhooks.set_target(url)
        the_world.clock.advance(START + timedelta(hours=12))
        counts = await app.webhooks.flush()
        assert counts == {"sent": 9, "accepted": 9, "refused": 0, "dropped": 0, "waiting": 0}
        assert (await app.webhooks.flush())["sent"] == 0
    kinds = [body["type"] for body in receiver.bodies]
    assert kinds == [1, 1, 3, 1, 4, 11, 1, 11, 12]
    for mac, raw in receiver.got:
        assert mac == webhook_sign(KEYS.tiktok_app_key, KEYS.tiktok_app_secret, raw)
    statuses = [body["data"]["order_status"] for body in receiver.bodies if body["type"] == 1]
    assert statuses == ["UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "CANCEL"], (
        "PARTIALLY_SHIPPING is never sent"
    )
    by_kind = {body["type"]: body for body in receiver.bodies}
    assert "tts_notification_id" not in by_kind[3]
    assert by_kind[1]["data"]["is_on_hold_order"] is True
    assert [one["package_id"] for one in by_kind[4]["data"]["package_list"]] == [
        "1150000000000000001",
        "1150000000000000002",
    ]
    assert by_kind[11]["data"]["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert by_kind[12]["data"]["return_status"] == "RETURN_OR_REFUND_REQUEST_COMPLETE"
    ids = [body["tts_notification_id"] for body in receiver.bodies if body["type"] != 3]
    assert len(set(ids)) == len(ids)


async def test_a_refused_webhook_is_tried_four_more_times_and_then_dropped() -> None:
    one = order([], moments=[OrderMoment(at=START + timedelta(minutes=1), status="UNPAID")])
    app, the_world = app_of(one)
    async with receiving() as (receiver, url):
        receiver.status = 503
        app.webhooks.set_target(url)
        now = START + timedelta(minutes=1)
        for wait in (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12)):
            the_world.clock.advance(now)
            assert (await app.webhooks.flush())["refused"] == 1
            the_world.clock.advance(now + wait - timedelta(seconds=1))
            assert app.webhooks.due() == 0
            now += wait
            the_world.clock.advance(now)
            assert app.webhooks.due() == 1
        last = await app.webhooks.flush()
        assert (last["dropped"], last["waiting"]) == (1, 0)
        assert len(receiver.got) == 5
        assert len(set(receiver.got)) == 1, "every try sends the same bytes"


async def test_a_receiver_that_is_away_gets_it_later() -> None:
    one = order([], moments=[OrderMoment(at=START + timedelta(minutes=1), status="UNPAID")])
    app, the_world = app_of(one)
    app.webhooks.set_target("http://127.0.0.1:9/closed")
    the_world.clock.advance(START + timedelta(minutes=1))
    assert (await app.webhooks.flush())["waiting"] == 1


async def test_what_was_due_without_an_address_is_never_sent() -> None:
    app, the_world = app_of(eventful())
    the_world.clock.advance(START + timedelta(hours=12))
    async with receiving() as (receiver, url):
        app.webhooks.set_target(url)
        assert (await app.webhooks.flush())["sent"] == 0
        assert receiver.got == []


async def test_an_unknown_type_is_sent_now_and_then() -> None:
    moments = [OrderMoment(at=START + timedelta(minutes=1), status="UNPAID")]
    app, the_world = app_of(*[order([], number=n, moments=moments) for n in range(1, 200)])
    async with receiving() as (receiver, url):
        app.webhooks.set_target(url)
        the_world.clock.advance(START + timedelta(minutes=2))
        await app.webhooks.flush()
    kinds = [body["type"] for body in receiver.bodies]
    assert kinds.count(1) == 199
    assert 1 <= kinds.count(71) <= 12


async def test_duplicates_and_disorder_lose_nothing() -> None:
    moments = [OrderMoment(at=START + timedelta(minutes=n), status="UNPAID") for n in (1,)]
    app, the_world = app_of(
        *[order([], number=n, moments=moments) for n in range(1, 60)], names=("duplicate", "shuffled")
    )
    async with receiving() as (receiver, url):
        app.webhooks.set_target(url)
        the_world.clock.advance(START + timedelta(minutes=1))
        await app.webhooks.flush()
        late = 59 - len({body["data"]["order_id"] for body in receiver.bodies if body["type"] == 1})
        assert late > 0
        the_world.clock.advance(START + timedelta(minutes=17))
        await app.webhooks.flush()
    ids = [body["data"]["order_id"] for body in receiver.bodies if body["type"] == 1]
    assert len(set(ids)) == 59
    assert len(ids) > 59
    assert ids != sorted(ids)


async def test_a_shop_may_register_an_address_for_one_event_type() -> None:
    app, the_world = app_of(eventful())
    seller = Seller(app, the_world)
    await seller.connect()
    path = "/event/202309/webhooks"
    async with receiving() as (app_wide, url), receiving() as (own, own_url):
        app.webhooks.set_target(url)
        body = json.dumps({"event_type": EVENT_TYPES[3], "address": own_url}).encode()
        assert await seller.data("PUT", path, body=body) == {}
        listed = await seller.data("GET", path)
        assert [one["event_type"] for one in listed["webhooks"]] == ["RECIPIENT_ADDRESS_UPDATE"]
        the_world.clock.advance(START + timedelta(hours=12))
        await app.webhooks.flush()
        assert [one["type"] for one in own.bodies] == [3]
        assert 3 not in [one["type"] for one in app_wide.bodies]
    forget = json.dumps({"event_type": EVENT_TYPES[3]}).encode()
    for _ in range(2):
        assert await seller.data("DELETE", path, body=forget) == {}
    assert (await seller.data("GET", path))["total_count"] == 0
    bad = await seller.call("PUT", path, body=b'{"event_type":"X","address":"ftp://x"}')
    assert bad.json()["code"] == 98001004


async def test_the_end_of_an_authorization_is_announced_with_a_text_for_its_time() -> None:
    app, _ = app_of()
    async with receiving() as (receiver, url):
        app.webhooks.set_target(url)
        app.webhooks.announce_end("7490000000000000001", soon=True)
        app.webhooks.announce_end("7490000000000000001", soon=False)
        await app.webhooks.flush()
    by_kind = {body["type"]: body["data"] for body in receiver.bodies}
    ends_at = int((START + timedelta(days=30)).timestamp())
    assert by_kind[7]["expiration_time"] == str(ends_at)
    assert by_kind[6] == {"message": "The seller has removed the app"}
