"""One spelling for all spellings of a sentence: case, width, accents, digits, old Chinese letters, blanks."""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

LETTERS_MAX = 300
"""Of a sentence, this much is read; what carriers write is a fifth as long."""

# Letters without an accent to strip, and the marks people write for an apostrophe.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "’": "'", "‘": "'", "`": "'", "´": "'"}
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_DIGITS = re.compile(r"\d+")
_MARK = re.compile(r"([^\w\s'\u0e00-\u0e7f])")  # Thai vowels are no letters to `re`
_BLANKS = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_VIETNAMESE = re.compile("[đơưăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


class Spelling(NamedTuple):
    """A sentence in small letters, a blank before and after each word and mark, digits as 0."""

    plain: str  # without accents
    toned: str | None
    """With accents, letter by letter as long as `plain`; only where they tell words apart (Vietnamese)."""


def spell(text: str) -> Spelling:
    """The sentence as it is compared."""
    text = text[:LETTERS_MAX]
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        return Spelling(_spaced(text.lower()), None)
    wide = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower().translate(_PLAIN)
    toned = _spaced(unicodedata.normalize("NFC", wide))
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", toned))
    plain = unicodedata.normalize("NFC", bare).translate(_simplified())
    tells = len(plain) == len(toned) and _VIETNAMESE.search(toned) is not None
    return Spelling(plain, toned if tells else None)


def _spaced(text: str) -> str:
    marked = _MARK.sub(r" \1 ", _DIGITS.sub("0", text))
    return " " + _BLANKS.sub(" ", marked).strip() + " "


@cache
def _simplified() -> dict[int, str]:
    """Traditional Chinese letters and their simplified ones: the same words are then spelled the same."""
    pairs = Path(__file__).with_name("traditional.txt").read_text(encoding="utf-8").split()
    return {ord(pair[0]): pair[1] for pair in pairs} | {ord("đ"): "d"}
