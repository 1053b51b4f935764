"""Signatures of TikTok Shop: the public vectors, and what must and must not change them."""

import pytest

from milepost.sources.marketplaces.tiktok_shop.signing import is_signed_by, push_signature, sign

DEMO = "demo_app_secret_0123456789abcdef"
BASE = {"app_key": "demoappkey", "timestamp": "1767229260", "shop_cipher": "ROW_demoCipher-01"}
SEARCH = {
    **BASE,
    "page_size": "50",
    "sort_field": "update_time",
    "sort_order": "ASC",
    "page_token": "aB+c/D==",
}
W1 = b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}'
W2 = b'{"type":1,"tts_notification_id":"7600000000000000001","shop_id":"7490000000000000001","timestamp":1767229300,"data":{"order_id":"580000000000000001","order_status":"IN_TRANSIT","is_on_hold_order":true,"update_time":1767229299}}'
W3 = b'{"type":4,"tts_notification_id":"7600000000000000002","shop_id":"7490000000000000001","timestamp":1767229400,"data":{"sc_type":"SPLIT","role_type":"ROLE_SELLER","package_list":[{"package_id":"1150000000000000001","order_id_list":["580000000000000001"]},{"package_id":"1150000000000000002","order_id_list":["580000000000000001"]}],"update_time":1767229399}}'


@pytest.mark.parametrize(
    ("secret", "path", "query", "body", "expected"),
    [
        pytest.param("e59af819cc", "/authorization/202309/shops", {"app_key": "29a39d", "timestamp": "1623812664"}, b"", "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8", id="V1 official"),
        pytest.param(DEMO, "/order/202309/orders/search", SEARCH, b'{"update_time_ge":1767225600,"update_time_lt":1767229200}', "08740d878ca0aafedc68da995fce7708d2188d90ede417d55c3f46af772cade7", id="V2 body and page token"),
        pytest.param(DEMO, "/order/202507/orders", {**BASE, "ids": "580000000000000001,580000000000000002"}, b"", "f33a1a512f5674aabfd232e9f18648f21bea95038fcb64fe5b68f5b497f0a28a", id="V3 comma-joined ids"),
        pytest.param(DEMO, "/order/202507/orders", {**BASE, "ids": "580000000000000001"}, b"", "27de4c521b89606990140da233bec21ca8f01a8b7b9fdc80845a1539096f2964", id="V4 one id"),
        pytest.param("app_secret", "/test-api", {"foo": "bar"}, b"", "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f", id="EcomPHP"),
    ],
)  # fmt: skip
def test_a_call_is_signed_as_the_public_vectors_say(secret, path, query, body, expected):
    assert sign(secret, path, query, body) == expected


def test_neither_the_signature_nor_the_token_is_signed():
    assert sign(DEMO, "/x", {**BASE, "sign": "old", "access_token": "TTP_x"}) == sign(DEMO, "/x", BASE)


def test_the_order_of_the_parameters_does_not_matter():
    assert sign(DEMO, "/x", dict(reversed(SEARCH.items()))) == sign(DEMO, "/x", SEARCH)


def test_one_byte_of_white_space_in_the_body_makes_another_signature():
    assert sign(DEMO, "/x", BASE, b'{"a":1}') != sign(DEMO, "/x", BASE, b'{"a": 1}')


def test_the_body_of_a_file_upload_is_not_signed():
    assert sign(DEMO, "/x", BASE, b"picture", is_multipart=True) == sign(DEMO, "/x", BASE)


@pytest.mark.parametrize(
    ("app_key", "secret", "body", "expected"),
    [
        pytest.param("abcdef", "123", W1, "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05", id="W1 official"),
        pytest.param("demoappkey", DEMO, W2, "ab405c578db8d3a81341b0e729341b37f3c006d4d203e98a578c477c979130ae", id="W2"),
        pytest.param("demoappkey", DEMO, W3, "5d7d0189f01e15cf1d0f5e7f61ad193c3f676e1622e41a9a68b3fbe155e00bc2", id="W3"),
    ],
)  # fmt: skip
def test_a_push_is_signed_as_the_public_vectors_say(app_key, secret, body, expected):
    assert push_signature(app_key, secret, body) == expected
    assert is_signed_by(app_key, secret, body, expected)


@pytest.mark.parametrize(
    "header",
    ["", "5d7d", "5D7D0189F01E15CF1D0F5E7F61AD193C3F676E1622E41A9A68B3FBE155E00BC2", "Bearer 5d7d0189f01e15cf1d0f5e7f61ad193c3f676e1622e41a9a68b3fbe155e00bc2", "é\udcff"],
    ids=["none", "short", "upper case", "with a scheme", "no text at all"],
)  # fmt: skip
def test_any_other_header_is_refused(header):
    assert not is_signed_by("demoappkey", DEMO, W3, header)


def test_a_push_with_one_changed_byte_is_refused():
    signature = push_signature("demoappkey", DEMO, W3)
    assert not is_signed_by("demoappkey", DEMO, W3.replace(b"SPLIT", b"SPLAT"), signature)
