"""Reads a table of orders, row by row: a bad row is refused by row, column and fix; the others go in."""

from collections.abc import Iterable

from milepost.model.imports import Layout, Standing, Stated
from milepost.model.orders import Contact, Destination, Item, OrderFacts, PackageFacts
from milepost.model.reports import Report
from milepost.model.scans import Parsed
from milepost.sources.marketplaces.file_import.rows import OrderRow, read_rows

STATE = "imported"
POSTAL_PREFIX = 3  # characters: a region, never a street


def parse(report: Report) -> Parsed:
    """Every order of the file; rows of one order number are one order in several parcels.

    The report's subject is what was stated beside the file (model.imports.Stated).
    """
    rows, refusals, table = read_rows(report.body, Stated.of(report.subject))
    by_order: dict[str, list[OrderRow]] = {}
    for row in rows:
        by_order.setdefault(row.text("order_number"), []).append(row)
    return Parsed(
        orders=tuple(_order(number, mine, report) for number, mine in by_order.items()),
        refusals=tuple(refusals),
        layout=Layout(
            standings=tuple(
                Standing(row.row.where, row.text("order_number"), row.text("tracking_number")) for row in rows
            ),
            columns=table.columns,
            remarks=table.remarks,
        ),
    )


def _order(number: str, rows: list[OrderRow], report: Report) -> OrderFacts:
    return OrderFacts(
        order_number=number,
        shop_id=report.shop_id or report.source,
        marketplace=report.source,
        state=STATE,
        placed_at=next((row.placed_at for row in rows if row.placed_at), None),
        updated_at=None,
        closed=False,
        items=tuple(_items(rows)),
        packages=tuple(_packages(number, rows)),
        contact=Contact(
            name=_first(rows, "name"),
            email=_first(rows, "email"),
            phone=_first(rows, "phone"),
            address=_first(rows, "address"),
            postal_code=_first(rows, "postcode"),
        ),
        destination=Destination(
            country=(_first(rows, "country") or "").upper(),
            region=_first(rows, "region") or "",
            city=_first(rows, "city") or "",
            postal_prefix=(_first(rows, "postcode") or "")[:POSTAL_PREFIX],
        ),
        heard_at=report.heard_at,
    )


def _first(rows: Iterable[OrderRow], column: str) -> str | None:
    """What the first row that says it says; rows of one order need not repeat it."""
    return next((row.text(column) for row in rows if row.text(column)), None)


def _packages(number: str, rows: Iterable[OrderRow]) -> Iterable[PackageFacts]:
    providers = {row.text("tracking_number"): row.text("carrier") for row in rows}
    for tracking_number, provider in providers.items():
        yield PackageFacts(
            package_id=None,
            tracking_number=tracking_number,
            provider_id="",
            provider_name=provider,
            state=STATE,
            order_numbers=(number,),
        )


def _items(rows: Iterable[OrderRow]) -> Iterable[Item]:
    for row in rows:
        if row.text("item"):
            yield Item(
                title=row.text("item"),
                variant="",
                seller_sku=row.text("sku"),
                quantity=row.quantity,
                package_id=None,
                state=STATE,
            )
