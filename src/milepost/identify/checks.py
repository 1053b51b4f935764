"""The check digits of tracking numbers: one formula a name, as a table (carriers.md section 8.2)."""

from collections.abc import Callable
from itertools import cycle
from operator import mul

from milepost.model.carriers import NumberPattern

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WORTH = bytes(code - ord("0") if chr(code).isdigit() else (code - 3) % 10 for code in range(128)) + bytes(128)
"""What each character counts, by its ASCII code: digits themselves, letters (ASCII - 3) mod 10."""
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def expected(pattern: NumberPattern, serial: str) -> str:
    """The check character this serial should end in. Raises KeyError for an unknown formula."""
    return FORMULAS[pattern.check](pattern.prefix + serial, pattern)


def _mod10(serial: str, pattern: NumberPattern) -> str:
    """Every second digit multiplied, summed without splitting; a letter counts (ASCII - 3) mod 10."""
    digits = serial.encode().translate(WORTH)
    if pattern.reverse:
        digits = digits[::-1]
    total = sum(digits[::2]) * pattern.evens + sum(digits[1::2]) * pattern.odds
    return str((10 - total % 10) % 10)


def _mod7(serial: str, _pattern: NumberPattern) -> str:
    """The rest of the whole serial, as a number, divided by seven."""
    return str(int(serial) % 7)


def _s10(serial: str, _pattern: NumberPattern) -> str:
    """Eight digits with the postal union's weights; eleven minus the rest, two rests apart."""
    rest = _weighted_sum(serial, S10_WEIGHTS) % 11
    return {0: "5", 1: "0"}.get(rest, str(11 - rest))


def _weighted(serial: str, pattern: NumberPattern) -> str:
    """The pattern's weights, repeated; mod 11, then mod 10."""
    return str(_weighted_sum(serial, pattern.weights) % 11 % 10)


def _luhn(serial: str, _pattern: NumberPattern) -> str:
    """From the right every other digit doubled, nine taken off above nine."""
    doubled = [
        int(character) * (2 if index % 2 == 0 else 1) for index, character in enumerate(reversed(serial))
    ]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return str((10 - total % 10) % 10)


def _mod37_36(serial: str, _pattern: NumberPattern) -> str:
    """A chain of sums and doublings modulo 36 and 37; the result may be a letter."""
    check = 36
    for character in serial:
        check += ALPHABET.index(character)
        check = (check - 36 if check > 36 else check) * 2
        check = check - 37 if check > 36 else check
    return ALPHABET[(37 - check) % 36]


def _weighted_sum(serial: str, weights: tuple[int, ...]) -> int:
    return sum(map(mul, serial.encode().translate(WORTH), cycle(weights)))


FORMULAS: dict[str, Callable[[str, NumberPattern], str]] = {
    "mod10": _mod10,
    "mod7": _mod7,
    "s10": _s10,
    "weighted": _weighted,
    "luhn": _luhn,
    "mod37_36": _mod37_36,
}
"""Formula name, as a carrier's card writes it → the formula."""
