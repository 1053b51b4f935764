"""One spelling for all spellings of a place name, used when the data is built and when it is asked.

The build imports this file without Milepost's libraries: standard library only.
"""

import re
import unicodedata
from collections.abc import Mapping

# Letters that have no accent to strip, and the words GeoNames and carriers write in their place.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        **dict.fromkeys("'’‘ʻʼ`´", ""),  # 's-Hertogenbosch, Xi’an, Co. Int'l: no new word begins
    }
)
# Everything that parts words in any script: punctuation and signs, but no letter, digit or vowel sign.
_OTHER = re.compile(
    r"[\x00-/:-@\[-`{-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02b0-\u036f\u060c\u061b\u061f\u2000-\u2e7f"
    r"\u3000-\u3004\u3007-\u303f\u30fb\ud800-\uf8ff\ufe00-\ufe6f\ufff0-\uffff]+"
)
_ASCII_OTHER = re.compile(r"[^A-Z0-9]+")
_MARKS = re.compile("[\u0300-\u036f]+")  # accents; the vowel signs of other scripts are letters to us


def place_key(name: str) -> str:
    """Upper case letters and digits with single blanks: `Saint-Étienne` and `SAINT ETIENNE` are one."""
    if name.isascii():
        return _ASCII_OTHER.sub(" ", name.replace("'", "").upper()).strip()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", name.translate(_PLAIN)).upper())
    return _OTHER.sub(" ", unicodedata.normalize("NFKC", plain)).strip()


def town_key(key: str, shorts: Mapping[str, str]) -> str:
    """What a town is filed under: words in full (`ST LOUIS` → `SAINTLOUIS`), no blanks (`GUANG ZHOU`)."""
    return "".join([shorts.get(word, word) for word in key.split()])
