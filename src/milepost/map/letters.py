"""How wide a name is in the pages' typeface (Hanken Grotesk, semibold), so that names can be kept apart."""

import unicodedata

_GROUPS = {
    0.25: "!,.:;ijIl'|",
    0.28: " ()[]{}`",
    0.32: "-",
    0.35: 'ft"',
    0.42: "*/r\\",
    0.49: "_szL",
    0.53: "?cgvyçaekxé",
    0.57: "$+0123456789<=>FJPShnu~",
    0.59: "ETbdopq",
    0.62: "BRZYß",
    0.66: "AKUVX",
    0.69: "DHN#&C",
    0.75: "%GOw",
    0.79: "Q",
    0.86: "Mmæ@",
    0.98: "WŒœÆ",
}
_WIDTHS = {letter: width for width, letters in _GROUPS.items() for letter in letters}
OTHER = 0.62
FULL = 1.05  # Chinese, Japanese and Korean signs are square


def width(text: str, size: float) -> float:
    """In px, at a type size in px; a little generous."""
    return sum(map(_width, unicodedata.normalize("NFD", text))) * size


def _width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0.0
    return FULL if unicodedata.east_asian_width(letter) in "WF" else OTHER
