"""What a delivered parcel teaches the forecast: its way by stages, and what everybody had promised of it.

No order, no number, no name is in it. Instants are UTC.
"""

from datetime import datetime

from msgspec import Struct


class Way(Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True, gc=False):
    """From where to where, and with whom, as far as it is known; empty: not known."""

    shop: str = ""
    carrier: str = ""
    service: str = ""
    origin: str = ""  # country, alpha-2
    country: str = ""
    region: str = ""
    zone: str = ""  # IANA name at the door

    @property
    def lane(self) -> str:
        """`us>us`: what news gaps, coverage and the scoreboard are counted by."""
        return f"{self.origin}>{self.country}".casefold() if self.country else ""


class Lived(Struct, frozen=True, array_like=True, gc=False):
    """A stage the parcel lived through, when it began, and when we heard of that."""

    stage: str
    since: datetime
    heard_at: datetime


class OurWord(Struct, frozen=True, array_like=True, gc=False):
    """An entry of ours in the ledger: when, in which stage, the window shown, and the hours it rested on."""

    said_at: datetime
    stage: str
    from_at: datetime
    to_at: datetime
    hours: tuple[float, ...]  # of a Spread, from `said_at` on


class TheirWord(Struct, frozen=True, array_like=True, gc=False):
    """A date that a carrier or the marketplace named."""

    said_at: datetime
    from_at: datetime | None
    to_at: datetime


class Lesson(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One parcel's. Kept in the transaction that made it delivered, and never changed."""

    way: Way
    delivered_at: datetime
    stages: tuple[Lived, ...]
    ours: tuple[OurWord, ...] = ()
    carriers: tuple[TheirWord, ...] = ()
    marketplaces: tuple[TheirWord, ...] = ()
