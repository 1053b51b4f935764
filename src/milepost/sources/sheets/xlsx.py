"""The first sheet of an .xlsx file, read row by row and never unfolded without a bound."""

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

from milepost.sources.sheets.sheet import (
    COLUMNS_MAX,
    DIGITS_KEPT,
    ROWS_MAX,
    Sheet,
    SheetError,
    SheetRow,
    plain,
)

ZIP = b"PK\x03\x04"
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
UNFOLDED_BYTES_MAX = 64_000_000
PARTS_MAX = 500


def is_xlsx(body: bytes) -> bool:
    """Whether it looks like one, or like its ancestors."""
    return body.startswith((ZIP, OLD_OR_LOCKED))


def read_xlsx(body: bytes) -> Sheet:
    """Rows as text: numbers without a tail, dates as ISO 8601. Raises SheetError."""
    if body.startswith(OLD_OR_LOCKED):
        raise SheetError(
            "it is an old .xls or locked with a password: save it as .xlsx without one, or as CSV"
        )
    _check_size(body)
    # Few files need it, and it takes as long to load as all of Milepost.
    import openpyxl  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        try:
            return _rows(book)
        finally:
            book.close()
    except SheetError:
        raise
    except Exception as error:
        raise SheetError(
            f"it is not a whole .xlsx file ({type(error).__name__}): save it again, or as CSV"
        ) from error


def _check_size(body: bytes) -> None:
    """Before anything is unfolded: a part never unfolds to more than its entry says."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            sizes = [part.file_size for part in parts.infolist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise SheetError("it is not a whole .xlsx file: save it again, or as CSV") from error
    if len(sizes) > PARTS_MAX or sum(sizes) > UNFOLDED_BYTES_MAX:
        raise SheetError(
            f"it unfolds to {sum(sizes):,} bytes in {len(sizes):,} parts; {UNFOLDED_BYTES_MAX:,} in "
            f"{PARTS_MAX:,} is the most: split the table, or save it as CSV"
        )


def _rows(book: Any) -> Sheet:
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise SheetError("it has no visible sheet: put the table on one")
    table = visible[0]
    table.reset_dimensions()  # what the file says of its own size is not believed
    sheet = Sheet(header=())
    if len(book.worksheets) > 1:
        sheet.remarks.append(f"Of {len(book.worksheets)} sheets only the first visible one was read.")
    last = ROWS_MAX + 1
    for number, values in enumerate(
        table.iter_rows(values_only=True, max_row=last + 1, max_col=COLUMNS_MAX), 1
    ):
        cells = tuple(_text(value) for value in values)
        if not any(cells):
            continue
        if number > last:
            sheet.broken = f"row {number}: more than {ROWS_MAX:,} rows: split the file"
            break
        if sheet.header:
            sheet.rows.append(SheetRow(number, _trimmed(cells, len(sheet.header))))
        else:
            sheet.header = _trimmed(cells, 0)
    return sheet


def _trimmed(cells: tuple[str, ...], least: int) -> tuple[str, ...]:
    """Without the empty cells at its end, but as wide as the header."""
    end = len(cells)
    while end > least and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value)
    return plain(str(value))


def _number(value: float) -> str:
    """Whole numbers as digits; one too long to have been kept whole looks shortened, as it is."""
    if abs(value) >= DIGITS_KEPT:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else repr(value)
