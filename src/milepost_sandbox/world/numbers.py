"""Tracking numbers with right check digits, real to everyone who checks (carriers.md §8)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
FEDEX_WEIGHTS: Final = (3, 1, 7)
ALPHANUMERIC: Final = "0123456789ABCDEFGHJKLMNPRSTUVWXY"

UPS_SERVICE_DIGITS: Final = {"ground": "03", "express": "01", "economy": "YW", "international": "66"}


def mod10(serial: str, *, evens: int = 1, odds: int = 1, reverse: bool = False) -> str:
    """The check digit of UPS and USPS numbers (carriers.md §8.2)."""
    text = serial[::-1] if reverse else serial
    total = sum(_digit(char) * (odds if index % 2 else evens) for index, char in enumerate(text))
    return str((10 - total % 10) % 10)


def _digit(char: str) -> int:
    return int(char) if char.isdigit() else (ord(char) - 3) % 10


def weighted(serial: str, weights: tuple[int, ...]) -> str:
    """The check digit of FedEx Express numbers."""
    total = sum(int(char) * weights[index % len(weights)] for index, char in enumerate(serial))
    return str(total % 11 % 10)


def mod7(serial: str) -> str:
    """The check digit of DHL Express numbers."""
    return str(int(serial) % 7)


def s10_digit(serial: str) -> str:
    """The check digit of the postal union's S10 numbers."""
    remainder = sum(int(char) * weight for char, weight in zip(serial, S10_WEIGHTS, strict=True)) % 11
    return {0: "5", 1: "0"}.get(remainder, str(11 - remainder))


def ups(rng: Random, service: str, serial: int) -> str:
    """1Z, six of the shipper, two of the service, seven of the parcel, a check digit."""
    shipper = "".join(rng.choice(ALPHANUMERIC) for _ in range(6))
    body = f"{shipper}{UPS_SERVICE_DIGITS[service]}{serial % 10**7:07d}"
    return f"1Z{body}{mod10(body, odds=2)}"


def fedex(rng: Random, _service: str, serial: int) -> str:
    """Twelve digits; the first is 6 to 9, so that no Purolator number looks the same."""
    body = f"{rng.randint(6, 9)}{rng.randint(0, 999):03d}{serial % 10**7:07d}"
    return body + weighted(body, FEDEX_WEIGHTS)


def usps(rng: Random, _service: str, serial: int) -> str:
    """The 22 digits of a postal parcel: 94, three of the service, nine of the mailer, seven of the parcel."""
    body = f"94001{rng.randint(900_000_000, 999_999_999)}{serial % 10**7:07d}"
    return body + mod10(body, evens=3, reverse=True)


def dhl(rng: Random, _service: str, serial: int) -> str:
    """Ten digits of DHL Express."""
    body = f"{rng.randint(10, 99)}{serial % 10**7:07d}"
    return body + mod7(body)


def canada_post(rng: Random, _service: str, serial: int) -> str:
    """Sixteen digits: seven of the customer, eight of the parcel, a check digit."""
    body = f"{rng.randint(10**6, 10**7 - 1)}{serial % 10**8:08d}"
    return body + mod10(body, evens=3)


def s10(prefix: str, country: str) -> Callable[[Random, str, int], str]:
    """A maker of postal numbers such as RB123456785GB."""

    def make(rng: Random, _service: str, serial: int) -> str:
        body = f"{rng.randint(1, 9)}{serial % 10**7:07d}"
        return f"{prefix}{body}{s10_digit(body)}{country}"

    return make


def shaped(prefix: str, digits: int, suffix: str = "") -> Callable[[Random, str, int], str]:
    """A maker of numbers that have a shape but no check digit (carriers.md §8.4)."""

    def make(rng: Random, _service: str, serial: int) -> str:
        head = rng.randint(10 ** (digits - 8), 10 ** (digits - 7) - 1)
        return f"{prefix}{head}{serial % 10**7:07d}{suffix}"

    return make
