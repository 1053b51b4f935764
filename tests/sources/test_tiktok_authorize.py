"""How a seller lets us in, and how the tokens stay fresh."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.reports import Refusal
from milepost.ports.sources import AccessError, Returned, SourceBusyError, SourceError
from milepost.settings import TikTokApp, TikTokShop
from milepost.sources.marketplaces.tiktok_shop.authorize import authorization_link, read_return
from tests.sources.tiktok_server import APP, GRANT, NOW, ROW_APP, SECRET, envelope, ok, platform

APPS = TikTokShop(apps=[APP, ROW_APP])
TOKENS = {
    "access_token": "TTP_new",
    "access_token_expire_in": 1767830460,
    "refresh_token": "TTP_newRefresh",
    "refresh_token_expire_in": 4912765591,
    "open_id": "exampleOpenId0001",
    "seller_name": "Example Mugs",
    "seller_base_region": "US",
    "user_type": 0,
    "granted_scopes": ["seller.authorization.info", "seller.order.info"],
}


@pytest.mark.parametrize(
    ("market", "link"),
    [
        ("us", "https://services.us.tiktokshop.com/open/authorize?service_id=7000&state=a%26b"),
        ("row", "https://services.tiktokshop.com/open/authorize?service_id=8000&state=a%26b"),
        ("US ", "https://services.us.tiktokshop.com/open/authorize?service_id=7000&state=a%26b"),
    ],
)
def test_each_market_has_its_own_page_and_app(market, link):
    assert authorization_link(APPS, market, "a&b") == link


@pytest.mark.parametrize("apps", [[], [ROW_APP], [replace(APP, service_id="")], [TikTokApp(market="us")]])
def test_without_an_app_for_the_market_the_setting_to_fill_in_is_named(apps):
    with pytest.raises(AccessError, match=r"\[\[tiktok_shop.apps\]\]"):
        authorization_link(TikTokShop(apps=apps), "us", "s")


@pytest.mark.parametrize(
    "query",
    [
        {"code": "null", "error": "auth_denied"},
        {"error": "access_denied"},
        {"code": "", "state": "s"},
        {"code": "null"},
        {"code": "fine", "error": ""},
        {},
    ],
)
def test_a_seller_who_says_no_is_a_refusal(query):
    assert isinstance(found := read_return(query), Refusal)
    assert found.reason == "authorization_refused"


def test_a_code_is_trimmed_and_strange_parameters_are_ignored():
    query = {"code": " abc\n", "state": "s1", "app_key": "x", "locale": "en", "shop_region": "US"}
    assert read_return(query) == Returned(code="abc", state="s1")


def test_an_install_from_the_app_store_has_no_state():
    assert read_return({"code": "abc"}) == Returned(code="abc", state=None)


async def test_a_code_becomes_a_grant():
    async with platform([ok(TOKENS)]) as server:
        grant = await server.marketplace.exchange("demoappkey", " code-1\n")
    assert server.asked[0].target.startswith("/api/v2/token/get?")
    assert server.asked[0].query == {
        "app_key": "demoappkey",
        "app_secret": SECRET,
        "auth_code": "code-1",
        "grant_type": "authorized_code",
    }
    assert grant.owner == "exampleOpenId0001"
    assert grant.access_expires_at == datetime(2026, 1, 8, 0, 1, tzinfo=UTC)
    assert grant.refresh_expires_at == datetime(2125, 9, 5, 17, 6, 31, tzinfo=UTC)
    assert grant.scopes == ("seller.authorization.info", "seller.order.info")


async def test_older_answers_call_scopes_permissions():
    told = {**TOKENS, "granted_permissions": ["seller.logistics"]}
    del told["granted_scopes"]
    async with platform([ok(told)]) as server:
        grant = await server.marketplace.exchange("demoappkey", "code-1")
    assert grant.scopes == ("seller.logistics",)


async def test_an_answer_without_expiries_makes_us_refresh_early():
    async with platform([ok({"access_token": "a", "refresh_token": "b"})]) as server:
        grant = await server.marketplace.exchange("demoappkey", "code-1")
    assert grant.access_expires_at == NOW + timedelta(days=1)


async def test_a_refresh_brings_both_tokens_and_keeps_the_one_before():
    async with platform([ok(TOKENS)]) as server:
        grant = await server.marketplace.refresh(GRANT)
    assert server.asked[0].path == "/api/v2/token/refresh"
    assert server.asked[0].query["refresh_token"] == "TTP_secretRefresh"
    assert server.asked[0].query["grant_type"] == "refresh_token"
    assert (grant.access_token, grant.refresh_token) == ("TTP_new", "TTP_newRefresh")
    assert grant.previous_refresh_token == "TTP_secretRefresh"


async def test_a_refused_refresh_token_gives_the_one_before_a_single_try():
    held = replace(GRANT, previous_refresh_token="TTP_older")
    async with platform([envelope(98001006), ok(TOKENS)]) as server:
        grant = await server.marketplace.refresh(held)
    assert [asked.query["refresh_token"] for asked in server.asked] == ["TTP_secretRefresh", "TTP_older"]
    assert grant.access_token == "TTP_new"
    async with platform([envelope(98001006)]) as server:
        with pytest.raises(AccessError):
            await server.marketplace.refresh(held)
    assert len(server.asked) == 2


async def test_a_sticky_refresh_token_does_not_become_its_own_predecessor():
    async with platform([ok({**TOKENS, "refresh_token": "TTP_secretRefresh"})]) as server:
        grant = await server.marketplace.refresh(GRANT)
    assert grant.previous_refresh_token == ""


@pytest.mark.parametrize("code", [36004004, 36004001, 36004005, 98001005, 98001006, 98001004, 4242])
async def test_any_refusal_of_the_token_host_means_connect_again(code):
    async with platform([envelope(code)]) as server:
        with pytest.raises(AccessError, match="connect the shop again"):
            await server.marketplace.exchange("demoappkey", "code-1")
    assert len(server.asked) == 1


async def test_an_outage_of_the_token_host_is_no_refusal():
    async with platform([envelope(36009003, status=500)]) as server:
        with pytest.raises(SourceError) as raised:
            await server.marketplace.refresh(GRANT)
    assert not isinstance(raised.value, AccessError)
    async with platform([envelope(36009002, status=429)]) as server:
        with pytest.raises(SourceBusyError):
            await server.marketplace.refresh(GRANT)


async def test_a_code_that_is_the_word_null_is_not_even_sent():
    async with platform([ok(TOKENS)]) as server:
        with pytest.raises(AccessError):
            await server.marketplace.exchange("demoappkey", "null")
    assert not server.asked


async def test_the_authorized_shops_are_read_without_a_cipher():
    told = {
        "shops": [
            {"id": "7490000000000000001", "name": "Example Mugs US", "region": "US", "seller_type": "LOCAL", "cipher": "ROW_demoCipher-01", "code": "USEXAMPLE01"},
            {"id": 7490000000000000002, "name": None, "cipher": "c2"},
            {"name": "no id"},
        ]
    }  # fmt: skip
    async with platform([ok(told)]) as server:
        shops = await server.marketplace.shops(GRANT)
    assert "shop_cipher" not in server.asked[0].query
    assert [(shop.shop_id, shop.cipher) for shop in shops] == [
        ("tiktok_shop-7490000000000000001", "ROW_demoCipher-01"),
        ("tiktok_shop-7490000000000000002", "c2"),
    ]


@pytest.mark.parametrize("answer", [envelope(36004004), envelope(36009003), envelope(36009002, status=429)])
async def test_no_error_of_the_token_host_gives_a_secret_away(answer, caplog):
    async with platform([answer]) as server:
        with pytest.raises(SourceError) as raised:
            await server.marketplace.refresh(GRANT)
    told = f"{raised.value!r} {raised.value} {raised.value.__cause__!r} {caplog.text}"
    for secret in (SECRET, "TTP_secretRefresh", "TTP_secretAccess", "refresh_token="):
        assert secret not in told


def test_a_grant_shows_no_token():
    assert "TTP" not in repr(GRANT)
    assert "TTP" not in str(GRANT)


async def test_a_shop_of_an_app_no_longer_in_the_settings_is_told_so():
    async with platform([ok({})]) as server:
        with pytest.raises(AccessError, match="goneapp"):
            await server.marketplace.refresh(replace(GRANT, app_key="goneapp"))
