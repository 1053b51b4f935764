"""Tracking numbers as people paste them, made plain: blanks, dashes, small letters, links, whole sentences.

A text may hold many pieces that could be the number. Here they are only collected; which of them it is, the
shapes decide (`readings`), since nobody can see that 5764 6141 3038 is an order without knowing numbers.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus, urlsplit

from milepost.identify.labels import WORDS_BEFORE, said_before

TEXT_LENGTH_MAX = 2_000
NUMBER_LENGTH_MAX = 60
NUMBER_LENGTH_MIN = 6
DIGITS_MIN = 4  # in a number of no known shape; fewer and it is a page, a language or a word
PIECES_MAX = 40  # a number of 34 digits, each with a blank behind it
READINGS_MAX = 1_000
LINKS_MAX = 5
WORD_LETTERS_MIN = 6  # so many letters without a digit are a word, and no part of a number
CUT = 2  # a number that goes on behind the end of a line
GROUP_LENGTH_MAX = 9  # a longer piece is a number of its own, not a group of one

PLAIN = re.compile(rf"[0-9A-Z]{{{NUMBER_LENGTH_MIN},{NUMBER_LENGTH_MAX}}}").fullmatch
"""A number that needs no reading at all, as programs give it."""

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'“”]+|(?<![\w@.])(?:[a-z0-9-]+\.)+[a-z]{2,12}[/?][^\s<>\"'“”]+",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^\s@<>:]+@[^\s@<>]+\.[a-z]+", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|em|li|ol|td|th|tr|ul|div|span|font|code|strong|table|tbody|h[1-6]|html|body)\b[^<>]*>",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"%(?:2[0-9A-F]|3[A-F]|0[9AD])", re.IGNORECASE)  # of blanks and punctuation only
_THOUSANDS = re.compile(r"(?<![0-9A-Za-z])\d{1,3}(?:,\d{3})+(?!\d)")  # of a price
_IDENTIFIER = re.compile(r"\((\d{2,3}|J)\)")  # of a barcode, as it is printed below it: (420) (00) (J)
_SYMBOLOGY = re.compile(r"\][A-Za-z]\d(?=\d)")  # what a scanner puts before a code: ]C1
_PIECE = re.compile(r"[0-9A-ZÀ-ɏḀ-ỿ]+")
_SOFT = re.compile(r"\s{1,3}|\s{0,3}-\s{0,3}|[./+]").fullmatch
_ROUTING = re.compile(r"420(?P<zip>\d{5}|\d{9})(?P<number>9[1-5]\d{20}|9[1-5]\d{24}|9[1-5]\d{28}|\d{20})")
_ROUTED = re.compile(r"420(?:\d{5}|\d{9})9[1-5]\d{20,28}").fullmatch
_SPELLED = re.compile(r"\w(?: \w){5,}").fullmatch  # each character by itself
_HIDDEN = dict.fromkeys((173, 8203, 8204, 8205, 8206, 8207, 8288, 65279))
_HIDDEN |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298)))
_DASHES = dict.fromkeys((8208, 8209, 8210, 8211, 8212, 8722, 65123, 65293), "-")
_PLAINER: dict[int, str | None] = _HIDDEN | _DASHES | {0x1D: " ", ord("№"): " # "}


class Routed(NamedTuple):
    """A number without the routing a postal label carries before it: 420 and the receiver's ZIP code."""

    zip_code: str | None
    number: str


class Reading(NamedTuple):
    """One piece of a text that could be the number, and how it stands there."""

    number: str
    joins: int = 0  # blanks and dashes taken out of it
    torn: int = 0  # sides on which digits go on that are not part of it
    beside: int = 0  # sides on which letters stand that may be part of it
    words: int = 0  # of its ends, letters without digits that may be a word beside it
    labeled: int = 0  # 1: called a tracking number, -1: called something else
    host: str = ""  # whose page it is in the address of


def without_routing(number: str) -> Routed:
    """Splits `420` + ZIP from the number of a postal label; a number without it comes back as it is."""
    found = _ROUTING.fullmatch(number)
    return Routed(found["zip"], found["number"]) if found else Routed(None, number)


def plain(text: str) -> str:
    """Half-width characters without what cannot be seen, entities written out; links as they are."""
    known = text[:TEXT_LENGTH_MAX].translate(_PLAINER)
    if "&" in known:
        known = html.unescape(known)
    return unicodedata.normalize("NFKC", known).translate(_PLAINER).strip()


