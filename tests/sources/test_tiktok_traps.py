"""The twenty-five traps of the reference (tiktok-shop.md §12), each sprung once."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import milepost
from milepost.model.reports import Report, ReportKind
from milepost.ports.sources import AccessError, Returned
from milepost.record.orders import merge_contacts
from milepost.sources.marketplaces.tiktok_shop.authorize import read_return
from milepost.sources.marketplaces.tiktok_shop.parse import parse
from milepost.sources.marketplaces.tiktok_shop.signing import sign
from tests.sources.tiktok_server import GRANT, NOW, SECRET, SHOP, envelope, ok, platform

FOLDER = Path(milepost.__file__).parent / "sources/marketplaces/tiktok_shop"
TOKENS = {
    "access_token": "a",
    "access_token_expire_in": 1767830460,
    "refresh_token": "b",
    "refresh_token_expire_in": 4912765591,
}
LINE = {"id": "1", "product_name": "Mug", "sku_id": "201", "display_status": "IN_TRANSIT"}


def parsed(kind, data, subject=("1",)):
    body = json.dumps({"code": 0, "data": data}).encode()
    return parse(
        Report(
            source="tiktok_shop", kind=kind, shop_id="tiktok_shop-1", subject=subject, heard_at=NOW, body=body
        )
    )


def order(**told):
    (facts,) = parsed(ReportKind.ORDER_DETAIL, {"orders": [{"id": "1", "line_items": [LINE], **told}]}).orders
    return facts


async def test_trap_1_the_grant_type_is_authorized_code_not_authorization_code():
    async with platform([ok(TOKENS)]) as server:
        await server.marketplace.exchange("demoappkey", "c")
    assert server.asked[0].query["grant_type"] == "authorized_code"


async def test_trap_2_expire_in_is_the_second_itself_not_a_duration():
    async with platform([ok(TOKENS)]) as server:
        grant = await server.marketplace.exchange("demoappkey", "c")
    assert grant.access_expires_at == datetime(2026, 1, 8, 0, 1, tzinfo=UTC)


async def test_trap_3_the_refresh_expiry_does_not_fit_in_32_bits():
    async with platform([ok(TOKENS)]) as server:
        grant = await server.marketplace.exchange("demoappkey", "c")
    assert grant.refresh_expires_at.year == 2125


@pytest.mark.parametrize("spelled", ["CANCEL", "CANCELLED"])
def test_trap_4_cancel_and_cancelled_are_one_closed_state(spelled):
    facts = order(status=spelled)
    assert (facts.state, facts.closed) == ("CANCELLED", True)


def test_trap_5_one_line_item_is_one_unit():
    facts = order(line_items=[{**LINE, "id": str(number)} for number in range(3)])
    assert [item.quantity for item in facts.items] == [3]


def test_trap_6_the_order_says_shipping_provider_and_the_line_shipping_provider_name():
    by_order = order(tracking_number="T", shipping_provider="USPS", shipping_provider_name="wrong")
    by_line = order(
        line_items=[
            {**LINE, "tracking_number": "T", "shipping_provider_name": "USPS", "shipping_provider": "wrong"}
        ]
    )
    assert [facts.packages[0].provider_name for facts in (by_order, by_line)] == ["USPS", "USPS"]


def test_trap_7_a_split_order_is_split_by_its_own_spelling_of_the_tag():
    told = {"tracking_number": "T", "packages": [{"id": "P1"}]}
    assert order(**told, split_or_combine_tag="SPLIT").packages[0].tracking_number is None
    assert order(**told, split_and_combine_tag="SPLIT").packages[0].tracking_number == "T"
    assert order(**told, split_or_combine_tag="COMBINED").packages[0].tracking_number == "T"


@pytest.mark.parametrize(
    "names", [("package_id", "package_status"), ("id", "status")], ids=["detail", "search"]
)
def test_trap_8_search_and_detail_name_a_package_differently(names):
    told = {names[0]: "P1", names[1]: "FULFILLING", "orders": [{"id": "1"}]}
    (facts,) = parsed(ReportKind.PACKAGE_DETAIL, told).orders
    assert (facts.packages[0].package_id, facts.packages[0].state) == ("P1", "FULFILLING")


def test_trap_9_seconds_everywhere_but_scans_in_milliseconds_and_one_clock_by_magnitude():
    told = {"tracking": [{"update_time_millis": 1767225600123, "action_code": 50101}]}
    (scan,) = parsed(ReportKind.ORDER_TRACKING, told).scans
    assert scan.moment == datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC)
    in_ms, in_s = order(recommended_shipping_time=1767225600000), order(recommended_shipping_time=1767225600)
    assert in_ms.clocks == in_s.clocks


def test_trap_10_the_expiration_time_of_push_7_is_a_text():
    body = b'{"type":7,"data":{"expiration_time":"1769825000"}}'
    report = Report(
        source="tiktok_shop", kind=ReportKind.PUSH, shop_id=None, subject=(), heard_at=NOW, body=body
    )
    assert parse(report).notes == ("authorization_ends 2026-01-31T02:03:20Z",)


async def test_trap_11_ids_are_one_comma_joined_value_of_at_most_fifty():
    async with platform([ok({"orders": []})]) as server:
        await server.marketplace.orders(SHOP, GRANT, [str(number) for number in range(51)])
    targets = [asked.target for asked in server.asked]
    assert [target.count("ids=") for target in targets] == [1, 1]
    assert server.asked[0].query["ids"].count(",") == 49


async def test_trap_12_a_page_token_is_signed_decoded_and_sent_encoded():
    def answer(asked):
        return ok({"next_page_token": "" if "page_token" in asked.query else "aB+c/D=="})

    async with platform(answer) as server:
        _ = [
            report
            async for report in server.marketplace.changed_orders(
                SHOP, GRANT, datetime(2026, 1, 1, tzinfo=UTC), NOW
            )
        ]
    second = server.asked[1]
    assert "page_token=aB%2Bc%2FD%3D%3D" in second.target
    query = second.query
    assert query.pop("sign") == sign(SECRET, second.path, {**query, "page_token": "aB+c/D=="}, second.body)


async def test_trap_13_a_get_has_a_content_type_too():
    async with platform([ok({"tracking": []})]) as server:
        await server.marketplace.tracking(SHOP, GRANT, "1")
    assert (server.asked[0].method, server.asked[0].headers["content-type"]) == ("GET", "application/json")


async def test_trap_14_sort_field_and_order_are_always_sent_since_defaults_differ():
    async with platform([ok({})]) as server:
        _ = [
            report
            async for report in server.marketplace.changed_orders(
                SHOP, GRANT, datetime(2026, 1, 1, tzinfo=UTC), NOW
            )
        ]
    query = server.asked[0].query
    assert (query["sort_field"], query["sort_order"]) == ("update_time", "ASC")
    assert 10 <= int(query["page_size"]) <= 100


async def test_trap_15_the_shops_call_goes_without_a_cipher():
    async with platform([ok({"shops": []})]) as server:
        await server.marketplace.shops(GRANT)
    assert "shop_cipher" not in server.asked[0].query


async def test_trap_16_tracking_without_its_own_scope_is_an_access_error_not_an_outage():
    async with platform([envelope(105005, status=401)]) as server:
        with pytest.raises(AccessError):
            await server.marketplace.tracking(SHOP, GRANT, "1")


def test_trap_17_packages_on_an_order_are_ids_only_so_a_number_is_none_until_told():
    (package,) = order(packages=[{"id": "P1"}]).packages
    assert (package.package_id, package.tracking_number) == ("P1", None)


@pytest.mark.parametrize(
    "misspelled", ["RETURN_OR_REFUND__REQUEST_CANCELLED", "REFUND_OR_RETURN_REQUEST_REJECT"]
)
def test_trap_18_misspelled_words_of_theirs_do_not_stop_us(misspelled):
    body = json.dumps({"type": 12, "data": {"order_id": "1", "return_status": misspelled}}).encode()
    push = Report(
        source="tiktok_shop", kind=ReportKind.PUSH, shop_id=None, subject=(), heard_at=NOW, body=body
    )
    assert parse(push).hints == ("1",)
    told = {
        "package_id": "P1",
        "orders": [{"id": "1"}],
        "ship_exception_reason": "PACKAGE_DAMAGAED",
        "distict": "?",
    }
    assert parsed(ReportKind.PACKAGE_DETAIL, told).orders


def test_trap_19_completed_means_closed_and_says_nothing_of_delivery():
    facts = order(status="COMPLETED", delivery_time=0)
    assert facts.closed
    assert "delivery_time" not in {clock.name for clock in facts.clocks}
    with (FOLDER / "codes.csv").open(encoding="utf-8") as file:
        assert "COMPLETED" not in {row["code"] for row in csv.DictReader(file)}


def test_trap_20_a_later_masked_reading_leaves_the_clear_one_standing():
    clear = order(recipient_address={"name": "Ada Sample", "postal_code": "95000"}).contact
    masked = order(recipient_address={"name": "A** S*****", "postal_code": "950**"}).contact
    assert masked.name is None
    assert merge_contacts(clear, masked) == clear


async def test_trap_21_a_missing_scope_asks_for_a_new_authorization_and_is_not_retried():
    async with platform([envelope(105005)]) as server:
        with pytest.raises(AccessError, match="authorization link again"):
            await server.marketplace.orders(SHOP, GRANT, ["1"])
    assert len(server.asked) == 1


async def test_trap_22_us_and_the_rest_of_the_world_are_different_apps():
    async with platform([ok({})]) as server:
        us = server.marketplace.authorization_link("us", "s")
        row = server.marketplace.authorization_link("row", "s")
    assert ("services.us." in us, "service_id=7000" in us) == (True, True)
    assert ("services.us." in row, "service_id=8000" in row) == (False, True)


async def test_trap_23_the_secret_in_the_token_address_never_reaches_an_error_or_a_log(caplog):
    caplog.set_level("DEBUG")
    async with platform([ok({})]) as server:
        closed = server.marketplace
    with pytest.raises(Exception, match="tiktok_shop") as raised:  # the server is gone: a broken connection
        await closed.refresh(GRANT)
    told = f"{raised.value!r} {raised.value.__cause__!r} {caplog.text}"
    assert SECRET not in told
    assert GRANT.refresh_token not in told
    assert "/api/v2/token" not in told


def test_trap_24_an_install_from_the_app_store_comes_back_without_state():
    assert read_return({"code": "c"}) == Returned(code="c", state=None)


@pytest.mark.parametrize("told", ["true ", True, None])
def test_trap_25_a_truth_value_may_be_a_text_and_none_of_ours_hangs_on_one(told):
    assert order(is_combined_return=told, is_on_hold_order=told, is_cod=told) == order()
