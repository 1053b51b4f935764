"""CSV as the spreadsheets of every country write it: their delimiters, their encodings, their line ends."""

import codecs
import csv
import io
from collections.abc import Iterator

from milepost.model.imports import Stated
from milepost.sources.sheets.sheet import ROWS_MAX, Sheet, SheetError, SheetRow, plain

DELIMITERS = ",;\t|"
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS = ("utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "shift_jis", "gb18030", "big5", "euc_kr")
"""What can be stated; `utf-8` and `utf-16` are found without."""

FALLBACK = "cp1252"
CONTROL = "\x00"


def read_csv(body: bytes, stated: Stated) -> Sheet:
    """Its rows as text. Raises SheetError."""
    text, remarks = _text(body, stated.encoding)
    text, delimiter = _delimiter(text)
    table = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    sheet = Sheet(header=(), remarks=remarks)
    for number, cells in _records(table, sheet):
        if not any(cell.strip() for cell in cells):
            continue
        if not sheet.header:
            sheet.header = tuple(plain(cell) for cell in cells)
        elif len(sheet.rows) >= ROWS_MAX:
            sheet.broken = f"row {number}: more than {ROWS_MAX:,} rows: split the file"
            break
        else:
            sheet.rows.append(SheetRow(number, tuple(plain(cell) for cell in cells)))
    return sheet


def _text(body: bytes, encoding: str) -> tuple[str, list[str]]:
    """What is stated, else what a byte order mark says, else UTF-8, else Windows-1252 and said so."""
    if encoding:
        if encoding not in ENCODINGS:
            raise SheetError(f"encoding {encoding!r} is none we read; there are {', '.join(ENCODINGS)}")
        return _decoded(body, encoding), []
    for mark, name in BOMS:
        if body.startswith(mark):
            return _decoded(body, name), []
    try:
        return _plain(body.decode("utf-8")), []
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        remark = (
            f"row {row} is not UTF-8, so the file was read as Windows-1252: look at the accents. "
            f"If they are wrong, state its encoding ({', '.join(ENCODINGS)})."
        )
        return _decoded(body, FALLBACK), [remark]


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return _plain(body.decode(encoding))
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        raise SheetError(f"row {row} is not {encoding}: save it as CSV UTF-8") from error


def _plain(text: str) -> str:
    if CONTROL in text:
        raise SheetError("it is not a text: save the table as CSV UTF-8 or as .xlsx")
    return text


def _delimiter(text: str) -> tuple[str, str]:
    """The one the file names (`sep=;`), else the one that its first line uses most."""
    first, _, rest = text.partition("\n")
    if first[:4].casefold() == "sep=" and first[4:5] in DELIMITERS and first[4:5]:
        return "\n" + rest, first[4]  # the line stays, empty, so that rows keep their numbers
    return text, max(DELIMITERS, key=first.count)


def _records(table: Iterator[list[str]], sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Every record with its number; a broken quote ends the reading, for what follows cannot be trusted."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            sheet.broken = f"row {number}: {error}: quote texts with commas whole"
            return
        yield number, cells
