"""Reads what an aggregator calls the carriers we know (`carriers.csv` of its folder)."""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from milepost.model.reach import Confidence
from milepost.sources.cards import CatalogError

AGGREGATORS = Path(__file__).with_name("aggregators")
COLUMNS = ("theirs", "carrier", "confidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Couriers:
    """Their names and our keys, in both directions. Of several names of theirs the first listed is said."""

    ours: Mapping[str, str]  # their name, casefolded → our key
    theirs: Mapping[str, str]  # our key → their name

    def key_of(self, name: str) -> str:
        """Our key for a carrier as they call it, or nothing."""
        return self.ours.get(name.casefold(), "")

    def name_of(self, key: str | None) -> str:
        """What they call a carrier of ours, or nothing."""
        return self.theirs.get(key or "", "")


def couriers_of(aggregator: str) -> Couriers:
    """The names of one aggregator, by its folder's name. Raises CatalogError."""
    return couriers(AGGREGATORS / aggregator / "carriers.csv")


@cache
def couriers(path: Path) -> Couriers:
    """The table in a carriers.csv. Raises CatalogError naming the line."""
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise CatalogError(f"{path}:1: the columns are {','.join(COLUMNS)}")
        for row in rows:
            name, key = row["theirs"] or "", row["carrier"] or ""
            if not name or not key or name.casefold() in ours:
                raise CatalogError(f"{path}:{rows.line_num}: name one carrier, and each name once")
            if row["confidence"] not in set(Confidence):
                raise CatalogError(f"{path}:{rows.line_num}: `{row['confidence']}` is not a confidence")
            ours[name.casefold()] = key
            theirs.setdefault(key, name)
    return Couriers(ours=ours, theirs=theirs)


def strangers(known: Couriers, carriers: Collection[str]) -> list[str]:
    """Keys in the table that no carrier's folder has."""
    return sorted(set(known.theirs) - set(carriers))
