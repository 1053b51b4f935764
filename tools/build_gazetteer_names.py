"""Under which names a town of the place data is filed: its own, and those of its others that help."""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from milepost.places.keys import place_key, town_key

OTHER_NAMES_FROM = 15_000  # people from which a town keeps all its names in Latin letters
FOREIGN_NAMES_FROM = 100_000  # and those in letters that are not its own
CYRILLIC_FROM = 2_000
NEAR = 4  # letters in common that make another spelling of one name
LONGEST = 60  # letters; what is longer is a sentence

UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "å": "aa"}
)
UMLAUTS |= str.maketrans({"Ø": "Oe", "Å": "Aa"})
WRITES_UMLAUTS = frozenset(
    ["AT", "BE", "CH", "DE", "DK", "EE", "FI", "IS", "LI", "LU", "NO", "SE", "TR", "HU"]
)
WRITERS = {
    "HAN": frozenset(["CN", "HK", "JP", "MO", "TW", "SG"]),
    "KANA": frozenset(["JP"]),
    "HANGUL": frozenset(["KR"]),
    "THAI": frozenset(["TH"]),
    "CYRILLIC": frozenset(["BA", "BG", "BY", "KG", "KZ", "ME", "MK", "MN", "RS", "RU", "TJ", "UA", "UZ"]),
    "ARABIC": frozenset(
        [
            "AE",
            "BH",
            "DZ",
            "EG",
            "IQ",
            "IR",
            "JO",
            "KW",
            "LB",
            "LY",
            "MA",
            "OM",
            "PK",
            "PS",
            "QA",
            "SA",
            "SD",
            "SY",
            "TN",
            "YE",
        ]
    ),
    "HEBREW": frozenset(["IL"]),
    "GREEK": frozenset(["CY", "GR"]),
}
STARTING = {
    0: "LATIN",
    0x370: "GREEK",
    0x400: "CYRILLIC",
    0x530: "OTHER",
    0x590: "HEBREW",
    0x600: "ARABIC",
    0x780: "OTHER",
    0xE00: "THAI",
    0xE80: "OTHER",
    0x1E00: "LATIN",
    0x1F00: "GREEK",
    0x2000: "OTHER",
    0x3040: "KANA",
    0x3100: "OTHER",
    0x3400: "HAN",
    0xA000: "OTHER",
    0xAC00: "HANGUL",
    0xD7B0: "OTHER",
    0xF900: "HAN",
    0xFB00: "OTHER",
}
STARTS, SCRIPTS = list(STARTING), list(STARTING.values())
WORLDWIDE = ("HAN", "LATIN")
# What a place is, written after its name: the city of Shenzhen, the district of Bao'an.
KINDS = re.compile(r"(?<=..)(?:市|縣|县|区|區|镇|鎮|町|村|郡|府|街道|시|군|구|특별시|광역시|특별자치시)$")
KINDS_IN_LATIN = re.compile(r"[- ](?:si|gun|gu|shi|ku|eup|dong|city|shiqu|qu)$", re.IGNORECASE)
KINDS_BEFORE = re.compile(
    r"^(?:amphoe|kota|kabupaten|mueang|ciudad de|city of|thanh pho|amphoe mueang) ", re.IGNORECASE
)
RIVER = re.compile(r"( \(.*|/.*| (am|an der|an dem|a\. ?d\.|in der|im|in|bei|ob der|vor der) .*)$")
ON_RIVERS = frozenset(("AT", "CH", "DE"))
WITH_KINDS = frozenset(["CN", "HK", "ID", "JP", "KR", "PH", "TH", "TW", "VN"])


def keys_of(
    name: str, others: Iterable[str], country: str, population: int, shorts: Mapping[str, str]
) -> Iterator[tuple[str, bool]]:
    """Other names first, so that its own name wins."""
    main = town_key(place_key(name), shorts)
    for other in others if country != "CN" or population >= OTHER_NAMES_FROM else _short_han(others):
        script = _script(other)
        if not _is_kept(other, script, country, population):
            continue
        key = town_key(place_key(other), shorts)
        if script == "LATIN" and population < OTHER_NAMES_FROM and not _is_like(key, main):
            continue
        for one in dict.fromkeys((*_bare(other, country, shorts), key)):
            if len(one) > (2 if script == "LATIN" else 0):
                yield one, False
    if country in WRITES_UMLAUTS:
        yield town_key(place_key(name.translate(UMLAUTS)), shorts), True
    for one in _bare(name, country, shorts):
        yield one, True
    if main:
        yield main, True


def _short_han(names: Iterable[str]) -> Iterator[str]:
    """Of a small Chinese town only the names in Chinese, without what it is."""
    yield from dict.fromkeys(KINDS.sub("", name) for name in names if _script(name) == "HAN")


def _bare(name: str, country: str, shorts: Mapping[str, str]) -> Iterator[str]:
    """The name without the word that says what kind of place it is, or on which river it lies."""
    if country in ON_RIVERS and (bare := RIVER.sub("", name)) != name:
        yield town_key(place_key(bare), shorts)
    if country not in WITH_KINDS:
        return
    for kind in (KINDS, KINDS_IN_LATIN, KINDS_BEFORE):
        if (bare := kind.sub("", name)) != name:
            yield town_key(place_key(bare), shorts)


def _is_kept(name: str, script: str, country: str, population: int) -> bool:
    if not name or len(name) > LONGEST:
        return False
    if (
        script == "LATIN"
    ):  # lower case: letters put for letters by a machine; three capitals: an airport's code
        return not name[0].islower() and not (len(name) <= len("LAX") and name.isupper())
    if country in WRITERS.get(script, ()):
        return script != "CYRILLIC" or population >= CYRILLIC_FROM
    if script not in WRITERS:
        return False
    return script in WORLDWIDE and population >= FOREIGN_NAMES_FROM


def _is_like(key: str, main: str) -> bool:
    return len(key) >= NEAR and (key in main or main in key or key[:NEAR] == main[:NEAR])


def _script(name: str) -> str:
    """The script of its first letter."""
    if name.isascii():
        return "LATIN"
    for letter in name:
        if letter.isalpha():
            return SCRIPTS[bisect_right(STARTS, ord(letter)) - 1]
    return "LATIN"
