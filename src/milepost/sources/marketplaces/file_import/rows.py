"""The rows of an order file as text, each cell looked at before anybody believes it."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.model.reports import Refusal

REQUIRED = ("order_number", "tracking_number")
OPTIONAL = (
    "carrier",
    "placed_at",
    "email",
    "phone",
    "name",
    "address",
    "postcode",
    "city",
    "region",
    "country",
    "item",
    "sku",
    "quantity",
)
COLUMNS = (*REQUIRED, *OPTIONAL)
ROWS_MAX = 50_000
CELL_LENGTH_MAX = 500
QUANTITY_MAX = 100_000
DELIMITERS = ",;\t"

EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}")
COUNTRY = re.compile(r"[A-Za-z]{2}")
ORDER_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACKING_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{3,58}[A-Za-z0-9]")
DIGITS = re.compile(r"[0-9]")
PHONE_DIGITS_MIN = 7


class BadRowError(ValueError):
    """A row that cannot be used; the text names column and fix, and quotes nothing personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One good row."""

    line: int  # where it ends in the file, counted from 1, as editors count
    cells: dict[str, str]
    placed_at: datetime | None
    quantity: int

    def text(self, column: str) -> str:
        """A cell, or nothing."""
        return self.cells.get(column, "")


def read_rows(body: bytes) -> tuple[list[Row], list[Refusal]]:
    """Good rows, and for each bad one a refusal `line 4, column email: …`; never raises."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        return [], [
            Refusal(reason="unreadable_body", detail=f"line {line} is not UTF-8: save it as CSV UTF-8")
        ]
    table = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    header, refusals = _header(table)
    rows: list[Row] = []
    if header is None:
        return rows, refusals
    while (cells := _next(table, refusals)) is not None:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= ROWS_MAX:
            refusals.append(_refusal(table.line_num, f"more than {ROWS_MAX} rows: split the file"))
            break
        try:
            rows.append(_row(header, cells, table.line_num))
        except BadRowError as error:
            refusals.append(_refusal(table.line_num, str(error)))
    return rows, refusals


def _delimiter(text: str) -> str:
    """The one that the header uses most: spreadsheets of many countries write semicolons."""
    header = text.partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _header(table: Iterator[list[str]]) -> tuple[list[str] | None, list[Refusal]]:
    refusals: list[Refusal] = []
    header = [_name(cell) for cell in _next(table, refusals) or []]
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        detail = f"line 1 has no column {missing[0]}: name it so; known are {', '.join(COLUMNS)}"
        return None, [*refusals, Refusal(reason="missing_column", detail=detail, subject=missing[0])]
    for column in header:
        if column and column not in COLUMNS:
            detail = f"line 1, column {column[:40]}: not one we know, so it was left out"
            refusals.append(Refusal(reason="unknown_column", detail=detail, subject=column[:40]))
    return header, refusals


def _name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _next(table: Iterator[list[str]], refusals: list[Refusal]) -> list[str] | None:
    """The next row's cells, or None at the end; a broken quote ends the reading."""
    try:
        return next(table, None)
    except csv.Error as error:
        refusals.append(_refusal(getattr(table, "line_num", 0), f"{error}: quote texts with commas whole"))
        return None


def _refusal(line: int, detail: str) -> Refusal:
    return Refusal(reason="bad_row", detail=f"line {line}, {detail}", subject=f"line {line}")


def _row(header: list[str], found: list[str], line: int) -> Row:
    """Raises BadRowError."""
    if len(found) > len(header):
        raise BadRowError(
            f"column {len(header) + 1}: there are {len(found)} cells under {len(header)} columns; "
            "put quotes around a text with a comma in it"
        )
    cells = {column: cell.strip() for column, cell in zip(header, found, strict=False) if column in COLUMNS}
    for column, cell in cells.items():
        if len(cell) > CELL_LENGTH_MAX or "\x00" in cell:
            raise BadRowError(f"column {column}: {len(cell)} characters; {CELL_LENGTH_MAX} is the most")
    _check(cells)
    return Row(line=line, cells=cells, placed_at=_placed_at(cells), quantity=_quantity(cells))


def _check(cells: dict[str, str]) -> None:
    number, tracking = cells.get("order_number", ""), cells.get("tracking_number", "")
    if not ORDER_NUMBER.fullmatch(number):
        raise BadRowError(
            _empty_or(
                "order_number", number, "letters, digits, dot, hyphen and underscore only (no #), 64 at most"
            )
        )
    if not TRACKING_NUMBER.fullmatch(tracking):
        raise BadRowError(_empty_or("tracking_number", tracking, "5 to 60 letters and digits"))
    if cells.get("email") and not EMAIL.fullmatch(cells["email"]):
        raise BadRowError("column email: not an e-mail address; write it as name@host")
    if cells.get("phone") and len(DIGITS.findall(cells["phone"])) < PHONE_DIGITS_MIN:
        raise BadRowError(f"column phone: fewer than {PHONE_DIGITS_MIN} digits; write the whole number")
    if cells.get("country") and not COUNTRY.fullmatch(cells["country"]):
        raise BadRowError("column country: write two letters (ISO 3166), e.g. US")


def _empty_or(column: str, cell: str, shape: str) -> str:
    return f"column {column}: {'not usable' if cell else 'empty'}; write {shape}"


def _placed_at(cells: dict[str, str]) -> datetime | None:
    """A date alone is its first moment in UTC: it only says from when on scans can be this order's."""
    text = cells.get("placed_at", "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRowError("column placed_at: write 2026-03-04 or 2026-03-04T18:00:00+01:00") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _quantity(cells: dict[str, str]) -> int:
    text = cells.get("quantity", "") or "1"
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= QUANTITY_MAX:
        raise BadRowError(f"column quantity: write a whole number from 1 to {QUANTITY_MAX}")
    return int(text)
