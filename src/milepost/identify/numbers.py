"""Tracking numbers as people paste them, made plain: blanks, dashes, small letters, links and wide digits."""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

TEXT_LENGTH_MAX = 2_000
NUMBER_LENGTH_MAX = 60
DIGITS_MIN = 4  # fewer than this and a piece of a link is a page or a language, not a number

_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_SEPARATORS = re.compile(r"[^0-9A-Z]")
_LABEL = re.compile(r"[^0-9]*[:#]\s*")  # "Tracking number: …"
_ROUTING = re.compile(r"420(?P<zip>\d{5}|\d{9})(?P<number>9[1-5]\d{20}|9[1-5]\d{24}|9[1-5]\d{28}|\d{20})")


class Routed(NamedTuple):
    """A number without the routing a postal label carries before it: 420 and the receiver's ZIP code."""

    zip_code: str | None
    number: str


def normalize(text: str) -> str:
    """Capital letters and digits only; of a carrier's page address, the number in it.

    Routing (420 + ZIP) stays: it is part of what stands on the label. Empty when there is no number.
    """
    plain = unicodedata.normalize("NFKC", text[:TEXT_LENGTH_MAX]).strip()
    if link := _LINK.search(plain):
        return _from_link(link[0])
    return _squeezed(_LABEL.sub("", plain, count=1))


def without_routing(number: str) -> Routed:
    """Splits `420` + ZIP from the number of a postal label; a number without it comes back as it is."""
    found = _ROUTING.fullmatch(number)
    return Routed(found["zip"], found["number"]) if found else Routed(None, number)


def _from_link(link: str) -> str:
    """The piece with the most digits among query values, fragment and path, asked in this order."""
    parts = urlsplit(link if "://" in link else f"https://{link}")
    for query in (parts.query, parts.fragment):
        values = [value.split(",")[0] for _, value in parse_qsl(query.lstrip("/?"))]
        if best := _best(values):
            return best
    return _best([unquote(part) for part in f"{parts.path}/{parts.fragment}".split("/")])


def _best(pieces: list[str]) -> str:
    numbers = [number for piece in pieces if _digits(number := _squeezed(piece)) >= DIGITS_MIN]
    return max(numbers, key=_digits, default="")


def _squeezed(text: str) -> str:
    return _SEPARATORS.sub("", text.upper())[:NUMBER_LENGTH_MAX]


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
