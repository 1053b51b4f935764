"""Phone numbers: as the whole world writes them (E.164), and in which country they ring.

Countries differ in price a hundredfold, and who pumps messages for money does it to costly prefixes, some of
them inside a cheap country's code. So the country is found by the longest prefix, and a number of no country
(premium, satellite, personal) rings nowhere.
"""

import csv
import re
from functools import cache
from pathlib import Path

CODES = Path(__file__).with_name("calling_codes.csv")
NOWHERE = "-"
DIGITS_MIN, DIGITS_MAX = 8, 15
TEXT_MAX = 40
_SEPARATORS = re.compile(r"[\s().\-/\u00a0]")
NANP_DIGITS = 10
WITHOUT_TRUNK_ZERO = frozenset({"IT", "VA", "SM"})
"""Where the zero in front is part of the number."""


def e164(text: str, country: str = "") -> str | None:
    """`+` and digits, or None. A number without country code is read as one of `country` (ISO)."""
    if len(text) > TEXT_MAX:
        return None
    plain = _SEPARATORS.sub("", text)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    if not re.fullmatch(r"\+?[0-9]+", plain):
        return None
    digits = plain[1:] if plain.startswith("+") else _with_code(plain, country.upper())
    if digits is None or not DIGITS_MIN <= len(digits) <= DIGITS_MAX:
        return None
    if digits.startswith("1") and not re.fullmatch(r"1[2-9][0-9]{9}", digits):
        return None
    return f"+{digits}"


def country_of(number: str) -> str | None:
    """The ISO code of the country an E.164 number rings in; None when it rings nowhere we know."""
    digits = number.removeprefix("+")
    known = _codes()
    for length in range(min(len(digits), max(map(len, known))), 0, -1):
        if found := known.get(digits[:length]):
            return None if found == NOWHERE else found
    return None


def _with_code(digits: str, country: str) -> str | None:
    code = _code_of(country)
    if code is None:
        return None
    if code == "1":
        return digits if len(digits) == NANP_DIGITS + 1 else f"1{digits}"
    kept = digits if country in WITHOUT_TRUNK_ZERO else digits.removeprefix("0")
    return f"{code}{kept}"


def _code_of(country: str) -> str | None:
    """Its calling code, which some countries share: `1` for all of North America, `7` for Kazakhstan too."""
    known = _codes()
    found = min((code for code, one in known.items() if one == country), key=len, default=None)
    if found is None:
        return None
    return next(found[:length] for length in range(1, len(found) + 1) if found[:length] in known)


@cache
def _codes() -> dict[str, str]:
    with CODES.open(encoding="utf-8", newline="") as file:
        return {row["prefix"]: row["country"] for row in csv.DictReader(file)}
