"""Pushes: whose they are, what they hint at, and what is refused."""

import json
from datetime import UTC, datetime

import pytest

from milepost.model.reports import Refusal, ReportKind
from milepost.ports.pushes import Push
from milepost.settings import TikTokApp
from milepost.sources.marketplaces.tiktok_shop.parse import parse
from milepost.sources.marketplaces.tiktok_shop.push import read_push
from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from tests.sources.test_tiktok_signing import W1, W2, W3
from tests.sources.tiktok_server import APP, ROW_APP

NOW = datetime(2026, 1, 1, 1, 2, tzinfo=UTC)
APPS = [ROW_APP, APP]


def pushed(body, app=APP, apps=APPS, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = {"Authorization": push_signature(app.app_key, app.app_secret, raw)}
    return read_push(apps, {**signed, **headers}, raw, NOW)


@pytest.mark.parametrize("app", APPS, ids=["first app", "second app"])
def test_a_push_signed_with_any_of_our_secrets_is_heard(app):
    push = pushed(W2, app)
    assert isinstance(push, Push)
    assert push.notification_id == "7600000000000000001"
    assert push.foreign_shop_id == "7490000000000000001"
    assert push.report.kind is ReportKind.PUSH
    assert push.report.shop_id == "tiktok_shop-7490000000000000001"
    assert push.report.subject == ("580000000000000001",)
    assert push.report.body == W2
    assert push.report.heard_at == NOW


@pytest.mark.parametrize(
    ("body", "signature", "secret"),
    [
        (W1, "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05", TikTokApp(app_key="abcdef", app_secret="123")),
        (W3, "5d7d0189f01e15cf1d0f5e7f61ad193c3f676e1622e41a9a68b3fbe155e00bc2", APP),
    ],
)  # fmt: skip
def test_the_official_pushes_verify(body, signature, secret):
    assert isinstance(read_push([secret], {"authorization": signature}, body, NOW), Push)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "bad_signature"),
        ({"Authorization": ""}, "bad_signature"),
        ({"Authorization": "0" * 64}, "bad_signature"),
        ({"X-Signature": push_signature(APP.app_key, APP.app_secret, W2)}, "bad_signature"),
        ({"Authorization": push_signature(APP.app_key, "another", W2)}, "bad_signature"),
        ({"Authorization": push_signature(APP.app_key, APP.app_secret, W2).upper()}, "bad_signature"),
    ],
)
def test_anything_not_signed_by_us_is_refused_by_name(headers, reason):
    refusal = read_push(APPS, headers, W2, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


@pytest.mark.parametrize("apps", [[], [TikTokApp(app_key="demoappkey")], [TikTokApp()]])
def test_without_a_secret_the_fault_is_ours_and_says_so(apps):
    refusal = pushed(W2, apps=apps)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "not_configured"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"data":{}}', b'{"type":"x"}', b"\xff"])
def test_a_signed_push_of_no_shape_is_refused_by_name(body):
    refusal = pushed(body)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "unknown_shape"


def test_a_push_without_an_id_is_known_by_its_bytes():
    body = {"type": 3, "shop_id": "7490000000000000001", "data": {"order_id": "1", "update_time": 1}}
    first, again, other = pushed(body), pushed(body), pushed({**body, "timestamp": 2})
    assert first.notification_id == again.notification_id
    assert first.notification_id.startswith("sha256:")
    assert first.notification_id != other.notification_id


def test_ids_as_integers_beyond_what_a_double_holds_are_exact():
    push = pushed(
        {
            "type": 1,
            "tts_notification_id": 7600000000000000001,
            "shop_id": 7490000000000000001,
            "data": {"order_id": 580000000000000001},
        }
    )
    assert (push.notification_id, push.foreign_shop_id) == ("7600000000000000001", "7490000000000000001")
    assert push.report.subject == ("580000000000000001",)


def test_a_push_without_a_shop_has_none():
    push = pushed({"type": 1, "data": {"order_id": "1"}})
    assert push.report.shop_id is None
    assert push.foreign_shop_id == ""


@pytest.mark.parametrize(
    ("kind", "data", "hints"),
    [
        (1, {"order_id": "1", "order_status": "CANCEL"}, ("1",)),
        (1, {"order_id": "1", "order_status": "PARTIALLY_SHIPPING"}, ("1",)),
        (3, {"order_id": "1"}, ("1",)),
        (4, {"package_list": [{"package_id": "P", "order_id_list": ["1", "2"]}, {"order_id_list": [2, "3"]}]}, ("1", "2", "3")),
        (11, {"order_id": "1", "cancel_status": "CANCELLATION_REQUEST_PENDING"}, ("1",)),
        (12, {"order_id": "1", "return_status": "RETURN_OR_REFUND__REQUEST_CANCELLED"}, ("1",)),
        (36, {"package_id": "P", "order_ids": ["1", "2"]}, ("1", "2")),
        (67, {"line_items": [{"main_order_id": "1"}, {"main_order_id": "1"}, None]}, ("1",)),
        (64, {"aftersales_request_id": "9"}, ()),
        (71, {"anything": True}, ()),
        (71, None, ()),
        (1, {"order_id": None}, ()),
        (4, {"package_list": None}, ()),
    ],
)  # fmt: skip
def test_a_push_hints_at_the_orders_it_names(kind, data, hints):
    parsed = parse(pushed({"type": kind, "data": data}).report)
    assert parsed.hints == hints
    assert not parsed.scans
    assert not parsed.orders
    assert not parsed.refusals


@pytest.mark.parametrize(
    ("kind", "data", "note"),
    [
        (6, {"message": "The seller has removed the app"}, "authorization_ended"),
        (7, {"message": "soon", "expiration_time": "1769825000"}, "authorization_ends 2026-01-31T02:03:20Z"),
        (7, {"message": "soon"}, "authorization_ends"),
    ],
)
def test_the_end_of_an_authorization_is_noted(kind, data, note):
    assert parse(pushed({"type": kind, "data": data}).report).notes == (note,)
