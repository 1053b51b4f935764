"""What an order and its packages say, and what a mask hides."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import milepost
from milepost.model.orders import Contact, Destination, PackageFacts
from milepost.model.reports import Report, ReportKind
from milepost.record.orders import merge
from milepost.sources.marketplaces.tiktok_shop.clocks import DEADLINES, HAPPENED
from milepost.sources.marketplaces.tiktok_shop.parse import parse

SAMPLES = Path(milepost.__file__).parent / "sources/marketplaces/tiktok_shop/samples"
NOW = datetime(2026, 1, 5, tzinfo=UTC)
LINE = {"id": "1", "product_name": "Mug", "sku_id": "201", "sale_price": "12", "display_status": "IN_TRANSIT"}


def report(body, kind=ReportKind.ORDER_DETAIL, subject=("1",)):
    raw = body if isinstance(body, bytes) else json.dumps({"code": 0, "data": body}).encode()
    return Report(
        source="tiktok_shop", kind=kind, shop_id="tiktok_shop-1", subject=subject, heard_at=NOW, body=raw
    )


def one(order, kind=ReportKind.ORDER_DETAIL):
    (facts,) = parse(
        report({"orders": [{"id": "1", "line_items": [LINE], "packages": [], **order}]}, kind)
    ).orders
    return facts


def split_order():
    body = (SAMPLES / "order_split_delivered.json").read_bytes()
    (facts,) = parse(report(body, subject=("580000000000000001",))).orders
    return facts


def test_alike_units_of_one_package_are_counted_together():
    lines = [{**LINE, "id": str(number), "package_id": "P1"} for number in range(3)]
    lines += [
        {**LINE, "id": "3", "package_id": "P2"},
        {**LINE, "id": "4", "package_id": "P1", "sale_price": "0"},
    ]
    facts = one({"line_items": lines})
    assert [(item.quantity, item.package_id, item.price, item.line_ids) for item in facts.items] == [
        (3, "P1", Decimal(12), ("0", "1", "2")),
        (1, "P2", Decimal(12), ("3",)),
        (1, "P1", Decimal(0), ("4",)),
    ]


def test_a_split_order_has_two_packages_and_three_kinds_of_item():
    facts = split_order()
    assert [
        (p.package_id, p.tracking_number, p.provider_name, p.state, p.order_numbers) for p in facts.packages
    ] == [
        ("1150000000000000001", "9400100000000000000017", "USPS", "COMPLETED", ("580000000000000001",)),
        ("1150000000000000002", "9400100000000000000024", "USPS", "COMPLETED", ("580000000000000001",)),
    ]
    assert [(item.title, item.variant, item.quantity) for item in facts.items] == [
        ("Stoneware mug", "Blue, 300 ml", 1),
        ("Stoneware mug", "Blue, 300 ml", 1),
        ("Coaster set", "Default", 1),
    ]
    assert (facts.total, facts.currency, facts.delivery_option) == (
        Decimal("31.09"),
        "USD",
        "Standard Shipping",
    )


def test_clear_fields_are_read_and_a_town_is_found():
    facts = split_order()
    assert facts.contact == Contact(
        name="Ada Sample",
        email="q7Zp0A@chat.seller.tiktok.com",
        phone="(+1)5550100199",
        address="Suite 4, 12 Invented Way, San Jose, Santa Clara, California, United States 95000",
        postal_code="95000",
    )
    assert facts.destination == Destination(
        country="US", region="California", city="San Jose", postal_prefix="950"
    )


@pytest.mark.parametrize(
    "mask", ["A** S*****", "***", "1*** Invented Way", "950**", "(+1)555-***-0199", "李＊"]
)
def test_a_masked_field_is_none_whatever_the_mask(mask):
    address = {"name": mask, "phone_number": mask, "full_address": mask, "postal_code": mask}
    assert one({"recipient_address": address, "buyer_email": mask}).contact == Contact()


def test_a_masked_name_is_not_put_together_from_its_parts():
    address = {"name": "A** S*****", "first_name": "Ada", "last_name": "S*****"}
    assert one({"recipient_address": address}).contact.name is None


def test_parts_are_put_together_where_the_whole_is_left_out():
    address = {
        "first_name": "Ada",
        "last_name": "",
        "address_line1": "12 Invented Way",
        "address_line2": "Suite 4",
    }
    contact = one({"recipient_address": address}).contact
    assert (contact.name, contact.address) == ("Ada", "12 Invented Way, Suite 4")


def test_half_a_masked_address_is_none():
    address = {"address_line1": "12 Invented Way", "address_line2": "***"}
    assert one({"recipient_address": address}).contact.address is None


def level(number, kind, name, iso=""):
    return {"address_level": f"L{number}", "address_level_name": kind, "address_name": name, "iso_code": iso}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"region_code": "US", "district_info": [level(1, "State", "Texas"), level(2, "County", "Travis"), level(3, "City", "Austin")]}, ("US", "Texas", "Austin")),
        ({"region_code": "US", "district_info": [level(1, "State", "Texas"), level(2, "County", "Travis"), level(3, "City", "A*****")]}, ("US", "Texas", "")),
        ({"region_code": "US", "district_info": [level(1, "State", "Texas"), level(2, "County", "Travis")]}, ("US", "Texas", "")),
        ({"region_code": "GB", "post_town": "LEEDS", "district_info": [level(1, "Country", "England"), level(2, "County", "West Yorkshire")]}, ("GB", "England", "LEEDS")),
        ({"region_code": "ID", "district_info": [level(1, "Province", "Jawa Barat"), level(2, "City", "Bandung"), level(3, "District", "Coblong")]}, ("ID", "Jawa Barat", "Bandung")),
        ({"district_info": [level(0, "Country", "Viet Nam", "VN"), level(1, "Province", "Ha Noi"), level(2, "Quan", "Ba Dinh")]}, ("VN", "Ha Noi", "Ba Dinh")),
        ({}, ("", "", "")),
        ({"district_info": None}, ("", "", "")),
    ],
)  # fmt: skip
def test_a_town_is_read_from_the_levels_and_never_guessed(address, expected):
    found = one({"recipient_address": address}).destination
    assert (found.country, found.region, found.city) == expected


@pytest.mark.parametrize(
    ("postal_code", "prefix"),
    [
        ("95000", "950"),
        ("950**", "950"),
        ("95***", "95"),
        ("*****", ""),
        ("LS1 4AP", "LS1"),
        ("2100", "21"),
        ("101", "1"),
        ("12", ""),
        ("", ""),
        (95000, "950"),
    ],
)
def test_of_a_postcode_only_a_regions_part_is_kept_openly(postal_code, prefix):
    address = {"region_code": "US", "postal_code": postal_code}
    assert one({"recipient_address": address}).destination.postal_prefix == prefix


def test_every_clock_of_the_reference_is_kept_with_what_it_is():
    told = {name: 1767225600 + number for number, name in enumerate((*HAPPENED, *DEADLINES))}
    clocks = {clock.name: clock for clock in one(told).clocks}
    assert set(clocks) == set(told)
    assert {name for name, clock in clocks.items() if clock.is_deadline} == set(DEADLINES)
    assert all(clocks[name].at.timestamp() == at for name, at in told.items())
    assert len(told) == 22


@pytest.mark.parametrize("unset", [0, None, "", "0", -1, False, [], "soon", 1e300, 10**40], ids=str)
def test_a_clock_that_is_not_set_is_not_there(unset):
    assert one(dict.fromkeys((*HAPPENED, *DEADLINES), unset)).clocks == ()


@pytest.mark.parametrize("told", [1767225600, 1767225600000, "1767225600", 1767225600.0])
def test_milliseconds_are_told_by_magnitude(told):
    (clock,) = one({"recommended_shipping_time": told}).clocks
    assert clock.at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("order", "complete"),
    [
        ({}, True),
        ({"packages": None}, False),
        ({"line_items": None}, False),
        ({"line_items": []}, False),
        ({"line_items": [{"id": "1", "sku_id": "2", "display_status": "IN_TRANSIT"}]}, False),
    ],
)
def test_a_thin_row_of_a_list_is_not_complete(order, complete):
    assert one(order, ReportKind.ORDER_LIST).complete is complete


def test_a_detail_with_lines_is_complete_even_where_packages_come_later():
    assert one({"packages": None}).complete


PACKAGE = {
    "package_id": "P1",
    "tracking_number": "T1",
    "shipping_provider_id": "71",
    "shipping_provider_name": "USPS",
}
ORDER = {"tracking_number": "T9", "shipping_provider": "FedEx", "shipping_provider_id": "72"}


def told_packages(order):
    return [(p.package_id, p.tracking_number, p.provider_name) for p in one(order).packages]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param({}, [], id="nothing shipped"),
        pytest.param(ORDER, [(None, "T9", "FedEx")], id="only the order has a number"),
        pytest.param({**ORDER, "packages": [{"id": "P1"}]}, [("P1", "T9", "FedEx")], id="one package, number on the order"),
        pytest.param({**ORDER, "packages": [{"id": "P1"}, {"id": "P2"}]}, [("P1", None, ""), ("P2", None, "")], id="two packages, number on the order: whose?"),
        pytest.param({**ORDER, "packages": [{"id": "P1"}], "split_or_combine_tag": "SPLIT"}, [("P1", None, "")], id="split, number on the order"),
        pytest.param({**ORDER, "line_items": [{**LINE, **PACKAGE}]}, [("P1", "T1", "USPS")], id="lines know better than the order"),
        pytest.param({"line_items": [{**LINE, **PACKAGE}, {**LINE, **PACKAGE, "tracking_number": ""}]}, [("P1", "T1", "USPS")], id="a line of the package lacks the number"),
        pytest.param({"line_items": [{**LINE, **PACKAGE}, {**LINE, **PACKAGE, "tracking_number": "T2"}]}, [("P1", "T1", "USPS"), ("P1", "T2", "USPS")], id="one package, two numbers"),
        pytest.param({"line_items": [{**LINE, **PACKAGE}], "packages": [{"id": "P1"}, {"id": "P2"}]}, [("P1", "T1", "USPS"), ("P2", None, "")], id="a package without lines"),
        pytest.param({"line_items": [{**LINE, "tracking_number": "T1", "shipping_provider_name": "USPS"}]}, [(None, "T1", "USPS")], id="a number without a package id"),
    ],
)  # fmt: skip
def test_packages_are_read_from_the_best_place(order, expected):
    assert told_packages(order) == expected


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ({}, [("1",)]),
        ({"split_or_combine_tag": "COMBINED"}, [()]),
        ({"shipping_type": "TIKTOK"}, [()]),
        ({"shipping_type": "SELLER"}, [("1",)]),
        ({"shipping_type": "TIKTOK", "packages": [{"id": "P1"}, {"id": "P2"}]}, [("1",), ("1",)]),
    ],
)
def test_a_package_whose_own_answer_may_tell_more_names_no_order_yet(order, numbers):
    facts = one({"line_items": [{**LINE, **PACKAGE}], **order})
    assert [package.order_numbers for package in facts.packages] == numbers


def test_reading_the_package_then_adds_the_orders_combined_in_it_and_loses_nothing():
    before = one({"line_items": [{**LINE, **PACKAGE}], "split_or_combine_tag": "COMBINED"})
    body = {**PACKAGE, "orders": [{"id": "1"}, {"id": "2"}]}
    told, _ = parse(report(body, ReportKind.PACKAGE_DETAIL, ("P1",))).orders
    after = merge(before, told)
    assert [(p.tracking_number, p.order_numbers) for p in after.packages] == [("T1", ("1", "2"))]
    assert (after.items, after.state, after.complete) == (before.items, before.state, True)
    again = one({"line_items": [{**LINE, **PACKAGE}], "split_or_combine_tag": "COMBINED"})
    assert merge(after, again).packages == after.packages


def test_a_packages_own_answer_speaks_for_each_of_its_orders():
    body = {**PACKAGE, "package_status": "FULFILLING", "orders": [{"id": "1"}, {"id": "2"}]}
    orders = parse(report(body, ReportKind.PACKAGE_DETAIL, ("P1",))).orders
    expected = PackageFacts(package_id="P1", tracking_number="T1", provider_id="71", provider_name="USPS", state="FULFILLING", order_numbers=("1", "2"))  # fmt: skip
    assert [(facts.order_number, facts.packages, facts.complete) for facts in orders] == [
        ("1", (expected,), False),
        ("2", (expected,), False),
    ]


@pytest.mark.parametrize(
    "body", [{}, {"package_id": "P1"}, {"package_id": "P1", "orders": None}, {"orders": [{"id": "1"}]}]
)
def test_a_package_without_id_or_orders_is_refused_by_name(body):
    parsed = parse(report(body, ReportKind.PACKAGE_DETAIL, ("P1",)))
    assert [refusal.reason for refusal in parsed.refusals] == ["missing_number"]


def test_an_order_twice_in_one_answer_counts_once_with_its_later_change():
    rows = [
        {"id": "1", "status": status, "update_time": at}
        for status, at in (("DELIVERED", 1767225700), ("IN_TRANSIT", 1767225600))
    ]
    (facts,) = parse(report({"orders": rows})).orders
    assert facts.state == "DELIVERED"


def test_a_kind_of_report_that_tiktok_never_sends_is_refused_by_name():
    parsed = parse(report({}, ReportKind.TRACKING))
    assert [refusal.reason for refusal in parsed.refusals] == ["unknown_shape"]
