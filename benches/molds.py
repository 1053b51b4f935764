"""Turns rows of a real database into molds, from which rows of other parcels are cast, as many as wanted.

A cast parcel has its own ids, numbers, hashes and dates; everything else is what our own code once wrote.
Each table's rows become one Python expression, because ten million rows are cast of it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

INSTANT_MIN = 10**15  # microseconds since 1970: a whole number larger than this is an instant
HASH, DATE = r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b", r"\b\d{4}-\d\d-\d\d(?=T)"
FRESH_DIGITS = 8
SPREAD = 61_803_399  # shares no factor with 10: counting in its steps meets each eight digits once
DAY_US = 86_400_000_000

Row = tuple[Any, ...]
Cast = Callable[[Sequence[str], int, int, int], list[Row]]
"""Fresh words, microseconds to shift by, the seq before the first row, and before the first order version."""


@dataclass
class Words:
    """Every word of a template that a cast must have its own of: ids, hashes, numbers, dates."""

    ranks: Mapping[str, int]  # order and tracking numbers, counted
    _places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The numbers are words too, longest first, because one may stand in another."""
        own = "|".join([*sorted(map(re.escape, self.ranks), key=len, reverse=True), HASH])
        self._own, self._pattern = re.compile(own), re.compile(f"{own}|{DATE}")

    def text(self, value: str) -> str:
        """The expression of a text in a mold: constant pieces, and words by their place."""
        pieces, end = [], 0
        for found in self._pattern.finditer(value):
            place = self._places.setdefault(found[0], len(self._places))
            pieces += [repr(value[end : found.start()]), f"w[{place}]"]
            end = found.end()
        return " + ".join(piece for piece in [*pieces, repr(value[end:])] if piece != "''") or "''"

    def names_a_parcel(self, row: Row) -> bool:
        """Whether it is about an order or a parcel, and not about a shop or all of them."""
        return any(isinstance(value, str) and self._own.search(value) for value in row)

    def fresh(self, copy: int, days: int) -> list[str]:
        """The words of one cast, in the order of their places, `days` away from the template."""
        return [_fresh(word, self.ranks, copy, days) for word in self._places]


def fresh_number(number: str, ranks: Mapping[str, int], copy: int) -> str:
    """The number that a cast has instead: of the same look, and no other cast has its last eight digits."""
    counted = (copy * len(ranks) + ranks[number]) * SPREAD % 10**FRESH_DIGITS
    digits = iter(f"{counted:0{FRESH_DIGITS}d}"[::-1])
    turned = [next(digits, one) if one.isdigit() else one for one in reversed(number)]
    return "".join(reversed(turned))


def mold(
    columns: Sequence[str],
    rows: Iterable[Row],
    words: Words,
    special: Mapping[str, Callable[[Mapping[str, Any]], str]],
    names: Mapping[str, Any],
) -> Cast:
    """What casts these rows. `special` gives a column's expression for a row, in which `names` may stand."""
    lines = []
    for rank, row in enumerate(rows, start=1):
        facts = dict(zip(columns, row, strict=True))
        cells = [
            special[name](facts) if name in special else _cell(name, value, rank, words)
            for name, value in facts.items()
        ]
        lines.append(f"({', '.join(cells)},)")
    return eval(f"lambda w, t, n, v: [{', '.join(lines)}]", dict(names))  # type: ignore[no-any-return] # noqa: S307 - of our own rows


def _cell(name: str, value: Any, rank: int, words: Words) -> str:
    if name == "seq":
        return f"n + {rank}"
    if isinstance(value, str):
        return words.text(value)
    if isinstance(value, int) and value > INSTANT_MIN:
        return f"{value} + t"
    return repr(value)


def _fresh(word: str, ranks: Mapping[str, int], copy: int, days: int) -> str:
    if word in ranks:
        return fresh_number(word, ranks, copy)
    if "-" in word:
        return (date.fromisoformat(word) + timedelta(days=days)).isoformat()
    return hashlib.sha256(f"{word}{copy}".encode()).hexdigest()[: len(word)]
