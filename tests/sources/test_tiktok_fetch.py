"""Reading orders, packages and scans from a server that pages, refuses and withdraws versions."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from milepost.model.reports import ReportKind
from milepost.ports.sources import AccessError, RejectedError, SourceError, TokenExpiredError
from milepost.settings import Settings
from milepost.sources.catalog import marketplaces
from tests.sources.tiktok_server import GRANT, NOW, SHOP, Told, envelope, ok, platform

SINCE, UNTIL = NOW - timedelta(hours=1), NOW
FOREIGN = 21008111


def order(number):
    return {
        "id": number,
        "status": "IN_TRANSIT",
        "line_items": [{"id": "1", "product_name": "Mug"}],
        "packages": [],
    }


def numbers(marketplace, reports):
    return [facts.order_number for report in reports for facts in marketplace.parse(report).orders]


async def search(server, since=SINCE, until=UNTIL):
    return [report async for report in server.marketplace.changed_orders(SHOP, GRANT, since, until)]


def pages(*numbers_and_tokens):
    """A server that gives one page per token; the first has the token ''."""
    tokens = ["", *[token for _, token in numbers_and_tokens]]
    told = {
        token: {"orders": [order(number)], "next_page_token": following, "total_count": 9}
        for token, (number, following) in zip(tokens, numbers_and_tokens, strict=False)
    }
    return lambda asked: ok(told[asked.query.get("page_token", "")])


async def test_a_search_pages_to_the_end_with_a_signed_body():
    async with platform(pages(("1", "aB+c/D=="), ("2", "x"), ("3", ""))) as server:
        reports = await search(server)
    assert numbers(server.marketplace, reports) == ["1", "2", "3"]
    first, second, _ = server.asked
    assert (first.method, first.path) == ("POST", "/order/202309/orders/search")
    assert first.body == b'{"update_time_ge":1767225660,"update_time_lt":1767229260}'
    assert {name: first.query[name] for name in ("page_size", "sort_field", "sort_order", "shop_cipher")} == {
        "page_size": "100", "sort_field": "update_time", "sort_order": "ASC", "shop_cipher": "ROW_demoCipher-01",
    }  # fmt: skip
    assert "page_token" not in first.query
    assert "page_token=aB%2Bc%2FD%3D%3D" in urlsplit(second.target).query
    assert {report.kind for report in reports} == {ReportKind.ORDER_LIST}
    assert {report.shop_id for report in reports} == {SHOP.shop_id}


async def test_a_page_token_that_comes_again_ends_the_search():
    def answer(asked):
        return ok({"orders": [order("1")], "next_page_token": "again"})

    async with platform(answer) as server:
        reports = await search(server)
    assert len(reports) == 2


async def test_a_search_that_never_ends_says_so_instead_of_losing_orders(monkeypatch):
    monkeypatch.setattr("milepost.sources.marketplaces.tiktok_shop.fetch.PAGES_MAX", 3)
    count = iter(range(100))
    async with platform(lambda _: ok({"orders": [], "next_page_token": f"t{next(count)}"})) as server:
        with pytest.raises(SourceError, match="smaller window"):
            await search(server)


@pytest.mark.parametrize(
    "data",
    [{"orders": []}, {"orders": None, "next_page_token": None}, {"total_count": 0}, {}, None],
    ids=["list", "null", "missing", "nothing", "no data"],
)
async def test_nothing_found_has_many_shapes(data):
    async with platform([ok(data)]) as server:
        reports = await search(server)
        parsed = server.marketplace.parse(reports[0])
    assert (len(reports), parsed.orders, parsed.refusals) == (1, (), ())


async def test_an_empty_window_asks_nothing():
    async with platform([ok({})]) as server:
        assert await search(server, since=NOW, until=NOW) == []
    assert not server.asked


async def test_fractions_of_a_second_never_cut_the_window_short():
    async with platform([ok({})]) as server:
        await search(server, SINCE + timedelta(milliseconds=600), UNTIL + timedelta(milliseconds=400))
    assert json.loads(server.asked[0].body) == {"update_time_ge": 1767225660, "update_time_lt": 1767229261}


async def test_a_refused_page_ends_the_search_so_that_the_window_is_read_again():
    def answer(asked):
        if "page_token" in asked.query:
            return envelope(98001004, "page token")
        return ok({"orders": [order("1")], "next_page_token": "old"})

    async with platform(answer) as server:
        with pytest.raises(RejectedError):
            await search(server)


def details(foreign=()):
    """A server that fails a whole batch when one id is not the seller's."""

    def answer(asked):
        ids = asked.query["ids"].split(",")
        if set(ids) & set(foreign):
            return envelope(FOREIGN, "not yours")
        return ok({"orders": [order(number) for number in ids]})

    return answer


