"""How long a service takes by its own published guide, in working days (commitments.csv).

The figures are the guides' usual ones, to be checked against a contract; they name services, not carriers.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MARKS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Commitment:
    """Working days from the first scan to the door."""

    words: str  # found in the service's name
    is_abroad: bool
    days_min: int
    days_max: int
    note: str


REMEMBERED = 4_096
_found: dict[tuple[int, str, bool | None], tuple[Sequence[Commitment], Commitment | None]] = {}
"""Answers by table and question: a few hundred services are asked of again and again, and read in 30 µs."""


def read(path: Path | None = None) -> tuple[Commitment, ...]:
    """The table, the longest names first: `ground economy` before `ground`."""
    path = path or Path(__file__).with_name("commitments.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Commitment(
                row["words"], row["way"] == "abroad", int(row["days_min"]), int(row["days_max"]), row["note"]
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda row: (-len(row.words), row.words)))


def commitment_for(service: str, *, is_abroad: bool | None, table: Sequence[Commitment]) -> Commitment | None:
    """The row whose words stand in the service's name, or None. `is_abroad` None: not known yet."""
    key = (id(table), service, is_abroad)
    kept = _found.get(key)
    if kept is None or kept[0] is not table:
        if len(_found) >= REMEMBERED:
            _found.clear()
        kept = _found[key] = (table, _row(service, is_abroad=is_abroad, table=table))
    return kept[1]


def _row(service: str, *, is_abroad: bool | None, table: Sequence[Commitment]) -> Commitment | None:
    name = f" {_MARKS.sub(' ', service.casefold()).strip()} "
    return next(
        (row for row in table if is_abroad in (None, row.is_abroad) and f" {row.words} " in name), None
    )
