"""A file with one row per order, read into rows of milestones, and what was amiss in it, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped, Moment, moment, rows
from milepost.forecast.days import knows
from milepost.forecast.orders.rows import NOWHERE, End, OrderRow
from milepost.model.errors import OperatorError

NEEDED = ("order_id", "purchased_at")
MILESTONES = ("approved_at", "handed_over_at", "delivered_at", "promised_at", "hand_over_by")
WORTH = {
    "handed_over_at": "no forecast at hand-over, and no levels of handling and transit apart",
    "approved_at": "no forecast at approval",
    "promised_at": "the shop's own date is not looked at",
    "seller_id": "no history of sellers",
    "origin_zip": "no lanes",
    "dest_zip": "no lanes",
}
ENDS = ("zip", "region", "country", "lat", "lon", "lng")
OURS = frozenset(
    {
        *NEEDED,
        *MILESTONES,
        *("seller_id", "carrier", "service"),
        *(f"{end}_{what}" for end in ("origin", "dest") for what in ENDS),
    }
)
TAKES_MAX_DAYS = 365.0
PROMISED_BEFORE_DAYS = 1.0
"""A promise may be a date alone: the day of the purchase is no mistake."""


def read(paths: Sequence[Path], mapping: Mapped, findings: Findings) -> list[OrderRow]:
    """All orders of all files. Raises OperatorError for a file without the two columns that are needed."""
    found: dict[str, OrderRow] = {}
    zones: Counter[bool] = Counter()
    for ours in mapping.columns:
        if ours not in OURS and not ours.startswith(("n_", "w_")):
            findings.add(f"--map: {ours} is no column of an orders file: not looked at")
    for path in paths:
        for number, row in enumerate(rows(path, mapping, findings)):
            if not number:
                _look_at_columns(path, row, findings)
            order = _order(row, mapping, findings, zones)
            if order is None:
                continue
            if order.order_id in found:
                findings.add("an order stands twice: its last row counts")
            found[order.order_id] = order
    if zones[True] and zones[False]:
        findings.add("an instant without a zone where others have one: taken as UTC", zones[False])
    _look_at_countries(found.values(), findings)
    return list(found.values())


def check(order: OrderRow, findings: Findings) -> OrderRow:
    """The order without milestones that cannot be: each is taken away alone, named and counted."""
    bought = order.purchased_at
    if order.handed_over_at is not None and order.handed_over_at < bought:
        findings.add("handed over before it was bought: taken as not told")
        order = replace(order, handed_over_at=None)
    if order.approved_at is not None and order.approved_at < bought:
        findings.add("approved before it was bought: taken as not told")
        order = replace(order, approved_at=None)
    if order.promised_at is not None and order.promised_at < bought - PROMISED_BEFORE_DAYS:
        findings.add("promised for a day before it was bought: taken as not told")
        order = replace(order, promised_at=None)
    delivered = order.delivered_at
    if delivered is None:
        return order
    if delivered <= bought:
        findings.add("delivered before it was bought: its delivery is not believed")
        return replace(order, delivered_at=None)
    if order.handed_over_at is not None and delivered < order.handed_over_at:
        findings.add("delivered before it was shipped: its hand-over is not believed")
        order = replace(order, handed_over_at=None)
    if order.approved_at is not None and delivered < order.approved_at:
        findings.add("delivered before it was approved: its approval is not believed")
        order = replace(order, approved_at=None)
    if delivered - bought > TAKES_MAX_DAYS:
        findings.add("more than a year on the way: its delivery is not believed")
        return replace(order, delivered_at=None)
    return order


def _look_at_columns(path: Path, row: Mapping[str, str], findings: Findings) -> None:
    if lacking := [name for name in NEEDED if name not in row]:
        raise OperatorError(
            f"{path}: there is no column {lacking[0]}; name theirs with --map COLUMNS.toml: "
            f'[columns] {lacking[0]} = "…". There are: {", ".join(row)}'
        )
    if "delivered_at" not in row:
        findings.add(f"{path.name} has no column delivered_at: nothing is learned from it or scored")
    for name, without in WORTH.items():
        if name not in row:
            findings.add(f"{path.name} has no column {name}: {without}")


def _look_at_countries(orders: Iterable[OrderRow], findings: Findings) -> None:
    counts = Counter(end.country for order in orders for end in (order.origin, order.destination))
    for country, count in counts.items():
        if country and not knows(country):
            findings.add(f"no holidays are known of {country}: write countries as BR or NL", count)


def _order(
    row: Mapping[str, str], mapping: Mapped, findings: Findings, zones: "Counter[bool]"
) -> OrderRow | None:
    """`zones` counts instants with and without one."""
    order_id, bought = row["order_id"].strip(), moment(row["purchased_at"], mapping.zone)
    if not order_id or bought is None:
        findings.add("a row without an order_id or with a purchased_at nobody can read: left out")
        return None
    if not bought.has_zone:
        findings.add("an order's times name no zone: taken as local times of one place; name it in --map")
    moments: list[Moment] = [bought]
    stones: dict[str, float | None] = {}
    for name in MILESTONES:
        text = row.get(name, "")
        told = moment(text, mapping.zone) if text else None
        if text and told is None:
            findings.add(f"{name} is no instant: taken as not told")
        stones[name] = told.at if told else None
        moments += [told] if told else []
    zones.update(told.has_zone for told in moments)
    return check(
        OrderRow(
            order_id=order_id,
            purchased_at=bought.at,
            **stones,  # type: ignore[arg-type]
            offset=bought.offset,
            origin=_end(row, "origin", mapping, findings),
            destination=_end(row, "dest", mapping, findings),
            seller=row.get("seller_id", ""),
            carrier=row.get("carrier", ""),
            service=row.get("service", ""),
            numbers={
                name[2:]: float(row[name]) for name in row if name.startswith("n_") and _is_number(row[name])
            },
            words={name[2:]: row[name] for name in row if name.startswith("w_") and row[name]},
        ),
        findings,
    )


def _end(row: Mapping[str, str], end: str, mapping: Mapped, findings: Findings) -> End:
    zip_code, region = row.get(f"{end}_zip", "").strip(), row.get(f"{end}_region", "").strip()
    north, east = row.get(f"{end}_lat", ""), row.get(f"{end}_lon", row.get(f"{end}_lng", ""))
    latitude, longitude = (float(text) if _is_number(text) else None for text in (north, east))
    if latitude is not None and (longitude is None or abs(latitude) > 90 or abs(longitude) > 180):
        findings.add(f"{end}_lat and {end}_lon are no place on earth: taken as not told")
        latitude = longitude = None
    if not zip_code and latitude is None:
        return NOWHERE
    country = row.get(f"{end}_country", "").strip().upper() or mapping.country
    return End(zip=zip_code, region=region, country=country, latitude=latitude, longitude=longitude)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False
