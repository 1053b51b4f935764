"""Which known shapes a number has, found by its length first: most shapes never need to be tried."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from re import _parser as grammar  # type: ignore[attr-defined]  # it alone knows how long a match can be

from milepost.identify.checks import expected
from milepost.identify.numbers import NUMBER_LENGTH_MAX
from milepost.model.carriers import CarrierCard, NumberPattern

DISTINCTIVE = 0.95
"""Strength from which a shape speaks for itself: a prefix and a check digit."""


@dataclass(frozen=True, slots=True)
class Match:
    """A number has this shape; `wrong` says what is wrong with its check digit, or nothing."""

    pattern: NumberPattern
    wrong: str = ""

    @property
    def is_distinctive(self) -> bool:
        return self.pattern.strength >= DISTINCTIVE


@dataclass(frozen=True, slots=True)
class _Shape:
    carrier: str
    pattern: NumberPattern
    regex: re.Pattern[str]


class ShapeBook:
    """Every shape of every card, by the lengths it can have."""

    def __init__(self, cards: Mapping[str, CarrierCard]) -> None:
        by_length: dict[int, list[_Shape]] = defaultdict(list)
        for key, card in cards.items():
            for pattern in card.patterns:
                shape = _Shape(key, pattern, re.compile(pattern.regex))
                for length in _lengths(pattern.regex):
                    by_length[length].append(shape)
        self._by_length = dict(by_length)

    def matches(self, number: str) -> dict[str, list[Match]]:
        """The shapes this number has, by carrier: right check digits first, then the stronger ones."""
        found: dict[str, list[Match]] = {}
        for shape in self._by_length.get(len(number), ()):
            told = shape.regex.fullmatch(number)
            if told is not None:
                found.setdefault(shape.carrier, []).append(Match(shape.pattern, _wrong(shape.pattern, told)))
        for several in found.values():
            if len(several) > 1:
                several.sort(key=lambda match: (bool(match.wrong), -match.pattern.strength))
        return found


def _lengths(regex: str) -> range:
    shortest, longest = grammar.parse(regex).getwidth()
    return range(shortest, min(longest, NUMBER_LENGTH_MAX) + 1)


def _wrong(pattern: NumberPattern, told: re.Match[str]) -> str:
    if not pattern.check:
        return ""
    right, check = expected(pattern, told["serial"]), told["check"]
    if right == check:
        return ""
    return f"its check digit should be {right}, not {check}: a character was mistyped"