async def test_details_are_read_fifty_at_a_time_and_comma_joined():
    wanted = [str(number) for number in range(120)]
    async with platform(details()) as server:
        reports = await server.marketplace.orders(SHOP, GRANT, [*wanted, "7"])
    assert numbers(server.marketplace, reports) == wanted
    assert [len(asked.query["ids"].split(",")) for asked in server.asked] == [50, 50, 20]
    assert [len(report.subject) for report in reports] == [50, 50, 20]
    assert {asked.path for asked in server.asked} == {"/order/202507/orders"}


@pytest.mark.parametrize("foreign", [["0"], ["49"], ["7", "8", "31"], ["99"]])
async def test_one_foreign_number_never_hides_the_others(foreign):
    wanted = [str(number) for number in range(60)]
    asked = [*wanted, *(number for number in foreign if number not in wanted)]
    async with platform(details(foreign)) as server:
        reports = await server.marketplace.orders(SHOP, GRANT, asked)
        refusals = [refusal for report in reports for refusal in server.marketplace.parse(report).refusals]
    assert sorted(numbers(server.marketplace, reports)) == sorted(set(wanted) - set(foreign))
    assert sorted((refusal.reason, refusal.subject) for refusal in refusals) == [
        ("foreign_number", number) for number in sorted(foreign)
    ]
    assert len(server.asked) <= 2 + 12 * len(foreign)


async def test_a_number_silently_left_out_is_named():
    async with platform([ok({"orders": [order("1")]})]) as server:
        reports = await server.marketplace.orders(SHOP, GRANT, ["1", "2"])
        (refusal,) = server.marketplace.parse(reports[0]).refusals
    assert (refusal.reason, refusal.subject) == ("not_in_answer", "2")


@pytest.mark.parametrize(
    "withdrawn",
    [
        envelope(36009014),
        envelope(36009009, status=404),
        envelope(36009004, "invalid version"),
        Told(b"<html>", 404),
    ],
    ids=["version", "path", "umbrella", "html"],
)
async def test_when_the_newer_detail_is_withdrawn_the_older_is_read_and_remembered(withdrawn):
    def answer(asked):
        return withdrawn if "202507" in asked.path else details()(asked)

    async with platform(answer) as server:
        await server.marketplace.orders(SHOP, GRANT, ["1"])
        reports = await server.marketplace.orders(SHOP, GRANT, ["2"])
    assert numbers(server.marketplace, reports) == ["2"]
    assert [asked.path.split("/")[2] for asked in server.asked] == ["202507", "202309", "202309"]


async def test_when_both_versions_are_withdrawn_somebody_is_told():
    async with platform([envelope(36009014)]) as server:
        with pytest.raises(RejectedError):
            await server.marketplace.orders(SHOP, GRANT, ["1"])


async def test_an_expired_token_reaches_the_caller_from_every_call():
    async with platform([envelope(105002)]) as server:
        market = server.marketplace
        for call in (
            lambda: market.orders(SHOP, GRANT, ["1"]),
            lambda: market.packages(SHOP, GRANT, ["1"]),
            lambda: market.tracking(SHOP, GRANT, "1"),
            lambda: market.tracking(SHOP, GRANT, "2", detailed=True),
            lambda: market.shops(GRANT),
            lambda: search(server),
        ):
            with pytest.raises(TokenExpiredError):
                await call()


async def test_packages_are_read_one_by_one_and_a_foreign_one_is_named():
    def answer(asked):
        package_id = asked.path.rpartition("/")[2]
        if package_id == "99":
            return envelope(FOREIGN)
        return ok({"package_id": package_id, "orders": [{"id": "1"}], "tracking_number": f"T{package_id}"})

    async with platform(answer) as server:
        reports = await server.marketplace.packages(SHOP, GRANT, ["11", "99", "12", "11"])
        parsed = [server.marketplace.parse(report) for report in reports]
    assert [asked.path for asked in server.asked] == [
        f"/fulfillment/202309/packages/{n}" for n in ("11", "99", "12")
    ]
    assert [facts.packages[0].tracking_number for one in parsed for facts in one.orders] == ["T11", "T12"]
    assert [refusal.reason for one in parsed for refusal in one.refusals] == ["foreign_number"]


