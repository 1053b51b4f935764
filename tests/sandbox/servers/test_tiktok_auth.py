"""TikTok Shop's authorization and the gate before its API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.servers.tiktok_shop.platform import TikTokShop
from tests.sandbox.servers.small_world import KEYS, START, Seller, client_of, order, world

SHOPS = "/authorization/202309/shops"
DETAIL = "/order/202507/orders"


def fresh(options: ServerOptions | None = None, **changes):
    the_world = world(orders=[order([])], **changes)
    app = TikTokShop().app(the_world, Faults(7), KEYS, options or ServerOptions())
    return Seller(app, the_world), the_world


async def connected(options: ServerOptions | None = None):
    seller, the_world = fresh(options)
    await seller.connect()
    return seller, the_world


async def test_a_code_gives_tokens_with_absolute_expiries() -> None:
    seller, _ = fresh()
    data = (await seller.connect())["data"]
    assert data["access_token"].startswith("TTP_")
    assert data["access_token_expire_in"] == int((START + timedelta(days=7)).timestamp())
    assert data["refresh_token_expire_in"] == 4912765591
    assert data["granted_scopes"][:2] == ["seller.authorization.info", "seller.order.info"]


async def test_a_code_works_once() -> None:
    seller, _ = await connected()
    with pytest.raises(KeyError):
        await seller.connect()
    again = await seller.ask_for_token("get", {"auth_code": "code-one", "grant_type": "authorized_code"})
    assert again["code"] == 36004004


async def test_a_code_dies_after_thirty_minutes_on_both_clocks(monkeypatch) -> None:
    seller, the_world = fresh()
    authority = seller.app.authority
    the_world.clock.advance(START + timedelta(minutes=31))
    assert isinstance(authority.exchange(grant("code-one")), dict), "the seller's own clock stood still"
    real = authority._real_s
    monkeypatch.setattr(authority, "_real_s", lambda: real() + 1_801)
    assert authority.exchange(grant("code-two")).code == 36004004


def grant(code: str) -> dict[str, str]:
    keys = {"app_key": KEYS.tiktok_app_key, "app_secret": KEYS.tiktok_app_secret}
    return {**keys, "auth_code": code, "grant_type": "authorized_code"}


async def test_the_grant_type_is_spelled_authorized_code() -> None:
    seller, _ = fresh()
    wrong = {"auth_code": "code-one", "grant_type": "authorization_code"}
    assert (await seller.ask_for_token("get", wrong))["code"] == 36009004
    assert (await seller.connect())["code"] == 0, "a refused try does not use the code up"


async def test_a_wrong_secret_gets_no_token() -> None:
    seller, _ = fresh()
    query = {"auth_code": "code-one", "grant_type": "authorized_code", "app_secret": "wrong"}
    assert (await seller.ask_for_token("get", query))["code"] == 36009004


async def test_refresh_tokens_rotate_but_live_until_the_new_pair_is_used() -> None:
    seller, _ = await connected()
    refresh = {"refresh_token": seller.refresh_token, "grant_type": "refresh_token"}
    first = await seller.ask_for_token("refresh", refresh)
    again = await seller.ask_for_token("refresh", refresh)
    assert (first["code"], again["code"]) == (0, 0), "the first answer may have been lost"
    seller.token = again["data"]["access_token"]
    assert (await seller.call("GET", SHOPS, cipher=False)).json()["code"] == 0
    assert (await seller.ask_for_token("refresh", refresh))["code"] == 98001006


async def test_sticky_refresh_tokens_stay() -> None:
    seller, _ = await connected(ServerOptions(rotating_refresh_tokens=False))
    refresh = {"refresh_token": seller.refresh_token, "grant_type": "refresh_token"}
    answer = await seller.ask_for_token("refresh", refresh)
    assert answer["data"]["refresh_token"] == seller.refresh_token
    seller.token = answer["data"]["access_token"]
    assert (await seller.call("GET", SHOPS, cipher=False)).json()["code"] == 0
    assert (await seller.ask_for_token("refresh", refresh))["code"] == 0


async def test_the_consent_page_brings_a_fresh_code_for_each_shop() -> None:
    seller, _ = fresh()
    query = {"service_id": KEYS.tiktok_service_id, "state": "abc"}
    page = (await seller.http.get("/open/authorize", params=query)).text
    assert "state=abc" in page
    code = page.split("<code>code=")[1].split("<")[0]
    answer = await seller.ask_for_token("get", {"auth_code": code, "grant_type": "authorized_code"})
    assert answer["data"]["open_id"] == "open-7490000000000000001"


async def test_the_shops_endpoint_tells_the_cipher_and_takes_none() -> None:
    seller, _ = await connected()
    answer = (await seller.call("GET", SHOPS, cipher=False)).json()
    assert [(one["id"], one["cipher"]) for one in answer["data"]["shops"]] == [
        ("7490000000000000001", "ROW_cipher-1")
    ]
    refused = (await seller.call("GET", SHOPS)).json()
    assert (refused["code"], "identifier" in refused["message"]) == (36009004, True)


async def test_every_answer_has_a_fresh_request_id_that_starts_with_the_date() -> None:
    seller, _ = await connected()
    ids = [(await seller.call("GET", SHOPS, cipher=False)).json()["request_id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert {len(one) for one in ids} == {34}
    assert {one[:8] for one in ids} == {"20260105"}


async def test_the_gate_checks_in_the_documented_order() -> None:
    seller, _ = await connected()
    now = int(START.timestamp())
    ids = {"ids": "580000000000000001"}

    async def code(**more) -> tuple[int, int]:
        answer = await seller.call("GET", DETAIL, ids, **more)
        return answer.status_code, answer.json()["code"]

    assert await code() == (200, 0)
    assert (await code(changed={"app_key": ""}))[1] == 36009004
    assert (await code(changed={"sign": ""}))[1] == 36009004
    assert (await code(changed={"timestamp": str(now - 301)}))[1] == 36009004
    assert (await code(changed={"timestamp": str(now + 31)}))[1] == 36009004
    assert (await code(changed={"timestamp": str(now - 300)}))[1] == 106001, "timely, but signed otherwise"
    assert (await code(changed={"app_key": "other"}))[1] == 36009004
    assert (await code(changed={"ids": "580000000000000002"}))[1] == 106001
    assert (await code(headers={"x-tts-access-token": ""}))[1] == 36009004
    assert (await code(headers={"x-tts-access-token": "unheard-of"}))[1] == 36009004
    assert (await code(headers={"content-type": "text/plain"}))[1] == 36009023
    assert (await code(cipher=False))[1] == 106013
    seller.cipher = "ROW_cipher-2"
    assert (await code())[1] == 101000


async def test_an_upper_case_signature_is_refused() -> None:
    seller, _ = await connected()
    from milepost_sandbox.servers.tiktok_shop.signing import request_sign

    query = {"app_key": KEYS.tiktok_app_key, "timestamp": str(int(START.timestamp()))}
    sign = request_sign(KEYS.tiktok_app_secret, SHOPS, query.items(), b"", "application/json")
    answer = await seller.call("GET", SHOPS, cipher=False, changed={"sign": sign.upper()})
    assert answer.json()["code"] == 106001
    assert (await seller.call("GET", SHOPS, cipher=False, changed={"sign": sign})).json()["code"] == 0


async def test_repeated_ids_are_refused() -> None:
    seller, _ = await connected()
    answer = await client_of(seller.app).get(
        DETAIL + "?app_key=demoappkey&timestamp=1&sign=x&ids=1&ids=2",
        headers={"content-type": "application/json"},
    )
    assert (answer.json()["code"], "repeated" in answer.json()["message"]) == (36009004, True)


async def test_a_token_expires_after_seven_days() -> None:
    seller, the_world = await connected()
    the_world.clock.advance(START + timedelta(days=7))
    answer = await seller.call("GET", SHOPS, cipher=False)
    assert (answer.status_code, answer.json()["code"]) == (401, 105002)
    refresh = {"refresh_token": seller.refresh_token, "grant_type": "refresh_token"}
    seller.token = (await seller.ask_for_token("refresh", refresh))["data"]["access_token"]
    assert (await seller.call("GET", SHOPS, cipher=False)).json()["code"] == 0


async def test_a_missing_scope_is_a_401() -> None:
    seller, _ = await connected(ServerOptions(tiktok_scopes=("seller.order.info",)))
    answer = await seller.call("GET", SHOPS, cipher=False)
    assert (answer.status_code, answer.json()["code"]) == (401, 105005)
    assert (await seller.call("GET", DETAIL, {"ids": "580000000000000001"})).json()["code"] == 0


async def test_wrong_paths_versions_and_methods() -> None:
    seller, _ = await connected()
    assert (await seller.call("GET", "/nowhere")).json()["code"] == 36009009
    assert (await seller.call("GET", "/order/202201/orders")).json()["code"] == 36009014
    assert (await seller.call("GET", "/order/202309/orders/search")).json()["code"] == 36009010


async def test_data_on_errors_is_absent_null_or_empty() -> None:
    seller, _ = await connected()
    shapes = set()
    for _ in range(6):
        answer = (await seller.call("GET", "/nowhere")).json()
        shapes.add(str(answer.get("data", "absent")))
    assert shapes == {"absent", "None", "{}"}
