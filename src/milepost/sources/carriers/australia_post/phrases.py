"""Makes a code of each sentence of Australia Post, without the place at its end: it tells no other codes."""

import re
from functools import lru_cache

from milepost.model.places import RawPlace

PHRASES_MAX = 4_000
PLACE_AT_END = re.compile(r" (?:at|in|to|from)(?: [(A-Z0-9][A-Z0-9.'&/()-]*)+$")
COLLECTION_POINT = re.compile(r"(awaiting collection) at .+", re.IGNORECASE)
SUBURB = re.compile(r"(?P<city>.+?)(?:, ?| )(?P<state>ACT|NSW|NT|QLD|SA|TAS|VIC|WA)")
ABROAD = re.compile(r"(?P<city>.+?) ?\((?P<country>[A-Z]{2})\)")
COUNTRY = re.compile(r"[A-Z]{2}")
NOWHERE = frozenset({"", "transit scan"})


@lru_cache(maxsize=PHRASES_MAX)
def phrase(sentence: str) -> str:
    """`In transit to next facility in DARRA QLD` is `in transit to next facility`."""
    text = PLACE_AT_END.sub("", sentence)
    return COLLECTION_POINT.sub(r"\1", text).casefold()


@lru_cache(maxsize=PHRASES_MAX)
def place(text: str) -> RawPlace:
    """`KEW VIC`, `CHICAGO (US)`, `NZ`; everything else as it came, and `Transit Scan` is no place."""
    if text.casefold() in NOWHERE:
        return RawPlace()
    if found := SUBURB.fullmatch(text):
        return RawPlace(city=found["city"], region=found["state"], country="AU")
    if found := ABROAD.fullmatch(text):
        city = found["city"].rpartition("/")[2]  # JOHN F. KENNEDY APT/NEW YORK
        return RawPlace(text=text, city=city, country=found["country"])
    return RawPlace(country=text) if COUNTRY.fullmatch(text) else RawPlace(text=text)
