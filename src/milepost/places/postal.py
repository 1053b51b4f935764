"""Postal codes of countries other than the United States: which area a word with digits may name."""

import re
from collections.abc import Iterator

PREFIX_MAX = 4
_OUTWARD = re.compile(r"([A-Z]{1,2})(\d[A-Z\d]?)(?:\d[A-Z]{2})?")  # NW10, SW1A, EC1A1BB
_FORWARD = re.compile(r"[A-Z]\d[A-Z](?:\d[A-Z]\d)?")  # K1A, K1A0B1
_DIGITS = re.compile(r"\d{2,8}")


def prefixes_of(code: str, country: str) -> tuple[str, ...]:
    """Beginnings to look up, the longest first; empty if it is no postal code of that country."""
    return tuple(dict.fromkeys(_prefixes(code, country)))


def _prefixes(code: str, country: str) -> Iterator[str]:
    if country in ("GB", "CA"):
        yield from _british(code) if country == "GB" else _canadian(code)
    elif _DIGITS.fullmatch(code):
        yield from (code[:length] for length in range(min(PREFIX_MAX, len(code)), 0, -1))


def _british(code: str) -> Iterator[str]:
    """The district as a whole, then the area: B49 is not in Birmingham as B4 is."""
    if found := _OUTWARD.fullmatch(code):
        letters, number = found.groups()
        yield letters + number
        yield letters + number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        yield letters


def _canadian(code: str) -> Iterator[str]:
    if _FORWARD.fullmatch(code):
        yield code[:3]
        yield code[:2]
