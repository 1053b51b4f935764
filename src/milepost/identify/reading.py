"""Which piece of a pasted text is the tracking number: the one whose shape says the most."""

from typing import NamedTuple

from milepost.identify.numbers import DIGITS_MIN, Reading, digits_in, plain, readings, without_routing
from milepost.identify.shapes import NOTHING, Match, ShapeBook, Told

JOIN_BITS = 0.25  # what a blank or a dash taken out costs …
JOINS_BITS_MAX = 1.5  # … and all of them together
TORN_BITS = 4.0  # a side on which digits go on that are left out
BESIDE_BITS = 1.0  # … or letters
WORD_BITS = 1.5  # letters taken in at an end, that may be the next word
LABEL_BITS = 3.0
LOOSE_BITS = -4.0  # a shape that says nothing is still better than none
WRONG_BITS = 2.0  # a check digit that is wrong
DIGIT_BITS = 0.02  # between equals, the longer
ROUTED_BITS = 10.0  # 420 and a ZIP code before it
SURE_BITS = 9.0  # two letters that stand fast
READ_AS = str.maketrans("OI", "01")
"""Letters that are read for digits, or written for them."""


class Found(NamedTuple):
    """The number in a text, the shapes it has, and where it stood."""

    number: str
    told: Told
    zip_code: str | None = None
    host: str = ""
    corrected: bool = False

    @property
    def matches(self) -> tuple[Match, ...]:
        return self.told[0]


def found_in(text: str, book: ShapeBook) -> Found:
    """The piece whose shape says the most; without any shape the piece with the most digits."""
    ones = readings(text)
    best, most = None, LOOSE_BITS
    for one in ones:
        found = _found(one, book)
        if found.matches and (said := _bits(found) + _manner(one)) > (max(most, 0) if one.torn else most):
            best, most = found, said
    if most < SURE_BITS and (written := _as_written(text, book)):
        return written
    return best or _without_shape(ones, book)


def _found(one: Reading, book: ShapeBook) -> Found:
    routed = without_routing(one.number)
    told = book.matches(routed.number)
    if all(match.wrong for match in told[0]):
        read = routed.number.translate(READ_AS)
        if read != routed.number:
            right = [match for match in book.matches(read)[0] if match.is_pinned and not match.wrong]
            if any(match.pattern.check for match in right):
                return Found(read, (tuple(right), {}), routed.zip_code, one.host, corrected=True)
    return Found(routed.number, told, routed.zip_code, one.host)


def _bits(found: Found) -> float:
    said = max(match.bits - WRONG_BITS * bool(match.wrong) for match in found.matches)
    return said + ROUTED_BITS * bool(found.zip_code) + DIGIT_BITS * len(found.number)


def _manner(one: Reading) -> float:
    torn = TORN_BITS * one.torn * (1 + one.number.isdigit())  # nothing says where bare digits begin or end
    beside = BESIDE_BITS * one.beside * (4 if one.host else 1)  # in an address there are no sentences
    taken_in = min(JOINS_BITS_MAX, JOIN_BITS * one.joins) + WORD_BITS * one.words * bool(one.joins)
    return LABEL_BITS * one.labeled - torn - beside - taken_in


def _as_written(text: str, book: ShapeBook) -> Found | None:
    """A number whose dots or dashes belong to it."""
    if "." not in text and "-" not in text:
        return None
    capital = plain(text).upper()
    for regex in book.punctuated:
        if told := regex.search(capital):
            return Found(told[0], book.matches(told[0]))
    return None


def _without_shape(ones: list[Reading], book: ShapeBook) -> Found:
    """The piece with the most digits that stands alone, and the shortest of these: without words."""
    counted = [one for one in ones if digits_in(one.number) >= DIGITS_MIN]
    whole = [one for one in counted if not one.torn] or counted
    if not whole:
        return Found("", NOTHING)
    best = max(whole, key=lambda one: (one.labeled, digits_in(one.number), -len(one.number)))
    return _found(best, book)
