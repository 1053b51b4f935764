"""TikTok Shop's orders, packages, tracking and addresses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.servers.tiktok_shop.platform import TikTokShop
from milepost_sandbox.world.words import SITUATIONS, OrderMoment, PackageMoment
from tests.sandbox.servers.small_world import (
    AUSTIN,
    KEYS,
    MEMPHIS,
    START,
    Seller,
    order,
    parcel,
    step,
    whole_story,
    world,
)

SEARCH = "/order/202309/orders/search"
DETAIL = "/order/202507/orders"
LATER = START + timedelta(days=8)
SEED = 2
"""A seed under which every row fault strikes the parcels below."""
ON_ITS_WAY = (
    step(1, "label_created", MEMPHIS),
    step(5, "picked_up", MEMPHIS),
    step(9, "departed", MEMPHIS),
    step(20, "out_for_delivery", AUSTIN),
)


async def seller_of(*orders, at=LATER, names=("none",), options=None, shop_number=1):
    the_world = world(orders=orders, at=at)
    app = TikTokShop().app(the_world, Faults(SEED, names), KEYS, options or ServerOptions())
    seller = Seller(app, the_world, shop_number)
    await seller.connect()
    return seller


async def pages_of(seller, body: dict, query: dict) -> list[dict]:
    """All pages of an order search."""
    pages, token = [], ""
    for _ in range(20):
        more = {"page_token": token} if token else {}
        pages.append(await seller.data("POST", SEARCH, query | more, json.dumps(body).encode()))
        token = pages[-1]["next_page_token"]
        if not token:
            break
    return pages


def many_orders(count: int):
    moments = [(START + timedelta(minutes=n // 3),) for n in range(count)]
    return [
        order([], number=n + 1, moments=[OrderMoment(at=at, status="AWAITING_SHIPMENT")], created_at=at)
        for n, (at,) in enumerate(moments)
    ]


async def test_search_pages_through_250_orders_each_once() -> None:
    orders = many_orders(250)
    seller = await seller_of(*orders)
    window = {"update_time_ge": int(START.timestamp()), "update_time_lt": int(LATER.timestamp())}
    query = {"page_size": "100", "sort_field": "update_time", "sort_order": "ASC"}
    pages = await pages_of(seller, window, query)
    ids = [one["id"] for page in pages for one in page["orders"]]
    assert [len(page["orders"]) for page in pages] == [100, 100, 50]
    assert {page["total_count"] for page in pages} == {250}
    assert ids == [one.order_id for one in orders]
    down = await pages_of(seller, window, query | {"sort_order": "DESC", "page_size": "99"})
    assert sorted(one["id"] for page in down for one in page["orders"]) == ids
    times = [one["update_time"] for page in down for one in page["orders"]]
    assert times == sorted(times, reverse=True)


async def test_page_tokens_hold_plus_slash_and_equals_and_fit_their_filters_only() -> None:
    seller = await seller_of(*many_orders(5))
    query = {"page_size": "2", "sort_field": "create_time", "sort_order": "ASC"}
    first = await seller.data("POST", SEARCH, query, b"{}")
    token = first["next_page_token"]
    assert {"+", "/", "="} <= set(token)
    other = await seller.call("POST", SEARCH, query | {"page_token": token, "sort_order": "DESC"}, b"{}")
    assert other.json()["code"] == 98001004
    narrower = b'{"order_status":"IN_TRANSIT"}'
    filtered = await seller.call("POST", SEARCH, query | {"page_token": token}, narrower)
    assert filtered.json()["code"] == 98001004
    made_up = await seller.call("POST", SEARCH, query | {"page_token": "aB+c/D=="}, b"{}")
    assert made_up.json()["code"] == 98001004


async def test_a_search_window_is_half_open_and_follows_the_status() -> None:
    first, second, third = many_orders(9)[::3][:3]
    seller = await seller_of(first, second, third)
    begin = int(START.timestamp())
    body = {"update_time_ge": begin, "update_time_lt": begin + 60}
    (page,) = await pages_of(seller, body, {"page_size": "10"})
    assert [one["id"] for one in page["orders"]] == [first.order_id]


async def test_an_order_is_not_found_before_it_is_placed() -> None:
    (one,) = many_orders(1)
    seller = await seller_of(one, at=START - timedelta(seconds=1))
    found = await seller.data("POST", SEARCH, {"page_size": "10"}, b"{}")
    assert (found["total_count"], found.get("orders") or []) == (0, [])
    answer = await seller.call("GET", DETAIL, {"ids": one.order_id})
    assert answer.json()["code"] == 21008111


async def test_empty_searches_come_in_three_shapes() -> None:
    seller = await seller_of()
    shapes = set()
    for n in range(20):
        body = json.dumps({"update_time_ge": n + 1, "update_time_lt": n + 2}).encode()
        data = await seller.data("POST", SEARCH, {"page_size": "10"}, body)
        shapes.add(str(data.get("orders", "missing")))
    assert shapes == {"[]", "None", "missing"}


@pytest.mark.parametrize(
    "query", [{"page_size": "0"}, {"page_size": "101"}, {"page_size": "ten"}, {"sort_field": "price"}]
)
async def test_search_refuses_bad_values(query) -> None:
    seller = await seller_of()
    assert (await seller.call("POST", SEARCH, query, b"{}")).json()["code"] == 98001004
    assert (await seller.call("POST", SEARCH, {"page_size": "1"}, b"{")).json()["code"] == 98001004


async def test_detail_takes_fifty_ids_and_no_foreign_one() -> None:
    orders = many_orders(51)
    strange = order([], number=99, shop_id="7490000000000000002")
    seller = await seller_of(*orders, strange)
    ids = [one.order_id for one in orders]
    found = await seller.data("GET", DETAIL, {"ids": ",".join(ids[:50])})
    assert [one["id"] for one in found["orders"]] == ids[:50]
    assert (await seller.call("GET", DETAIL, {"ids": ",".join(ids)})).json()["code"] == 98001004
    mixed = await seller.call("GET", DETAIL, {"ids": f"{ids[0]},{strange.order_id}"})
    assert mixed.json()["code"] == 21008111
    older = await seller.data("GET", "/order/202309/orders", {"ids": ids[0]})
    assert "order_rights" not in older["orders"][0]


async def test_an_order_shows_its_shipment_once_it_is_arranged() -> None:
    one = parcel("usps", ON_ITS_WAY)
    placed = order([one])
    seller = await seller_of(placed, at=START - timedelta(hours=1))
    (early,) = (await seller.data("GET", DETAIL, {"ids": placed.order_id}))["orders"]
    assert (early["status"], early["tracking_number"], early["packages"]) == ("AWAITING_SHIPMENT", "", [])
    assert "package_id" not in early["line_items"][0], "US shops have no package before the shipment"
    seller.world.clock.advance(START + timedelta(hours=2))
    (late,) = (await seller.data("GET", DETAIL, {"ids": placed.order_id}))["orders"]
    line = late["line_items"][0]
    assert (late["shipping_provider"], late["tracking_number"]) == ("USPS", one.tracking_number)
    assert (line["shipping_provider_name"], line["tracking_number"]) == ("USPS", one.tracking_number)
    assert (line["package_id"], line["package_status"]) == (one.package_id, "PROCESSING")
    assert late["packages"] == [{"id": one.package_id}]
    assert late["rts_time"] == int(one.label_at.timestamp())
    assert late["rts_sla_time"] == int(placed.rts_sla.timestamp())
    assert late["payment"]["total_amount"] == "18.99"
    assert "payment_method_code" in late


async def test_addresses_are_absent_then_clear_then_masked() -> None:
    moments = [
        OrderMoment(at=START, status="UNPAID"),
        OrderMoment(at=START + timedelta(hours=1), status="ON_HOLD"),
        OrderMoment(at=START + timedelta(hours=2), status="AWAITING_SHIPMENT"),
        OrderMoment(at=START + timedelta(hours=3), status="COMPLETED"),
    ]
    placed = order([], moments=moments, created_at=START)
    seller = await seller_of(placed, at=START)

    async def address(after: timedelta):
        seller.world.clock.advance(START + after)
        await_token = await seller.ask_for_token(
            "refresh", {"refresh_token": seller.refresh_token, "grant_type": "refresh_token"}
        )
        seller.token = await_token["data"]["access_token"]
        seller.refresh_token = await_token["data"]["refresh_token"]
        (shown,) = (await seller.data("GET", DETAIL, {"ids": placed.order_id}))["orders"]
        return shown.get("recipient_address")

    assert await address(timedelta(0)) is None
    assert await address(timedelta(hours=1)) is None
    clear = await address(timedelta(hours=2))
    assert (clear["name"], clear["postal_code"], clear["phone_number"]) == (
        "Ada Sample",
        "78701",
        "(+1)5125550199",
    )
    assert [one["address_name"] for one in clear["district_info"]] == ["United States", "Texas", "Austin"]
    assert (await address(timedelta(days=30)))["name"] == "Ada Sample"
    masked = await address(timedelta(days=31))
    assert (masked["name"], masked["postal_code"]) == ("A** S*****", "787**")
    assert "Invented" not in json.dumps(masked)


async def test_platform_shipped_orders_are_masked_unless_masking_is_off() -> None:
    placed = order([], shipping_type="TIKTOK")
    for masking, name in (("documented", "A** S*****"), ("off", "Ada Sample")):
        seller = await seller_of(placed, options=ServerOptions(masking=masking))
        (shown,) = (await seller.data("GET", DETAIL, {"ids": placed.order_id}))["orders"]
        assert shown["recipient_address"]["name"] == name
        assert shown["buyer_email"] == "q7Zp0A@chat.example.invalid"


async def test_unset_times_are_zero_null_or_absent() -> None:
    seller = await seller_of(*many_orders(20))
    data = await seller.data("POST", SEARCH, {"page_size": "100"}, b"{}")
    shapes = {str(one.get("delivery_time", "absent")) for one in data["orders"]}
    assert shapes == {"0", "None", "absent"}


async def test_some_orders_hold_what_no_documentation_lists() -> None:
    seller = await seller_of(*many_orders(60))
    data = await seller.data("POST", SEARCH, {"page_size": "100"}, b"{}")
    strange = [one for one in data["orders"] if one["order_type"] != "NORMAL"]
    assert 1 <= len(strange) <= 20
    assert {one["order_type"] for one in strange} == {"GIFT_2027"}
    assert all("delivery_drone" in one for one in strange)


async def test_some_lists_of_some_lines_are_null() -> None:
    many = [order([parcel("usps", ON_ITS_WAY)], number=n) for n in range(1, 40)]
    data = await (await seller_of(*many)).data("POST", SEARCH, {"page_size": "100"}, b"{}")
    assert {str(one["line_items"][0]["item_tax"]) for one in data["orders"]} == {"[]", "None"}


async def test_package_detail_and_search_name_their_members_differently() -> None:
    one = parcel("usps", [*ON_ITS_WAY, step(30, "delivered")])
    placed = order([one])
    seller = await seller_of(placed)
    detail = await seller.data("GET", f"/fulfillment/202309/packages/{one.package_id}")
    assert (detail["package_id"], detail["package_status"]) == (one.package_id, "COMPLETED")
    assert (detail["package_sub_status"], detail["tracking_number"]) == ("DELIVERED", one.tracking_number)
    assert detail["order_line_item_ids"] == [placed.units[0].line_item_id]
    found = await seller.data("POST", "/fulfillment/202309/packages/search", {"page_size": "50"}, b"{}")
    (row,) = found["packages"]
    assert (row["id"], row["status"], row["tracking_number"]) == (
        one.package_id,
        "COMPLETED",
        one.tracking_number,
    )
    too_many = await seller.call("POST", "/fulfillment/202309/packages/search", {"page_size": "51"}, b"{}")
    assert too_many.json()["code"] == 98001004
    unknown = await seller.call("GET", "/fulfillment/202309/packages/1")
    assert unknown.json()["code"] == 21008111


async def test_a_lost_package_has_an_exception_reason() -> None:
    one = parcel("ups", [*ON_ITS_WAY, step(30, "lost")])
    seller = await seller_of(order([one]))
    detail = await seller.data("GET", f"/fulfillment/202309/packages/{one.package_id}")
    assert (detail["package_sub_status"], detail["ship_exception_reason"]) == (
        "SHIP_EXCEPTION",
        "PACKAGE_LOST",
    )


async def test_a_regrouped_package_is_cancelled_and_the_new_ones_take_its_place() -> None:
    one = parcel("usps", ON_ITS_WAY)
    two = parcel("ups", ON_ITS_WAY, key="p2", package_id="1150000000000000002")
    moments = (
        PackageMoment(at=START - timedelta(hours=2), package_ids=("1150000000000000009",)),
        PackageMoment(at=START, package_ids=(one.package_id, two.package_id), sc_type="SPLIT"),
    )
    seller = await seller_of(order([one, two], package_moments=moments))
    former = await seller.data("GET", "/fulfillment/202309/packages/1150000000000000009")
    assert (former["package_status"], former["tracking_number"]) == ("CANCELLED", "")
    (shown,) = (await seller.data("GET", DETAIL, {"ids": "580000000000000001"}))["orders"]
    assert shown["packages"] == [{"id": one.package_id}, {"id": two.package_id}]
    assert {line["shipping_provider_name"] for line in shown["line_items"]} == {"USPS", "UPS"}
    assert shown["split_or_combine_tag"] == "SPLIT"


async def test_get_tracking_tells_rows_newest_first_as_entailed() -> None:
    for names in (("none",), ("unknown_code",), ("duplicate", "shuffled")):
        one = whole_story("other")
        seller = await seller_of(order([one]), at=START + timedelta(days=30), names=names)
        path = "/fulfillment/202309/orders/580000000000000001/tracking"
        rows = (await seller.data("GET", path))["tracking"]
        read = {
            (str(row.get("action_code", "")), row["description"].strip(), row["update_time_millis"])
            for row in rows
        }
        now = seller.world.now()
        faults = Faults(SEED, names)
        entailed = [e for s in one.steps for e in TikTokShop().entails(seller.world, faults, one, s, now)]
        assert read == {(e.code, e.description, int(e.instant_utc.timestamp() * 1000)) for e in entailed}
        if names == ("none",):
            times = [row["update_time_millis"] for row in rows]
            assert times == sorted(times, reverse=True)
            assert any(row["description"].endswith("\n") for row in rows)
            assert len(rows) == len(set(SITUATIONS) & set(TikTokShop.ROWS))
        if names == ("unknown_code",):
            assert "unknown" in {e.status for e in entailed}
        assert seller.world.served_at("tiktok_shop", one.steps[0].key) == now


async def test_only_middle_rows_of_carriers_with_an_api_may_lack_their_code() -> None:
    steps = [
        step(n, situation)
        for n, situation in enumerate(("picked_up", "arrived", "departed", "delivered") * 99)
    ]
    path = "/fulfillment/202309/orders/580000000000000001/tracking"
    codeless = {}
    for carrier in ("ups", "other"):
        one = parcel(carrier, steps, marketplace_tracked=True)
        seller = await seller_of(order([one]), at=START + timedelta(days=20))
        rows = (await seller.data("GET", path))["tracking"]
        codeless[carrier] = {row["description"].strip() for row in rows if "action_code" not in row}
    assert codeless["other"] == set()
    assert codeless["ups"] == {
        "Reached the sorting centre in Austin, TX",
        "Left the sorting centre in Austin, TX",
    }


async def test_tiktok_says_nothing_of_parcels_it_does_not_track() -> None:
    one = parcel("ups", ON_ITS_WAY)
    seller = await seller_of(order([one]))
    data = await seller.data("GET", "/fulfillment/202309/orders/580000000000000001/tracking")
    assert data == {"tracking": []}
    assert TikTokShop().entails(seller.world, Faults(7), one, one.steps[0], LATER) == ()


async def test_logistics_tracking_is_for_platform_collected_orders_and_once_in_eight_hours() -> None:
    one = parcel("other", ON_ITS_WAY)
    placed = order([one], shipping_type="TIKTOK", region="GB")
    seller = await seller_of(placed, at=START + timedelta(days=2))
    path = "/logistics/202604/orders/580000000000000001/tracking"
    (detail,) = (await seller.data("GET", path))["logistics_details"]
    assert (detail["newest_tracking_no"], detail["carrier_name"]) == (one.tracking_number, "UniUni")
    assert [row["action_code_name"] for row in detail["track_list"]][-1] == "pkg_shipped"
    plain = await seller.data("GET", "/fulfillment/202309/orders/580000000000000001/tracking")
    both = [[row["update_time_millis"] for row in rows] for rows in (detail["track_list"], plain["tracking"])]
    assert both[0] == both[1]
    assert (await seller.call("GET", path)).json()["code"] == 11007010
    seller.world.clock.advance(START + timedelta(days=2, hours=8))
    assert (await seller.call("GET", path)).json()["code"] == 0
    for changes in ({"shipping_type": "SELLER"}, {"region": "US"}):
        other = await seller_of(replace(placed, **changes))
        assert (await other.call("GET", path)).json()["code"] == 11007009


async def test_providers_warehouses_and_delivery_options() -> None:
    seller = await seller_of(order([parcel("ups", ON_ITS_WAY)]))
    path = "/logistics/202309/delivery_options/7091000000000000011/shipping_providers"
    assert (await seller.data("GET", path))["shipping_providers"] == [
        {"id": "7117000000000000021", "name": "UPS"}
    ]
    (warehouse,) = (await seller.data("GET", "/logistics/202309/warehouses"))["warehouses"]
    assert (warehouse["address"]["city"], warehouse["address"]["distict"]) == ("Memphis", "")
    options = await seller.data("GET", f"/logistics/202309/warehouses/{warehouse['id']}/delivery_options")
    assert [one["name"] for one in options["delivery_options"]] == ["Standard Shipping"]
