"""One spelling for all spellings of a place name, used when the data is built and when it is asked.

The build imports this file without Milepost's libraries: standard library only.
"""

import re
import unicodedata

# Letters that have no accent to strip, and the words GeoNames and carriers write in their place.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "œ": "oe"}
)
_OTHER = re.compile(r"[^A-Z0-9]+")
_SHORT_AT_START = {
    "ST": "SAINT",
    "STE": "SAINTE",
    "FT": "FORT",
    "MT": "MOUNT",
    "N": "NORTH",
    "S": "SOUTH",
    "E": "EAST",
    "W": "WEST",
}


def place_key(name: str) -> str:
    """Upper case A–Z and 0–9 with single blanks: `Saint-Étienne` and `SAINT ETIENNE` are one."""
    if name.isascii():
        return _OTHER.sub(" ", name.upper()).strip()
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).upper()
    return _OTHER.sub(" ", "".join(letter for letter in plain if not unicodedata.combining(letter))).strip()


def spelled_out(key: str) -> str:
    """The same key with its first word in full: `ST LOUIS` → `SAINT LOUIS`."""
    first, blank, rest = key.partition(" ")
    return f"{_SHORT_AT_START.get(first, first)} {rest}" if blank else key
