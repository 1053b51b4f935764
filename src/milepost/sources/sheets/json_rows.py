"""JSON as a table: a list of flat objects, or an object with one such list in it."""

from typing import Any

from milepost.sources.loose_json import UnreadableError, decode
from milepost.sources.sheets.sheet import COLUMNS_MAX, DIGITS_KEPT, ROWS_MAX, Sheet, SheetError, SheetRow

LISTS = ("orders", "events", "rows", "data", "shipments", "items")


def is_json(body: bytes) -> bool:
    """Whether it looks like JSON."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def read_json(body: bytes) -> Sheet:
    """The header is every name that any object has, in the order they first appear. Raises SheetError."""
    found = _list(_decoded(body))
    header: dict[str, None] = {}
    for item in found:
        if isinstance(item, dict):
            header.update(dict.fromkeys(item))
    if len(header) > COLUMNS_MAX:
        raise SheetError(f"its objects have {len(header):,} different names; {COLUMNS_MAX} is the most")
    sheet = Sheet(header=tuple(header))
    for number, item in enumerate(found, 1):
        if not isinstance(item, dict):
            raise SheetError(f'row {number} is not an object: write {{"tracking_number": …}}')
        sheet.rows.append(SheetRow(number, tuple(_text(item.get(name)) for name in header)))
    return sheet


def _decoded(body: bytes) -> Any:
    try:
        return decode(body.removeprefix(b"\xef\xbb\xbf"))
    except UnreadableError as error:
        raise SheetError(f"it is not JSON: {error}") from error


def _list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = next((value[name] for name in LISTS if isinstance(value.get(name), list)), [value])
    if not isinstance(value, list):
        raise SheetError("it is JSON, but no list of objects")
    if len(value) > ROWS_MAX:
        raise SheetError(f"it has {len(value):,} rows; {ROWS_MAX:,} is the most: split the file")
    return value


def _text(value: Any) -> str:
    """One cell; a list or an object in it is no cell and is said so by what it becomes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < DIGITS_KEPT else repr(value)
    return str(value) if isinstance(value, int) else "{…}"
