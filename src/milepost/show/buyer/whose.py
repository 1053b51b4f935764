"""Whose number a tracking number looks like, for its page: told by the number alone, never by our orders."""

from dataclasses import dataclass

from milepost.model.carriers import Candidate, Identification
from milepost.ports.app import App

SHOWN_MAX = 3
LIKELY_MIN = 0.05
"""Carriers less likely than this are not named to a buyer."""
MISTYPED_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Carrier:
    """One who may have the parcel, and its own page about this number (empty: none is known)."""

    name: str
    page: str


@dataclass(frozen=True, slots=True)
class Whose:
    """What the page says of a number."""

    is_sure: bool
    is_mistyped: bool
    carriers: tuple[Carrier, ...]


def whose_number(found: Identification, app: App) -> Whose:
    """The answer alone when it is sure, else the likely ones, best first."""
    likely = [one for one in found.candidates if one.probability >= LIKELY_MIN]
    sure = [one for one in found.candidates if one.carrier == found.answer]
    first = found.candidates[0].probability if found.candidates else 0.0
    return Whose(
        is_sure=bool(sure),
        is_mistyped=bool(found.number) and not found.valid_format and first >= MISTYPED_MIN,
        carriers=tuple(_carrier(one, found.number, app) for one in (sure or likely)[:SHOWN_MAX]),
    )


def _carrier(one: Candidate, number: str, app: App) -> Carrier:
    known = app.carriers.get(one.carrier)
    return Carrier(name=one.name, page=known.card.page_of(number) if known else "")
