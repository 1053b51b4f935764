"""Finds an order by a buyer's e-mail, phone or postcode without keeping any of them readable."""

import hmac
import re

from milepost.model.orders import Contact
from milepost.store.sealing import Sealer

PHONE_DIGITS = 9  # the last ones: with or without country code and leading zero it is one phone
PHONE_DIGITS_MIN = 7
ZIP_PLUS_FOUR = re.compile(r"(\d{5})\d{4}")
KINDS = ("email", "phone", "postal")
FACTOR_LENGTH_MAX = 320  # the longest e-mail address there is
ABSENT = "-" * 64  # as long as a hash

Indexes = tuple[str | None, str | None, str | None]


def indexes(contact: Contact, sealer: Sealer) -> Indexes:
    """Keyed hashes of e-mail, phone and postcode, in this order; None where there is none."""
    return _blinded(contact.email, contact.phone, contact.postal_code, sealer)


def indexes_of_text(text: str, sealer: Sealer) -> Indexes:
    """The same for a text that may be any of the three."""
    text = text[:FACTOR_LENGTH_MAX]
    return _blinded(text, text, text, sealer)


def matches(given: Indexes, stored: Indexes) -> bool:
    """Whether any of the three agrees; as much work when nothing is stored."""
    agreed = False
    for mine, theirs in zip(given, stored, strict=True):
        known = mine is not None and theirs is not None
        agreed |= hmac.compare_digest(mine or ABSENT, theirs or ABSENT) and known
    return agreed


def _blinded(email: str | None, phone: str | None, postal: str | None, sealer: Sealer) -> Indexes:
    plain = (_email(email or ""), _phone(phone or ""), _postcode(postal or ""))
    # All three are hashed whatever was given, so that the work tells nothing.
    hashed = [sealer.blind(kind, value) for kind, value in zip(KINDS, plain, strict=True)]
    first, second, third = (code if value else None for code, value in zip(hashed, plain, strict=True))
    return first, second, third


def _email(text: str) -> str:
    stripped = text.strip().casefold()
    return stripped if "@" in stripped else ""


def _phone(text: str) -> str:
    digits = "".join(re.findall(r"[0-9]", text))
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS_MIN else ""


def _postcode(text: str) -> str:
    plain = re.sub(r"[\s-]", "", text).upper()
    whole = ZIP_PLUS_FOUR.fullmatch(plain)
    return whole[1] if whole else plain
