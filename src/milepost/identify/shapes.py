"""Which known shapes a number has, found by its length and its ends: most shapes never need to be tried."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, groupby
from typing import NamedTuple

from milepost.identify.checks import Formula, formula
from milepost.identify.molds import ANY, DIGITS, Mold, bits, molds
from milepost.model.carriers import CarrierCard, NumberPattern

DISTINCTIVE = 0.95
"""Strength from which a shape speaks for itself: a prefix and a check digit, or a long prefix."""
CHECK_BITS = 3.3
"""What a right check digit says: one in ten is right by chance."""
PINNED_BITS = 5.0
"""From here on the shape tells the carrier even when the check digit is wrong: two characters stand fast."""
ENDS = 2
"""Characters at either end by which a shape is found."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A number has this shape, its check digit right or wrong. There is one object for each."""

    carrier: str
    name: str  # of the carrier
    pattern: NumberPattern
    bits: float  # what the shape says beyond "letters here, digits there", a right check digit included
    is_bare: bool  # digits only
    wrong: bool = False

    @property
    def is_distinctive(self) -> bool:
        return self.pattern.strength >= DISTINCTIVE

    @property
    def is_pinned(self) -> bool:
        return self.bits >= PINNED_BITS


Slip = tuple[str, str]
"""The check digit that should stand there, and the one that does."""


Told = tuple[tuple[Match, ...], dict[Match, Slip]]
"""The shapes a number has, and what is wrong with the check digits of some."""

NOTHING: Told = ((), {})


class _Shape(NamedTuple):
    """A shape of numbers of one length. Its check digit stands at one place, its serial between two."""

    right: Match
    wrong: Match
    fullmatch: Callable[[str], re.Match[str] | None] | None  # None: digits at every place but the two ends
    formula: Formula | None
    serial: slice
    check: slice
    mold: Mold


@dataclass(frozen=True, slots=True, eq=False)
class _Shelf:
    """The shapes of one length: those with a fixed end by their end, the others by their start."""

    by_end: dict[str, list[_Shape]]
    others: list[_Shape]
    by_start: dict[str, list[_Shape]] = field(
        default_factory=dict
    )  # filled as starts of digits and capitals are met: at most 36 × 36


class ShapeBook:
    """Every shape of every card, by length, then by the characters at its ends."""

    def __init__(self, cards: Mapping[str, CarrierCard]) -> None:
        by_length: dict[int, list[_Shape]] = defaultdict(list)
        self.punctuated: list[re.Pattern[str]] = []
        for card in cards.values():
            for pattern in card.patterns:
                shapes, punctuated = _shapes(card.key, card.name, pattern)
                self.punctuated.extend(punctuated)
                for shape in shapes:
                    by_length[len(shape.mold)].append(shape)
        self._shelves = {length: _shelf(shapes) for length, shapes in by_length.items()}

    def matches(self, number: str) -> Told:
        """The shapes this number has, right or with a wrong check digit, in no order."""
        shelf = self._shelves.get(len(number))
        if shelf is None:
            return NOTHING
        shapes = shelf.by_start.get(number[:ENDS])
        if shapes is None:
            shapes = _put_by_start(shelf, number[:ENDS])
        ending = shelf.by_end.get(number[-ENDS:])
        if ending:
            first, second = number[0], number[1]
            fitting = [one for one in ending if first in one.mold[0] and second in one.mold[1]]
            if shapes and not number[-ENDS:].isdigit():  # the others that are not tried end in digits
                shapes = [one for one in shapes if one.fullmatch is not None]
            shapes = fitting + shapes if shapes else fitting
            digits_between = number[ENDS:-ENDS].isdigit()
        elif not shapes:
            return NOTHING
        else:
            digits_between = number[ENDS:].isdigit()
        found = []
        slips: dict[Match, Slip] = {}
        for right, wrong, fullmatch, check_of, serial, check, _ in shapes:
            if not digits_between if fullmatch is None else fullmatch(number) is None:
                continue
            if check_of is None:
                found.append(right)
                continue
            should_be = check_of(number[serial])
            if should_be == number[check]:
                found.append(right)
            else:
                found.append(wrong)
                slips[wrong] = (should_be, number[check])
        return tuple(found), slips

    def is_punctuated(self, number: str) -> bool:
        """Whether it is a number whose dots or dashes belong to it."""
        return any(regex.fullmatch(number) for regex in self.punctuated)


def _put_by_start(shelf: _Shelf, start: str) -> list[_Shape]:
    first, second = start[0], start[-1]
    found = [shape for shape in shelf.others if first in shape.mold[0] and second in shape.mold[1]]
    if ANY.issuperset(start):  # rubbish is looked at and forgotten
        shelf.by_start[start] = found
    return found


@cache  # a pattern stays what it is, and writing it out takes a while
def _shapes(
    carrier: str, name: str, pattern: NumberPattern
) -> tuple[tuple[_Shape, ...], tuple[re.Pattern[str], ...]]:
    """One for each length the pattern can have; and what finds it where marks belong to it."""
    found = molds(pattern.regex)
    places = frozenset(chain.from_iterable(found))
    right = Match(
        carrier,
        name,
        pattern,
        bits(found) + (CHECK_BITS if pattern.check else 0.0),
        all(place <= DIGITS for place in places),
    )
    wrong = replace(right, bits=right.bits - CHECK_BITS, wrong=True)
    marked = () if all(place <= ANY for place in places) else (_alone(pattern.regex),)
    by_length = sorted(found, key=len)
    shapes = (_shape(right, wrong, list(same)) for _, same in groupby(by_length, len))
    return tuple(shapes), marked


def _alone(regex: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Z]){regex}(?![0-9A-Z])")


def _shape(right: Match, wrong: Match, same: list[Mold]) -> _Shape:
    """`same`: every mold of one length."""
    pattern, regex = right.pattern, re.compile(right.pattern.regex)
    mold = _merged(same)
    told = _sample(regex, same[0]) if pattern.check else None
    plain = len(same) == 1 and "(?=" not in pattern.regex and "(?!" not in pattern.regex
    return _Shape(
        right,
        wrong,
        None if plain and _is_digits_between(mold) else regex.fullmatch,
        formula(pattern) if pattern.check else None,
        slice(*told.span("serial")) if told else slice(0),
        slice(*told.span("check")) if told else slice(0),
        mold,
    )


def _sample(regex: re.Pattern[str], mold: Mold) -> re.Match[str]:
    """Any number of this shape, to see where serial and check digit stand. Raises ValueError for none."""
    for choose in (min, max):
        if told := regex.fullmatch("".join(choose(place) for place in mold)):
            return told
    raise ValueError(f"{regex.pattern}: write its digits without looking ahead")


def _is_digits_between(mold: Mold) -> bool:
    """Whether the ends, by which a shape is found, and digits between them are all there is to it."""
    return all(place == DIGITS for place in mold[ENDS:-ENDS]) and (
        _ends_fast(mold) or all(place == DIGITS for place in mold[-ENDS:])
    )


def _merged(same_length: list[Mold]) -> Mold:
    return tuple(frozenset().union(*places) for places in zip(*same_length, strict=True))


def _shelf(shapes: list[_Shape]) -> _Shelf:
    by_end: dict[str, list[_Shape]] = defaultdict(list)
    for shape in shapes:
        if _ends_fast(shape.mold):
            by_end["".join(character for place in shape.mold[-ENDS:] for character in place)].append(shape)
    return _Shelf(dict(by_end), [shape for shape in shapes if not _ends_fast(shape.mold)])


def _ends_fast(mold: Mold) -> bool:
    return all(len(place) == 1 for place in mold[-ENDS:])
