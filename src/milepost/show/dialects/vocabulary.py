"""What our statuses and reasons are called in another service's words: one reviewed table per dialect."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from milepost.model.errors import OperatorError
from milepost.model.events import TrackingEvent
from milepost.model.statuses import REASONS, Status

COLUMNS = ("status", "reason", "code", "detail")
NOTE = "note"
"""The row for news that says nothing about where the parcel is."""
ANY = "*"
"""A row that gives a reason its word under every status that has none of its own."""
STATUSES = frozenset({*Status, NOTE, ANY})


class DialectError(OperatorError):
    """A dialect's table is not as it should be; the text names the file, the line and the fix."""


class Word(NamedTuple):
    """Their status and the finer word beside it; None where they have none, for we never invent one."""

    code: str | None
    detail: str | None


class Vocabulary:
    """One dialect's table, read."""

    def __init__(self, rows: Mapping[tuple[str, str], Word]) -> None:
        """`rows`: by our status and reason, either of them `""`."""
        self.rows = rows

    def said(self, status: str | None, reason: str | None) -> Word:
        """The row of this very pair; else the status's own, its finer word by the reason if it has none."""
        exact = self.rows.get((status or NOTE, reason or ""))
        if exact is not None:
            return exact
        code, detail = self.rows[(status or NOTE, "")]
        return Word(code, detail or self.rows.get((ANY, reason or ""), Word(None, None)).detail)

    def of(self, event: TrackingEvent) -> Word:
        """What they would say of this scan."""
        return self.said(event.status.value if event.status else None, event.reason)


@cache
def vocabulary(name: str) -> Vocabulary:
    """The table in NAME.csv beside this file. Raises DialectError."""
    return read(Path(__file__).with_name(f"{name}.csv"))


def read(path: Path) -> Vocabulary:
    """A table of this shape. Raises DialectError."""
    rows: dict[tuple[str, str], Word] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DialectError(f"{path}:1: the columns are {','.join(COLUMNS)}")
        for row in reader:
            pair = (row["status"] or "", row["reason"] or "")
            if wrong := _wrong(pair, rows):
                raise DialectError(f"{path}:{reader.line_num}: {wrong}")
            rows[pair] = Word(row["code"] or None, row["detail"] or None)
    if missing := sorted(STATUSES - {ANY} - {status for status, reason in rows if not reason}):
        raise DialectError(f"{path}: `{missing[0]}` has no row without a reason")
    return Vocabulary(rows)


def _wrong(pair: tuple[str, str], rows: Mapping[tuple[str, str], Word]) -> str:
    status, reason = pair
    if status not in STATUSES:
        return f"`{status}` is not a status"
    if reason and reason not in REASONS:
        return f"`{reason}` is not a reason"
    if status == ANY and not reason:
        return f"a row for `{ANY}` needs a reason"
    return "this pair stands there twice" if pair in rows else ""