ROWS = {"tracking": [{"description": "Delivered", "update_time_millis": 1767549600000, "action_code": 50101}]}
DETAILS = {"order_id": "1", "logistics_details": [{"track_list": [
    {"description": "Delivered", "tracking_no": "UUS1", "update_time_millis": 1767549600000, "action_code": 50101}]}]}  # fmt: skip


async def test_get_tracking_is_read_per_order():
    async with platform([ok(ROWS)]) as server:
        (report,) = await server.marketplace.tracking(SHOP, GRANT, "1")
        (scan,) = server.marketplace.parse(report).scans
    assert server.asked[0].path == "/fulfillment/202309/orders/1/tracking"
    assert (scan.order_number, scan.tracking_number, scan.code) == ("1", None, "50101")


async def test_logistics_tracking_is_read_where_asked_for_and_tells_the_parcel():
    async with platform([ok(DETAILS)]) as server:
        (report,) = await server.marketplace.tracking(SHOP, GRANT, "1", detailed=True)
        (scan,) = server.marketplace.parse(report).scans
    assert server.asked[0].path == "/logistics/202604/orders/1/tracking"
    assert (scan.order_number, scan.tracking_number) == ("1", "UUS1")


@pytest.mark.parametrize("code", [11007009, 11007010, 36009014, 36009009])
async def test_where_logistics_tracking_is_refused_get_tracking_answers(code):
    def answer(asked):
        return envelope(code) if "/logistics/" in asked.path else ok(ROWS)

    async with platform(answer) as server:
        (report,) = await server.marketplace.tracking(SHOP, GRANT, "1", detailed=True)
    assert [asked.path.split("/")[1] for asked in server.asked] == ["logistics", "fulfillment"]
    assert server.marketplace.parse(report).scans


async def test_logistics_tracking_is_asked_once_in_eight_hours_per_order():
    def answer(asked):
        return ok(DETAILS if "/logistics/" in asked.path else ROWS)

    async with platform(answer) as server:
        for hours in (0, 7, 1):
            server.clock.moment += timedelta(hours=hours)
            await server.marketplace.tracking(SHOP, GRANT, "1", detailed=True)
    assert [asked.path.split("/")[1] for asked in server.asked] == ["logistics", "fulfillment", "logistics"]


async def test_tracking_of_a_foreign_order_is_a_named_refusal():
    async with platform([envelope(FOREIGN)]) as server:
        (report,) = await server.marketplace.tracking(SHOP, GRANT, "99")
    assert [refusal.reason for refusal in server.marketplace.parse(report).refusals] == ["foreign_number"]


async def test_tracking_without_its_scope_says_who_has_to_act():
    async with platform([envelope(105005, status=401)]) as server:
        with pytest.raises(AccessError, match="authorization link"):
            await server.marketplace.tracking(SHOP, GRANT, "1", detailed=True)


async def test_shipping_providers_are_named_by_id():
    told = {
        "shipping_providers": [
            {"id": "71", "name": "USPS"},
            {"id": 72, "name": "J&T Express"},
            {"name": "?"},
            None,
        ]
    }
    async with platform([ok(told)]) as server:
        found = await server.marketplace.shipping_providers(SHOP, GRANT, "7091")
    assert server.asked[0].path == "/logistics/202309/delivery_options/7091/shipping_providers"
    assert found == {"71": "USPS", "72": "J&T Express"}


@pytest.mark.parametrize(
    ("name", "carrier"),
    [("USPS", "usps"), ("usps ", "usps"), ("U.S. Postal Service", "usps"), ("DHL eCommerce", "dhl"), ("FEDEX", "fedex"), ("UPS", "ups"), ("UniUni", None), ("J&T Express", None), ("", None)],
)  # fmt: skip
async def test_a_provider_is_known_by_its_name_however_it_is_spelled(name, carrier):
    async with platform([ok({})]) as server:
        assert server.marketplace.carrier_of(name) == carrier


async def test_the_catalog_finds_and_builds_it():
    async with platform([ok({})]) as server:
        found = marketplaces(Settings(), server.clock)["tiktok_shop"]
    assert found.key == "tiktok_shop"
    assert not found.is_configured
    assert server.marketplace.is_configured
    assert found.codes
