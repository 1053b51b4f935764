"""Check digits, written again from the formulas in the reference: nothing here comes from Milepost."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def value(character: str) -> int:
    """A digit counts as itself, a letter as its place in ASCII less three, modulo ten."""
    return int(character) if character.isdigit() else (ord(character) - 3) % 10


def mod10(serial: str, evens: int = 1, odds: int = 1) -> str:
    """Multiply by place, counted from 0 on the left; add without splitting; fill up to the next ten."""
    total = sum(value(c) * (odds if place % 2 else evens) for place, c in enumerate(serial))
    return str(-total % 10)


def gs1(serial: str) -> str:
    """As on every barcode of GS1: three times the last digit, once the one before, and so on."""
    return mod10(serial[::-1], evens=3)


def mod7(serial: str) -> str:
    """What is left of the whole number when it is divided by seven."""
    return str(int(serial) % 7)


def s10(serial: str) -> str:
    """The check digit of the Universal Postal Union, standard S10."""
    rest = sum(int(digit) * weight for digit, weight in zip(serial, S10_WEIGHTS, strict=True)) % 11
    return {0: "5", 1: "0"}.get(rest, str(11 - rest))


def weighted(serial: str, weights: tuple[int, ...]) -> str:
    """Weights in turn; modulo eleven, then modulo ten."""
    total = sum(int(digit) * weights[place % len(weights)] for place, digit in enumerate(serial))
    return str(total % 11 % 10)


def luhn(serial: str) -> str:
    """Credit cards have it too: from the right every other digit counts twice, as the sum of its digits."""
    total = 0
    for place, digit in enumerate(reversed(serial)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def mod37_36(serial: str) -> str:
    """ISO 7064: the check character may be a letter."""
    rest = 36
    for character in serial:
        rest += ALPHABET.index(character)
        rest -= 36 if rest > 36 else 0
        rest *= 2
        rest -= 37 if rest > 36 else 0
    return ALPHABET[(37 - rest) % 36]


def identcode(serial: str) -> str:
    """Deutsche Post's Identcode: odd places four times, even places nine times."""
    return mod10(serial, evens=4, odds=9)


def bank_routing(serial: str) -> str:
    """The ninth digit of an American bank's number: junk that looks well made."""
    return weighted_ten(serial, (3, 7, 1))


def weighted_ten(serial: str, weights: tuple[int, ...]) -> str:
    total = sum(int(digit) * weights[place % len(weights)] for place, digit in enumerate(serial))
    return str(-total % 10)


def isbn10(serial: str) -> str:
    """The check character of an old book number, X for ten."""
    total = sum(int(digit) * weight for digit, weight in zip(serial, range(10, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def container(serial: str) -> str:
    """ISO 6346, on every shipping container: letters skip the multiples of eleven."""
    letters = dict(zip(ALPHABET[10:], _no_elevens(), strict=True))
    total = sum((int(c) if c.isdigit() else letters[c]) << place for place, c in enumerate(serial))
    return str(total % 11 % 10)


def _no_elevens() -> list[int]:
    return [number for number in range(10, 39) if number % 11][:26]
