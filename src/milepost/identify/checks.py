"""The check digits of tracking numbers: one formula a name, as a table (carriers.md section 8.2)."""

from collections.abc import Callable

from milepost.model.carriers import NumberPattern

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WORTH = bytes(code - ord("0") if chr(code).isdigit() else (code - 3) % 10 for code in range(128)) + bytes(128)
"""What each character counts, by its ASCII code: digits themselves, letters (ASCII - 3) mod 10."""
DOUBLED = bytes(sum(divmod(2 * WORTH[code], 10)) for code in range(256))
"""The same twice, its two digits added."""
DIGITS = tuple("0123456789")
ELEVENTH = tuple("50987654321")
"""The postal union's check digit by the rest of eleven: eleven less the rest, but 5 for 0 and 0 for 1."""
CHAIN_START = 36

Formula = Callable[[str], str]
"""A serial → the check character it should end in."""


def formula(pattern: NumberPattern) -> Formula:
    """The formula of a pattern that has a check. Raises KeyError for a name there is not."""
    return FORMULAS[pattern.check](pattern)


def expected(pattern: NumberPattern, serial: str) -> str:
    """The check character this serial should end in. Raises KeyError for an unknown formula."""
    return formula(pattern)(serial)


def _mod10(pattern: NumberPattern) -> Formula:
    """Every second digit multiplied, summed without splitting; a letter counts (ASCII - 3) mod 10."""
    prefix, evens, odds = pattern.prefix, pattern.evens, pattern.odds

    def check(serial: str) -> str:
        digits = (prefix + serial).encode().translate(WORTH)
        return DIGITS[-(sum(digits[::2]) * evens + sum(digits[1::2]) * odds) % 10]

    return (lambda serial: check(serial[::-1])) if pattern.reverse else check


def _mod7(_pattern: NumberPattern) -> Formula:
    """The rest of the whole serial, as a number, divided by seven."""
    return lambda serial: DIGITS[int(serial) % 7]


def _s10(_pattern: NumberPattern) -> Formula:
    """Eight digits with the postal union's weights; eleven minus the rest, two rests apart."""

    def check(serial: str) -> str:
        a, b, c, d, e, f, g, h = serial.encode()  # that each is 48 too large adds 48 x 44: nothing, modulo 11
        return ELEVENTH[(8 * a + 6 * b + 4 * c + 2 * d + 3 * e + 5 * f + 9 * g + 7 * h) % 11]

    return check


def _weighted(pattern: NumberPattern) -> Formula:
    """The pattern's three weights, repeated; mod 11, then mod 10."""
    first, second, third = pattern.weights

    def check(serial: str) -> str:
        digits = serial.encode().translate(WORTH)
        total = first * sum(digits[::3]) + second * sum(digits[1::3]) + third * sum(digits[2::3])
        return DIGITS[total % 11 % 10]

    return check


def _luhn(_pattern: NumberPattern) -> Formula:
    """From the right every other digit doubled, nine taken off above nine."""

    def check(serial: str) -> str:
        turned = serial[::-1].encode()
        return DIGITS[-(sum(turned[::2].translate(DOUBLED)) + sum(turned[1::2].translate(WORTH))) % 10]

    return check


def _mod37_36(_pattern: NumberPattern) -> Formula:
    """A chain of sums and doublings modulo 36 and 37; the result may be a letter."""

    def check(serial: str) -> str:
        link = CHAIN_START
        for character in serial:
            link = CHAIN[link][character]
        return ALPHABET[(37 - link) % 36]

    return check


def _next_link(link: int, worth: int) -> int:
    total = link + worth
    doubled = (total - 36 if total > 36 else total) * 2
    return doubled - 37 if doubled > 36 else doubled


CHAIN = tuple(
    {character: _next_link(link, worth) for worth, character in enumerate(ALPHABET)} for link in range(37)
)
"""Each link of the chain by the one before and the character between them."""

FORMULAS: dict[str, Callable[[NumberPattern], Formula]] = {
    "mod10": _mod10,
    "mod7": _mod7,
    "s10": _s10,
    "weighted": _weighted,
    "luhn": _luhn,
    "mod37_36": _mod37_36,
}
"""Formula name, as a carrier's card writes it → the formula for a pattern."""
