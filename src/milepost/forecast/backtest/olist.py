"""The Olist history (Brazilian marketplace, CC BY-NC-SA 4.0): its files out of a folder, never kept here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path

from milepost.forecast.backtest.orders_file import check
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped, Moment, moment, rows
from milepost.forecast.orders.rows import NOWHERE, End, OrderRow
from milepost.model.errors import OperatorError

COUNTRY = "BR"
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
COLUMNS = {
    "orders": (
        *("customer_id", "order_approved_at", "order_delivered_carrier_date"),
        *("order_delivered_customer_date", "order_estimated_delivery_date"),
    ),
    "items": ("order_id", "product_id", "seller_id", "shipping_limit_date", "price", "freight_value"),
    "customers": ("customer_id", "customer_zip_code_prefix", "customer_state"),
    "payments": ("order_id", "payment_type", "payment_installments", "payment_value"),
    "products": (
        *("product_id", "product_category_name", "product_weight_g"),
        *("product_length_cm", "product_height_cm", "product_width_cm"),
    ),
    "sellers": ("seller_id", "seller_zip_code_prefix", "seller_state"),
    "places": ("geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng"),
}
"""What is looked at; a file may lack any of it, and a finding says so."""

NEEDED = ("order_id", "order_purchase_timestamp")
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
        items=_grouped(folder, "items", "order_id", findings),
        payments=_grouped(folder, "payments", "order_id", findings),
        customers=_single(folder, "customers", "customer_id", findings),
        products=_single(folder, "products", "product_id", findings),
        sellers=_single(folder, "sellers", "seller_id", findings),
        places=_places(folder, findings),
    )
    found: dict[str, OrderRow] = {}
    for number, row in enumerate(_rows(folder, "orders", findings)):
        if not number and (lacking := [name for name in NEEDED if name not in row]):
            raise OperatorError(f"{_path(folder, 'orders')}: there is no column {lacking[0]}")
        order = _order(row, known, findings)
        if order is None:
            continue
        if order.order_id in found:
            findings.add("an order stands twice: its last row counts")
        found[order.order_id] = order
    return [check(order, findings) for order in found.values()]


def _order(row: Row, known: Folder, findings: Findings) -> OrderRow | None:
    order_id, bought = row["order_id"], _moment(row, "order_purchase_timestamp", findings)
    if not order_id or bought is None:
        findings.add(
            "a row without an order_id or with an order_purchase_timestamp nobody can read: left out"
        )
        return None
    if not bought.has_zone:
        findings.add("an order's times name no zone: taken as local times of one place")
    items = known.items.get(order_id, [])
    payments = known.payments.get(order_id, [])
    customer = known.customers.get(row.get("customer_id", ""), {})
    seller_id = items[0].get("seller_id", "") if items else ""
    deadlines = [at for item in items if (at := _days(item, "shipping_limit_date", findings)) is not None]
    payment = payments[0].get("payment_type", "") if payments else ""
    return OrderRow(
        order_id=order_id,
        purchased_at=bought.at,
        approved_at=_days(row, "order_approved_at", findings),
        handed_over_at=_days(row, "order_delivered_carrier_date", findings),
        delivered_at=_days(row, "order_delivered_customer_date", findings),
        promised_at=_days(row, "order_estimated_delivery_date", findings),
        hand_over_by=max(deadlines, default=None),
        offset=bought.offset,
        origin=_end(known.sellers.get(seller_id, {}), "seller", known),
        destination=_end(customer, "customer", known),
        seller=seller_id,
        numbers=_numbers(items, payments, known),
        words=({"payment": payment} if payment else {}) | _category(items, known),
    )


def _numbers(items: Sequence[Row], payments: Sequence[Row], known: Folder) -> dict[str, float]:
    """What was paid and how, and what is in the parcel; nothing of a column that is not there."""
    found = {}
    if paid := _column(payments, "payment_value"):
        found["paid"] = sum(paid)
    if installments := _column(payments, "payment_installments"):
        found["installments"] = max(installments)
    if not items:
        return found
    if prices := _column(items, "price"):
        found["price"] = sum(prices)
    if freights := _column(items, "freight_value"):
        found["freight"] = sum(freights)
    if prices and freights:
        found["freight_part"] = found["freight"] / max(found["price"], 1.0)
    found["items"] = float(len(items))
    found["sellers"] = float(len({row.get("seller_id", "") for row in items}))
    ids = [row.get("product_id", "") for row in items]
    products = [known.products[one] for one in ids if one in known.products]
    found["weight_kg"] = sum(_column(products, "product_weight_g")) / 1000
    found["liters"] = sum(_liters(row) for row in products)
    return found


def _column(found: Sequence[Row], name: str) -> list[float]:
    return [_number(row[name]) for row in found if name in row]


def _liters(product: Row) -> float:
    sides = ("product_length_cm", "product_height_cm", "product_width_cm")
    length, height, width = (_number(product.get(side, "")) for side in sides)
    return length * height * width / 1000


def _category(items: Sequence[Row], known: Folder) -> dict[str, str]:
    product = known.products.get(items[0].get("product_id", ""), {}) if items else {}
    name = product.get("product_category_name", "")
    return {"category": name} if name else {}


def _end(row: Row, whose: str, known: Folder) -> End:
    """Nowhere, unless the prefix has coordinates too."""
    prefix = row.get(f"{whose}_zip_code_prefix", "").zfill(PREFIX_DIGITS)
    place = known.places.get(prefix)
    if place is None:
        return NOWHERE
    north, east = place
    region = row.get(f"{whose}_state", "")
    return End(zip=prefix, region=region, country=COUNTRY, latitude=north, longitude=east)


def _grouped(folder: Path, kind: str, by: str, findings: Findings) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in _rows(folder, kind, findings):
        if row.get(by):
            found.setdefault(row[by], []).append(row)
    return found


def _single(folder: Path, kind: str, by: str, findings: Findings) -> dict[str, Row]:
    return {row[by]: row for row in _rows(folder, kind, findings) if row.get(by)}


def _places(folder: Path, findings: Findings) -> dict[str, tuple[float, float]]:
    """The middle of each prefix: the original file has many points for one."""
    sums: dict[str, tuple[float, float, int]] = {}
    for row in _rows(folder, "places", findings):
        prefix = row.get("geolocation_zip_code_prefix", "")
        point = _degrees(row, "geolocation_lat", 90), _degrees(row, "geolocation_lng", 180)
        if not prefix or point[0] is None or point[1] is None:
            findings.add("a place without a prefix or with coordinates that are none on earth: left out")
            continue
        north, east, count = sums.get(prefix.zfill(PREFIX_DIGITS), (0.0, 0.0, 0))
        sums[prefix.zfill(PREFIX_DIGITS)] = (north + point[0], east + point[1], count + 1)
    return {prefix: (north / count, east / count) for prefix, (north, east, count) in sums.items()}


def _path(folder: Path, kind: str) -> Path | None:
    tried = (folder / f"{name}{ending}" for name in NAMES[kind] for ending in ENDINGS)
    return next((path for path in tried if path.is_file()), None)


def _rows(folder: Path, kind: str, findings: Findings) -> Iterator[Row]:
    path = _path(folder, kind)
    if path is None:
        return
    for number, row in enumerate(rows(path, Mapped(), findings)):
        if not number:
            for name in COLUMNS[kind]:
                if name not in row:
                    findings.add(f"{path.name} has no column {name}: done without it")
        yield row


def _number(text: str) -> float:
    """Nothing for what is no finite number."""
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if isfinite(found) else 0.0


def _degrees(row: Row, name: str, most: float) -> float | None:
    try:
        found = float(row.get(name, ""))
    except ValueError:
        return None
    return found if abs(found) <= most else None


def _days(row: Row, name: str, findings: Findings) -> float | None:
    told = _moment(row, name, findings)
    return None if told is None else told.at


def _moment(row: Row, name: str, findings: Findings) -> Moment | None:
    """Of local times; the items' file has some instants as a spreadsheet wrote them, month first."""
    text = row.get(name, "")
    if not text:
        return None
    told = moment(text, None)
    if told is None and "/" in text:
        try:
            told = moment(datetime.strptime(text, SPREADSHEET).isoformat(), None)  # noqa: DTZ007
        except ValueError:
            told = None
    if told is None:
        findings.add(f"{name} is no instant: taken as not told")
    return told
