"""Reads carriers' cards: what is wrong in one is said with its file and the place in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from milepost.model.carriers import CarrierCard, NumberPattern
from milepost.model.errors import OperatorError
from milepost.model.reach import ContactKind, ContactPoint, Policy

LISTS: dict[str, tuple[str, type]] = {
    "patterns": ("pattern", NumberPattern),
    "contacts": ("contact", ContactPoint),
    "policies": ("policy", Policy),
}
"""The lists of a card, what one entry of each is called, and what it is."""

CARDS_MAX = 512
"""Cards kept read; more are read again."""

COUNTRY = re.compile(r"[A-Z]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
ADDRESS = re.compile(r"https://[a-z0-9.-]+(/\S*)?")
PHONE = re.compile(r"\+?\d[\d -]{1,18}")


class CatalogError(OperatorError):
    """A source's folder is not as it should be; the text names the file, the place in it and the fix."""


def card(path: Path) -> CarrierCard:
    """The card in a carrier.toml; the key is its folder's name. Raises CatalogError."""
    try:
        return _card(path, path.read_text("utf-8"))
    except OSError as error:
        raise CatalogError(f"{path}: {error}") from error


@lru_cache(maxsize=CARDS_MAX)
def _card(path: Path, text: str) -> CarrierCard:
    """Read once in a process however often a Milepost is put together in it, as tests do."""
    try:
        told = tomllib.loads(text)
        _only_known(told, CarrierCard, str(path))
        for name, (noun, kind) in LISTS.items():
            for number, entry in enumerate(told.get(name, []), 1):
                _only_known(entry, kind, f"{path}, {noun} {number}")
        for entry in told.get("patterns", []):
            re.compile(entry.get("regex", ""))
        found = msgspec.convert({**told, "key": path.parent.name}, CarrierCard)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, re.error) as error:
        raise CatalogError(f"{path}: {error}") from error
    for wrong in _wrong(found):
        raise CatalogError(f"{path}, {wrong}")
    return found


def _only_known(told: Mapping[str, Any], kind: type, where: str) -> None:
    known = {item.name for item in fields(kind)}
    if strange := sorted(set(told) - known):
        raise CatalogError(f"{where}: `{strange[0]}` is not a key; there are {', '.join(sorted(known))}")


def _wrong(told: CarrierCard) -> Iterator[str]:
    for name, (noun, _) in LISTS.items():
        for number, entry in enumerate(getattr(told, name), 1):
            where = f"{noun} {number}"
            if strange := [one for one in entry.countries if not COUNTRY.fullmatch(one)]:
                yield f"{where}: countries: write `{strange[0]}` as two capital letters, such as US"
            if isinstance(entry, ContactPoint):
                yield from (f"{where}: {wrong}" for wrong in _wrong_contact(entry))
            if isinstance(entry, Policy):
                yield from (f"{where}: {wrong}" for wrong in _wrong_policy(entry))


def _wrong_contact(one: ContactPoint) -> Iterator[str]:
    if not one.source:
        yield "source: say where it is from"
    if one.kind is ContactKind.PHONE:
        if not PHONE.fullmatch(one.to):
            yield f"to: `{one.to}` is no phone number; digits, spaces and dashes only"
    elif not ADDRESS.fullmatch(one.to):
        yield f"to: write `{one.to}` as https://host/path"
    if one.kind is ContactKind.TRACKING and "{n}" not in one.to:
        yield "to: put {n} where the tracking number belongs"


def _wrong_policy(one: Policy) -> Iterator[str]:
    if not one.source:
        yield "source: say where it is from"
    lengths = [length for length in (one.within, one.not_before) if length is not None]
    if one.counts_from and not lengths:
        yield "counts_from: say how long, in `within` or `not_before`"
    if any(length < 0 for length in lengths) or (one.count or 0) < 0:
        yield "within, not_before, count: zero or more"
    if one.within is not None and (one.not_before or 0) > one.within:
        yield "not_before: later than `within`"
    if (one.amount is not None) != bool(one.currency):
        yield "amount, currency: one needs the other"
    if one.currency and not CURRENCY.fullmatch(one.currency):
        yield f"currency: write `{one.currency}` as three capital letters, such as USD"