def readings(text: str) -> list[Reading]:
    """Every piece of the text that could be the number, those in links first; at most READINGS_MAX."""
    known = plain(text)
    if _SPELLED(known):
        known = known.replace(" ", "")
    links = map(_in_link, _LINK.findall(known)[:LINKS_MAX] if "." in known else ())
    return list(islice(chain(*links, _in_text(_TAG.sub(" | ", words_of(known)))), READINGS_MAX))


def words_of(known: str) -> str:
    """The text around the numbers, without links and addresses; blanks that were quoted are blanks again."""
    rest = _LINK.sub(" | ", known) if "." in known else known
    rest = _MAIL.sub(" | ", rest) if "@" in rest else rest
    return _QUOTED.sub(lambda found: unquote(found[0]), rest) if "%" in rest else rest


def digits_in(text: str) -> int:
    """How many of its characters are digits."""
    return sum(map(text.count, "0123456789"))


def _in_link(link: str) -> Iterator[Reading]:
    """In the values of its query, its fragment, its path: each is a text of its own."""
    address = link if "://" in link else f"https://{link}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").casefold()
    except ValueError:  # a broken IPv6 address
        return
    for query in (parts.query, parts.fragment):
        for value in re.split(r"[&;=/?,]", query):
            yield from _of_host(unquote_plus(value), host)
    for value in parts.path.split("/"):
        yield from _of_host(unquote(value).replace("+", " "), host)


def _of_host(value: str, host: str) -> Iterator[Reading]:
    for one in _in_text(value):
        yield one._replace(host=host)


def _in_text(text: str) -> Iterator[Reading]:
    """Runs of pieces between which stands no more than a blank or a dash."""
    capital = _SYMBOLOGY.sub(" ", _IDENTIFIER.sub(r" \1 ", _THOUSANDS.sub(" | ", text.upper())))
    if " " in capital.strip():
        capital = capital.replace("\t", " | ")  # a cell of a table, unless tabs are all the blanks there are
    found = list(_PIECE.finditer(capital))
    pieces = [one[0] for one in found]
    between = [capital[one.end() : two.start()] for one, two in pairwise(found)]
    goes_on = [_goes_on(*around) for around in zip(pieces, between, pieces[1:], strict=False)]
    nothing_else = all(goes_on)
    for first, piece in enumerate(pieces):
        if nothing_else or piece not in WORDS_BEFORE:
            for one in _from_piece(pieces, goes_on, first, said_before(capital, found[first].start())):
                yield one._replace(words=0) if nothing_else and one.joins == len(between) else one


def _from_piece(pieces: list[str], goes_on: list[int], first: int, labeled: int) -> Iterator[Reading]:
    """Every run that starts with this piece."""
    number, long = "", False
    before = pieces[first - 1] if first > 0 and goes_on[first - 1] else ""
    for last in range(first, min(first + PIECES_MAX, len(pieces))):
        if last > first and not goes_on[last - 1]:
            return
        number += pieces[last]
        if len(number) > NUMBER_LENGTH_MAX or not number.isascii():
            return
        if len(pieces[last]) > GROUP_LENGTH_MAX:
            if long and goes_on[last - 1] != CUT and not _ROUTED(number):
                return  # two numbers
            long = True
        if len(number) < NUMBER_LENGTH_MIN or number.isalpha() or _is_said_twice(number, last - first):
            continue
        behind = pieces[last + 1] if last < len(goes_on) and goes_on[last] else ""
        yield Reading(
            number,
            joins=last - first,
            torn=_is_group(before) + _is_group(behind),
            beside=before.isalpha() + behind.isalpha(),
            words=_is_letters(pieces[first]) + _is_letters(pieces[last]),
            labeled=labeled,
        )


def _goes_on(one: str, between: str, two: str) -> int:
    """Whether what stands between may be taken out: a blank or a dash, and no word before or after it."""
    if _SOFT(between) is None:
        return 0
    if "\n" in between:
        return CUT
    return 0 if _is_word(one) or _is_word(two) else 1


def _is_said_twice(number: str, joins: int) -> bool:
    half = len(number) // 2
    return joins > 0 and number[:half] == number[half:]


def _is_group(piece: str) -> bool:
    return 0 < len(piece) <= GROUP_LENGTH_MAX and not piece.isalpha()


def _is_letters(piece: str) -> bool:
    return len(piece) > 1 and piece.isalpha()


def _is_word(piece: str) -> bool:
    return len(piece) >= WORD_LETTERS_MIN and piece.isalpha()


def _hasdigits_in(piece: str) -> bool:
    return not piece.isalpha()
