"""What an aggregator says about each situation, and what that means: two tables and a way to write times."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from milepost_sandbox.servers.telling import UNKNOWN, Meaning, Telling, with_unknown
from milepost_sandbox.world.words import FaultsLike, OffsetSource, Parcel, Place, Step

HERE: Final = Path(__file__).parent
PLACELESS: Final = frozenset({"label_created", "label_voided", "address_corrected"})
LOGICAL: Final = frozenset({"label_created"})

Written = tuple[dict[str, Any], datetime, OffsetSource]
"""A row on the wire, the time as it can be read there, and how its offset can be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One thing an aggregator says."""

    step: Step
    word: str
    text: str
    at: datetime
    place: Place | None


Write = Callable[[FaultsLike, Saying], Written]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One row of words.csv for one aggregator: its own word, the sentence, and what the word means."""

    word: str
    text: str
    meaning: Meaning


class Table:
    """One aggregator's words (fills carrier.RowTable)."""

    def __init__(self, source: str, write: Write, code_of: Callable[[str], str], unknown: str) -> None:
        """`code_of` is what of a word tells the meaning; `unknown` a word that nobody knows."""
        self.SOURCE = source
        self._write = write
        self._code_of = code_of
        self._unknown = unknown
        words, meanings = _words(), _meanings()
        self.ROWS: Mapping[str, Said] = {
            situation: Said(
                word=row[source], text=row["text"], meaning=meanings[source, code_of(row[source])]
            )
            for situation, row in words.items()
            if row[source]
        }
        self.UNTELLABLE: Mapping[str, str] = {
            situation: "there is no word for it" for situation, row in words.items() if not row[source]
        }

    def tellings(self, faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
        """The rows about one step: its own, and under `unknown_code` sometimes one nobody can read."""
        said = self.ROWS.get(step.situation)
        if said is None:
            return ()
        place = None if step.situation in PLACELESS else step.place
        own = Saying(step=step, word=said.word, text=said.text, at=step.at, place=place)

        def write(at: datetime) -> Telling:
            return self._telling(faults, replace(own, word=self._unknown, text="Note", at=at), UNKNOWN)

        told = [self._telling(faults, own, said.meaning)]
        return with_unknown(faults, self.SOURCE, step, told, write)

    def _telling(self, faults: FaultsLike, saying: Saying, meaning: Meaning) -> Telling:
        row, read_at, offset_source = self._write(faults, saying)
        return Telling(
            step=saying.step,
            at=read_at,
            code=self._code_of(saying.word),
            description=saying.text,
            meaning=meaning,
            row=row,
            offset_source=offset_source,
        )


@cache
def _words() -> dict[str, dict[str, str]]:
    with (HERE / "words.csv").open(encoding="utf-8", newline="") as file:
        return {row["situation"]: row for row in csv.DictReader(file)}


@cache
def _meanings() -> dict[tuple[str, str], Meaning]:
    with (HERE / "meanings.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["source"], row["word"]): Meaning(
                status=row["status"],
                reason=row["reason"] or None,
                physical=row["status"] not in LOGICAL,
            )
            for row in csv.DictReader(file)
        }
