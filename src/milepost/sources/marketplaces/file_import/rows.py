"""The rows of an order file, each cell looked at before anybody believes it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.model.imports import Stated
from milepost.model.reports import Refusal
from milepost.sources.sheets.cells import CellError, check_whole, is_date, moment_or_wall_clock
from milepost.sources.sheets.reading import Row, Table, read_table, refusal_at

REQUIRED = ("order_number", "tracking_number")
COLUMNS = {
    "order_number": ("order", "order id", "order no", "confirmation number", "order confirmation number"),
    "tracking_number": ("tracking", "tracking id", "tracking no", "tracking code", "parcel number"),
    "carrier": ("shipping provider name", "shipping provider", "provider", "courier", "shipped with"),
    "placed_at": ("placed", "created time", "order date", "ordered at", "created at"),
    "email": ("e mail", "mail", "buyer email", "customer email"),
    "phone": ("phone number", "telephone", "mobile", "buyer phone"),
    "name": ("recipient", "buyer", "customer", "full name", "recipient name"),
    "address": ("street", "address line 1", "detail address", "shipping address"),
    "postcode": ("postal code", "zip", "zipcode", "zip code", "plz"),
    "city": ("town",),
    "region": ("state", "province", "county"),
    "country": ("country code", "land"),
    "item": ("product name", "product", "title", "article"),
    "sku": ("seller sku", "sku id", "article number"),
    "quantity": ("qty", "pieces", "how many"),
}
QUANTITY_MAX = 100_000

EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}")
COUNTRY = re.compile(r"[A-Za-z]{2}")
ORDER_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACKING_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{3,58}[A-Za-z0-9]")
DIGITS = re.compile(r"[0-9]")
PHONE_DIGITS_MIN = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One good row."""

    row: Row
    placed_at: datetime | None
    quantity: int

    def text(self, column: str) -> str:
        """A cell, or nothing."""
        return self.row.text(column)


def read_rows(body: bytes, stated: Stated) -> tuple[list[OrderRow], list[Refusal], Table]:
    """Good rows, and for each bad one a refusal `row 4, column email: …`; never raises."""
    table = read_table(body, COLUMNS, REQUIRED, stated)
    rows: list[OrderRow] = []
    refusals = list(table.refusals)
    for row in table.rows:
        try:
            rows.append(_row(row, stated))
        except CellError as error:
            refusals.append(refusal_at(row.where, str(error)))
    return rows, refusals, table


def _row(row: Row, stated: Stated) -> OrderRow:
    """Raises CellError."""
    number, tracking = row.text("order_number"), row.text("tracking_number")
    for column, cell in (("order_number", number), ("tracking_number", tracking)):
        try:
            check_whole(cell)
        except CellError as error:
            raise CellError(f"column {column}: {error}") from error
    if not ORDER_NUMBER.fullmatch(number):
        shape = "letters, digits, dot, hyphen and underscore only (no #), 64 at most"
        raise CellError(_empty_or("order_number", number, shape))
    if not TRACKING_NUMBER.fullmatch(tracking):
        raise CellError(_empty_or("tracking_number", tracking, "5 to 60 letters and digits"))
    if row.text("email") and not EMAIL.fullmatch(row.text("email")):
        raise CellError("column email: not an e-mail address; write it as name@host")
    if row.text("phone") and len(DIGITS.findall(row.text("phone"))) < PHONE_DIGITS_MIN:
        raise CellError(f"column phone: fewer than {PHONE_DIGITS_MIN} digits; write the whole number")
    if row.text("country") and not COUNTRY.fullmatch(row.text("country")):
        raise CellError("column country: write two letters (ISO 3166), e.g. US")
    return OrderRow(row=row, placed_at=_placed_at(row.text("placed_at"), stated), quantity=_quantity(row))


def _empty_or(column: str, cell: str, shape: str) -> str:
    return f"column {column}: {'not usable' if cell else 'empty'}; write {shape}"


def _placed_at(text: str, stated: Stated) -> datetime | None:
    """A date alone is its first moment in UTC: it only says from when on scans can be this order's."""
    if not text:
        return None
    try:
        found = moment_or_wall_clock(text, stated)
    except CellError as error:
        raise CellError(f"column placed_at: {error}, or only the date as 2026-03-04") from error
    if isinstance(found, datetime):
        return found.astimezone(UTC)
    if not is_date(text):
        raise CellError("column placed_at: no offset; write 2026-03-04T18:00:00+01:00, or state the zone")
    return datetime.fromisoformat(found).replace(tzinfo=UTC)


def _quantity(row: Row) -> int:
    text = row.text("quantity") or "1"
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= QUANTITY_MAX:
        raise CellError(f"column quantity: write a whole number from 1 to {QUANTITY_MAX}")
    return int(text)
