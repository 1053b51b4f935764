"""The Olist history (Brazilian marketplace, CC BY-NC-SA 4.0): its files out of a folder, never kept here."""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from milepost.forecast.backtest.orders_file import check
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.orders.rows import NOWHERE, End, OrderRow
from milepost.model.errors import OperatorError

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the files tell local times without a zone
COUNTRY = "BR"
DAY_S = 86_400.0
SPREADSHEET = "%m/%d/%Y %H:%M"
PREFIX_DIGITS = 5

NAMES = {
    "orders": ("orders", "olist_orders_dataset"),
    "items": ("order_items_partial", "order_items", "olist_order_items_dataset"),
    "customers": ("customers_partial", "customers", "olist_customers_dataset"),
    "payments": ("order_payments", "olist_order_payments_dataset"),
    "products": ("products", "olist_products_dataset"),
    "sellers": ("sellers", "olist_sellers_dataset"),
    "places": ("geolocation_by_zip", "geolocation", "olist_geolocation_dataset"),
}
ENDINGS = (".csv", ".csv.gz")
WITHOUT = {
    "items": "no sellers, no deadlines for handing over",
    "customers": "no destinations",
    "payments": "nothing known of payments",
    "products": "no weights",
    "sellers": "no origins",
    "places": "no distances",
}

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Folder:
    """All files but the orders, looked up by what joins them."""

    items: Mapping[str, Sequence[Row]]
    payments: Mapping[str, Sequence[Row]]
    customers: Mapping[str, Row]
    products: Mapping[str, Row]
    sellers: Mapping[str, Row]
    places: Mapping[str, tuple[float, float]]


def read(folder: Path, findings: Findings) -> list[OrderRow]:
    """Every order, in the order of the file. Raises OperatorError when the orders' file is not there."""
    if _path(folder, "orders") is None:
        raise OperatorError(f"{folder}: there is no orders.csv; name the folder that has Olist's CSV files")
    for kind, without in WITHOUT.items():
        if _path(folder, kind) is None:
            findings.add(f"{folder} has no {NAMES[kind][0]}.csv: {without}")
    known = Folder(
        items=_grouped(folder, "items", "order_id"),
        payments=_grouped(folder, "payments", "order_id"),
        customers={row["customer_id"]: row for row in _rows(folder, "customers")},
        products={row["product_id"]: row for row in _rows(folder, "products")},
        sellers={row["seller_id"]: row for row in _rows(folder, "sellers")},
        places=_places(folder),
    )
    found = {row["order_id"]: _order(row, known) for row in _rows(folder, "orders")}
    findings.add("an order's times name no zone: taken as local times of one place", len(found))
    return [check(order, findings) for order in found.values()]


def _order(row: Row, known: Folder) -> OrderRow:
    items = known.items.get(row["order_id"], [])
    payments = known.payments.get(row["order_id"], [])
    customer = known.customers.get(row["customer_id"], {})
    seller_id = items[0]["seller_id"] if items else ""
    deadlines = [at for item in items if (at := _days(item["shipping_limit_date"])) is not None]
    words = {"payment": payments[0]["payment_type"]} if payments else {}
    bought = _days(row["order_purchase_timestamp"])
    if bought is None:
        raise OperatorError(f"order {row['order_id']}: order_purchase_timestamp is empty")
    return OrderRow(
        order_id=row["order_id"],
        purchased_at=bought,
        approved_at=_days(row["order_approved_at"]),
        handed_over_at=_days(row["order_delivered_carrier_date"]),
        delivered_at=_days(row["order_delivered_customer_date"]),
        promised_at=_days(row["order_estimated_delivery_date"]),
        hand_over_by=max(deadlines, default=None),
        origin=_end(known.sellers.get(seller_id, {}), "seller", known),
        destination=_end(customer, "customer", known),
        seller=seller_id,
        numbers=_numbers(items, payments, known),
        words=words | _category(items, known),
    )


def _numbers(items: Sequence[Row], payments: Sequence[Row], known: Folder) -> dict[str, float]:
    """What was paid and how, and what is in the parcel."""
    found = {}
    if payments:
        found["paid"] = sum(_number(row["payment_value"]) for row in payments)
        found["installments"] = max(_number(row["payment_installments"]) for row in payments)
    if items:
        found["price"] = sum(_number(row["price"]) for row in items)
        found["freight"] = sum(_number(row["freight_value"]) for row in items)
        found["freight_part"] = found["freight"] / max(found["price"], 1.0)
        found["items"] = float(len(items))
        found["sellers"] = float(len({row["seller_id"] for row in items}))
        products = [known.products[row["product_id"]] for row in items if row["product_id"] in known.products]
        found["weight_kg"] = sum(_number(row["product_weight_g"]) for row in products) / 1000
        found["liters"] = sum(_liters(row) for row in products)
    return found


def _liters(product: Row) -> float:
    sides = ("product_length_cm", "product_height_cm", "product_width_cm")
    length, height, width = (_number(product[side]) for side in sides)
    return length * height * width / 1000


def _category(items: Sequence[Row], known: Folder) -> dict[str, str]:
    product = known.products.get(items[0]["product_id"], {}) if items else {}
    name = product.get("product_category_name", "")
    return {"category": name} if name else {}


def _end(row: Row, whose: str, known: Folder) -> End:
    """Nowhere, unless the prefix has coordinates too."""
    prefix = row.get(f"{whose}_zip_code_prefix", "").zfill(PREFIX_DIGITS)
    place = known.places.get(prefix)
    if place is None:
        return NOWHERE
    north, east = place
    return End(zip=prefix, region=row[f"{whose}_state"], country=COUNTRY, latitude=north, longitude=east)


def _grouped(folder: Path, kind: str, by: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in _rows(folder, kind):
        found.setdefault(row[by], []).append(row)
    return found


def _places(folder: Path) -> dict[str, tuple[float, float]]:
    """The middle of each prefix: the original file has many points for one."""
    sums: dict[str, tuple[float, float, int]] = {}
    for row in _rows(folder, "places"):
        prefix = row["geolocation_zip_code_prefix"].zfill(PREFIX_DIGITS)
        north, east, count = sums.get(prefix, (0.0, 0.0, 0))
        north, east = north + float(row["geolocation_lat"]), east + float(row["geolocation_lng"])
        sums[prefix] = (north, east, count + 1)
    return {prefix: (north / count, east / count) for prefix, (north, east, count) in sums.items()}


def _path(folder: Path, kind: str) -> Path | None:
    tried = (folder / f"{name}{ending}" for name in NAMES[kind] for ending in ENDINGS)
    return next((path for path in tried if path.is_file()), None)


def _rows(folder: Path, kind: str) -> Iterator[Row]:
    path = _path(folder, kind)
    if path is None:
        return
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> float:
    return float(text) if text else 0.0


def _days(text: str) -> float | None:
    """Days since 1970; the items' file has some instants as a spreadsheet wrote them, month first."""
    if not text:
        return None
    spreadsheet = "/" in text
    moment = datetime.strptime(text, SPREADSHEET) if spreadsheet else datetime.fromisoformat(text)  # noqa: DTZ007
    return (moment - EPOCH).total_seconds() / DAY_S
