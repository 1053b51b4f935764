"""The signature vectors of tiktok-shop.md §2.2 and 5.4."""

from __future__ import annotations

import pytest

from milepost_sandbox.servers.tiktok_shop.signing import request_sign, webhook_sign

SECRET = "demo_app_secret_0123456789abcdef"
COMMON = [("app_key", "demoappkey"), ("timestamp", "1767229260"), ("shop_cipher", "ROW_demoCipher-01")]


def test_v1_the_official_example() -> None:
    query = [("app_key", "29a39d"), ("timestamp", "1623812664")]
    sign = request_sign("e59af819cc", "/authorization/202309/shops", query)
    assert sign == "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"


def test_v2_a_body_and_a_page_token_with_plus_slash_and_equals() -> None:
    query = [
        *COMMON,
        ("page_size", "50"),
        ("sort_field", "update_time"),
        ("sort_order", "ASC"),
        ("page_token", "aB+c/D=="),
    ]
    body = b'{"update_time_ge":1767225600,"update_time_lt":1767229200}'
    sign = request_sign(SECRET, "/order/202309/orders/search", query, body, "application/json")
    assert sign == "08740d878ca0aafedc68da995fce7708d2188d90ede417d55c3f46af772cade7"


def test_v3_several_ids_in_one_value() -> None:
    query = [*COMMON, ("ids", "580000000000000001,580000000000000002")]
    sign = request_sign(SECRET, "/order/202507/orders", query)
    assert sign == "f33a1a512f5674aabfd232e9f18648f21bea95038fcb64fe5b68f5b497f0a28a"


def test_v4_one_id() -> None:
    query = [*COMMON, ("ids", "580000000000000001")]
    sign = request_sign(SECRET, "/order/202507/orders", query)
    assert sign == "27de4c521b89606990140da233bec21ca8f01a8b7b9fdc80845a1539096f2964"


def test_sign_and_access_token_are_not_signed() -> None:
    bare = request_sign(SECRET, "/order/202507/orders", COMMON)
    more = [*COMMON, ("sign", "x"), ("access_token", "y")]
    assert request_sign(SECRET, "/order/202507/orders", more) == bare


def test_a_multipart_body_is_not_signed() -> None:
    bare = request_sign(SECRET, "/files", COMMON)
    assert request_sign(SECRET, "/files", COMMON, b"abc", "multipart/form-data; boundary=x") == bare
    assert request_sign(SECRET, "/files", COMMON, b"abc", "application/json") != bare


@pytest.mark.parametrize(
    ("app_key", "secret", "body", "expected"),
    [
        (
            "abcdef",
            "123",
            b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}',
            "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05",
        ),
        (
            "demoappkey",
            SECRET,
            b'{"type":1,"tts_notification_id":"7600000000000000001","shop_id":"7490000000000000001","timestamp":1767229300,"data":{"order_id":"580000000000000001","order_status":"IN_TRANSIT","is_on_hold_order":true,"update_time":1767229299}}',
            "ab405c578db8d3a81341b0e729341b37f3c006d4d203e98a578c477c979130ae",
        ),
        (
            "demoappkey",
            SECRET,
            b'{"type":4,"tts_notification_id":"7600000000000000002","shop_id":"7490000000000000001","timestamp":1767229400,"data":{"sc_type":"SPLIT","role_type":"ROLE_SELLER","package_list":[{"package_id":"1150000000000000001","order_id_list":["580000000000000001"]},{"package_id":"1150000000000000002","order_id_list":["580000000000000001"]}],"update_time":1767229399}}',
            "5d7d0189f01e15cf1d0f5e7f61ad193c3f676e1622e41a9a68b3fbe155e00bc2",
        ),
    ],
    ids=["w1", "w2", "w3"],
)
def test_webhook_signatures(app_key: str, secret: str, body: bytes, expected: str) -> None:
    assert webhook_sign(app_key, secret, body) == expected
