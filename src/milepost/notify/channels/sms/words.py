"""What a text message says: two segments at most, in the cheap alphabet if only accents are lost."""

import unicodedata

from milepost.tongues.speech import mark, say

SEGMENTS_MAX = 2
SHOP_MAX = 24  # characters of the shop's name
ENDS = mark("STOP ends these.")
CUT = ".."

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38: one septet each."""

EXTENDED = frozenset("^{}\\[~]|€\f")
"""Two septets each."""

PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
    | {"•": "-", "·": "-", "`": "'", "\t": " "}
)

STROKED = str.maketrans("đĐłŁ", "dDlL")
"""Letters whose stroke is no accent that comes off. Vietnamese texts are sent without accents by custom."""


def compose(shop: str, told: str, link: str) -> str:
    """Shop, news, link and how to end it, in at most two segments; the news gives way, the link never."""
    named, ends = f"{_line(shop)[:SHOP_MAX]}: " if shop else "", say(ENDS)
    news = _line(told)
    text = _cheap(f"{named}{news} {link} {ends}")
    while segments(text) > SEGMENTS_MAX and news:
        news = news[: max(0, len(news) - 8)].rstrip()
        text = _cheap(f"{named}{news}{CUT if news else ''} {link} {ends}")
    return text


def segments(text: str) -> int:
    """What a provider counts, and charges for."""
    if all(letter in BASIC or letter in EXTENDED for letter in text):
        return _parts([2 if letter in EXTENDED else 1 for letter in text], whole=160, part=153)
    return _parts([2 if ord(letter) > 0xFFFF else 1 for letter in text], whole=70, part=67)


def _parts(sizes: list[int], *, whole: int, part: int) -> int:
    """A letter of two units is never torn apart."""
    if sum(sizes) <= whole:
        return 1
    count, room = 1, part
    for size in sizes:
        if size > room:
            count, room = count + 1, part
        room -= size
    return count


def _cheap(text: str) -> str:
    """In the cheap alphabet, if dropping accents is enough for that."""
    plain = text.translate(PLAIN)
    if all(letter in BASIC or letter in EXTENDED for letter in plain):
        return plain
    folded = "".join(
        letter
        if letter in BASIC
        else "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
        for letter in plain.translate(STROKED)
    )
    return folded if all(letter in BASIC or letter in EXTENDED for letter in folded) else plain


def _line(text: str) -> str:
    """One line without control or direction characters."""
    shown = (letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    return " ".join("".join(shown).split())
