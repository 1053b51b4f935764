"""What characters a regular expression takes at each place, for every length it can have."""

import string
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from itertools import product
from math import log2
from re import _constants as word  # type: ignore[attr-defined]
from re import _parser as grammar  # type: ignore[attr-defined]  # it alone reads a regular expression
from typing import Any

from milepost.identify.numbers import NUMBER_LENGTH_MAX

DIGITS = frozenset(string.digits)
LETTERS = frozenset(string.ascii_uppercase)
ANY = DIGITS | LETTERS
MOLDS_MAX = 1_000
"""Ways to write one pattern out, at most; with more of them it is too loose to be of use."""

Item = tuple[object, Any]
"""A piece of a regular expression as Python reads it: its kind, and what belongs to that kind."""

Mold = tuple[frozenset[str], ...]
"""The characters that may stand at each place."""


def molds(regex: str) -> list[Mold]:
    """Every way to write the pattern out, as characters a place. Raises ValueError for too many of them."""
    found = list(_written_out(grammar.parse(regex)))
    if len(found) > MOLDS_MAX:
        raise ValueError(f"{regex}: too loose, with {len(found)} ways to write it")
    return [one for one in found if len(one) <= NUMBER_LENGTH_MAX]


def bits(found: Iterable[Mold]) -> float:
    """How much the loosest mold says beyond "a letter here, a digit there", in bits: 10 digits are 3.3."""
    return min((sum(_bits(place) for place in one) for one in found), default=0.0)


@cache  # there are a few dozen sets of characters, and tens of thousands of places
def _bits(place: frozenset[str]) -> float:
    for kind in (DIGITS, LETTERS):
        if place <= kind:
            return log2(len(kind) / len(place))
    return 0.0


def _written_out(items: Iterable[Item]) -> Iterator[Mold]:
    parts = [list(_molds_of(kind, told)) for kind, told in items]
    if len(parts) == 1:
        yield from parts[0]
        return
    for one in product(*parts):
        yield reduce(tuple.__add__, one, ())


def _molds_of(kind: object, told: Any) -> Iterator[Mold]:
    match kind, told:
        case word.LITERAL, int(code):
            yield (frozenset(chr(code)),)
        case word.IN, list(items):
            yield (frozenset().union(*map(_set, items)),)
        case word.ANY, _:
            yield (ANY,)
        case ((word.ASSERT | word.ASSERT_NOT | word.AT), _):
            yield ()
        case word.SUBPATTERN, (*_, inside):
            yield from _written_out(inside)
        case word.BRANCH, (_, branches):
            for branch in branches:
                yield from _written_out(branch)
        case ((word.MAX_REPEAT | word.MIN_REPEAT | word.POSSESSIVE_REPEAT), (least, most, inside)):
            ones = list(_written_out(inside))
            for times in range(least, min(int(most), NUMBER_LENGTH_MAX) + 1):
                yield from (_times(one, times) for one in ones)
        case _:
            raise ValueError(f"{kind} has no place in the pattern of a number")


def _times(one: Mold, times: int) -> Mold:
    return one * times


def _set(item: Item) -> frozenset[str]:
    match item:
        case word.LITERAL, int(code):
            return frozenset(chr(code))
        case word.RANGE, (int(first), int(last)):
            return frozenset(map(chr, range(first, last + 1)))
        case word.CATEGORY, word.CATEGORY_DIGIT:
            return DIGITS
    raise ValueError(f"{item} has no place in the pattern of a number")
