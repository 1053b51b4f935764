"""A file of any of the three kinds as checked rows: one text for each of our columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milepost.model.imports import Stated
from milepost.model.reports import Refusal
from milepost.sources.sheets.cells import CellError
from milepost.sources.sheets.columns import match
from milepost.sources.sheets.csv_text import read_csv
from milepost.sources.sheets.json_rows import is_json, read_json
from milepost.sources.sheets.sheet import CELL_LENGTH_MAX, Sheet, SheetError, SheetRow
from milepost.sources.sheets.xlsx import is_xlsx, read_xlsx

Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row whose cells can be asked for by our names."""

    where: str  # `row 4`
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell, or nothing."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What of a file can be used."""

    rows: tuple[Row, ...]
    columns: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    refusals: tuple[Refusal, ...]

    def has(self, column: str) -> bool:
        """Whether one of its columns is this one of ours."""
        return any(ours == column for _, ours in self.columns)


def read_table(body: bytes, columns: Columns, needed: Sequence[str], stated: Stated) -> Table:
    """Its rows, without those that were refused before; never raises."""
    try:
        sheet = read_sheet(body, stated)
    except SheetError as error:
        refusal = Refusal(reason="unreadable_body", detail=str(error))
        return Table(rows=(), columns=(), remarks=(), refusals=(refusal,))
    matched = match(sheet.header, columns, stated)
    if missing := [name for name in needed if name not in matched.places]:
        detail = (
            f"row 1 has no column {missing[0]}: name it so, or state which one it is; "
            f"known are {', '.join(columns)}"
        )
        refusal = Refusal(reason="missing_column", detail=detail, subject=missing[0])
        return Table(rows=(), columns=matched.shown, remarks=tuple(sheet.remarks), refusals=(refusal,))
    return _checked(sheet, matched.places, matched.shown, frozenset(stated.without))


def read_sheet(body: bytes, stated: Stated) -> Sheet:
    """By what its first bytes are. Raises SheetError."""
    if is_xlsx(body):
        return read_xlsx(body)
    return read_json(body) if is_json(body) else read_csv(body, stated)


def refusal_at(where: str, detail: str, reason: str = "bad_row") -> Refusal:
    """`row 4, column email: …`."""
    return Refusal(reason=reason, detail=f"{where}, {detail}", subject=where)


def _checked(
    sheet: Sheet, places: Mapping[str, int], shown: tuple[tuple[str, str], ...], without: frozenset[str]
) -> Table:
    rows, refusals = [], []
    for row in sheet.rows:
        where = f"row {row.number}"
        if where in without:
            continue
        try:
            rows.append(Row(where, _cells(row, places, len(sheet.header))))
        except CellError as error:
            refusals.append(refusal_at(where, str(error)))
    if sheet.broken:
        where, _, why = sheet.broken.partition(": ")
        refusals.append(refusal_at(where, why))
    return Table(rows=tuple(rows), columns=shown, remarks=tuple(sheet.remarks), refusals=tuple(refusals))


def _cells(row: SheetRow, places: Mapping[str, int], width: int) -> dict[str, str]:
    """Raises CellError."""
    if len(row.cells) > width:
        raise CellError(
            f"column {width + 1}: there are {len(row.cells)} cells under {width} columns; "
            "put quotes around a text with a comma in it"
        )
    cells = {name: row.cells[place] for name, place in places.items() if place < len(row.cells)}
    for name, cell in cells.items():
        if len(cell) > CELL_LENGTH_MAX:
            raise CellError(f"column {name}: {len(cell)} characters; {CELL_LENGTH_MAX} is the most")
    return cells
