"""A table somebody handed in, as rows of text, whatever kind of file it was."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

ROWS_MAX = 50_000
COLUMNS_MAX = 200
CELL_LENGTH_MAX = 500
DIGITS_KEPT = 10**15
"""A spreadsheet keeps 15 digits of a number and makes the others 0."""

_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)  # how people keep a spreadsheet from shortening a number


class SheetError(ValueError):
    """The file as a whole cannot be read as a table; the text says what to do."""


class SheetRow(NamedTuple):
    """One row; `number` is the one a spreadsheet shows beside it (of JSON: counted from 1)."""

    number: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class Sheet:
    """What stood in the file. `broken` names what ended the reading before the file did."""

    header: tuple[str, ...]
    rows: list[SheetRow] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    broken: str = ""


def plain(cell: str) -> str:
    """A cell without what a spreadsheet needs around it; a formula stays the text it is."""
    text = cell.strip()
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        return wrapped[1].strip()
    return text.removeprefix("'") if text[:1] == "'" else text
