"""Which parcels an EPCIS event is about: the numbers behind its URIs."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

EPCS_MAX = 1_000
"""Objects of one event that are looked at; a parcel is in few events with more."""

_SSCC = re.compile(r"urn:epc:id:sscc:(\d{6,12})\.(\d)(\d+)")
_SHIPMENT = re.compile(r"urn:epc:id:(?:gsin|ginc):(\d+)\.([^:/?#]{1,40})")
_CHECKED_DIGITS = 17  # of an SSCC, before its check digit
_PRODUCTS = frozenset({"01", "8006", "8010", "253", "255", "414", "417"})
"""GS1 Digital Link: what is a product, a document or a place, and no parcel."""
_PARCELS = frozenset({"00", "401", "402"})
_PATH_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{3,58}[A-Za-z0-9]")


def numbers(event: dict[str, Any]) -> list[str]:
    """Each once, the parent first. Products and places are left out."""
    found = (number_of(uri) for uri in _uris(event))
    return list(dict.fromkeys(number for number in found if number))


def number_of(uri: str) -> str:
    """The number of a parcel or a shipment, or nothing."""
    if sscc := _SSCC.fullmatch(uri):
        digits = sscc[2] + sscc[1] + sscc[3]
        return digits + check_digit(digits) if len(digits) == _CHECKED_DIGITS else ""
    if shipment := _SHIPMENT.fullmatch(uri):
        return shipment[1] + shipment[2]
    if uri.startswith(("http://", "https://")):
        return _of_link([unquote(part) for part in urlsplit(uri).path.split("/") if part])
    return ""


def check_digit(digits: str) -> str:
    """GS1's: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _of_link(parts: list[str]) -> str:
    """A GS1 Digital Link names what follows; of anybody else's link the last part is the number."""
    for name, value in pairwise(parts):
        if name in _PRODUCTS:
            return ""
        if name in _PARCELS and _PATH_NUMBER.fullmatch(value):
            return value
    last = parts[-1] if len(parts) > 1 else ""
    return last if _PATH_NUMBER.fullmatch(last) and any(letter.isdigit() for letter in last) else ""


def _uris(event: dict[str, Any]) -> Iterator[str]:
    for name in ("parentID", "epcList", "childEPCs"):
        told = event.get(name)
        for uri in [told] if isinstance(told, str) else told[:EPCS_MAX] if isinstance(told, list) else ():
            if isinstance(uri, str):
                yield uri.strip()
