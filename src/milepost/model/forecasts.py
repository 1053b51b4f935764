"""Our own window for the doorstep instant, with what it rests on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

SHARES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""The shares of parcels for which a spread names an hour: its windows' edges and the median."""

MEDIAN = SHARES.index(0.50)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long it may still take: the hours from now by which each of SHARES of parcels like it has come.

    Raises ValueError for hours that are missing, negative, not finite or that go back.
    """

    hours: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.hours) != len(SHARES):
            raise ValueError(
                f"a spread has {len(SHARES)} hours, one for each of {SHARES}; got {len(self.hours)}"
            )
        before = 0.0
        for share, hour in zip(SHARES, self.hours, strict=True):
            if not before <= hour < float("inf"):  # also true of a NaN
                raise ValueError(f"by {share:.0%} of parcels: {hour} h is not finite, or before {before} h")
            before = hour

    @property
    def point(self) -> float:
        """The median, in hours from now."""
        return self.hours[MEDIAN]

    def window(self, percent: int) -> tuple[float, float]:
        """Hours from now between which 50, 80 or 90 % of parcels like it come. KeyError for any other."""
        low, high = WINDOWS[percent]
        return self.hours[low], self.hours[high]


WINDOWS = {
    50: (SHARES.index(0.25), SHARES.index(0.75)),
    80: (SHARES.index(0.10), SHARES.index(0.90)),
    90: (SHARES.index(0.05), SHARES.index(0.95)),
}
"""Which two hours of a spread are the edges of a window, by its percent."""


class WhyKind(StrEnum):
    """What can move a forecast."""

    FIRST = "first"  # nothing was said before
    HANDLING = "handling"  # handed over later, or sooner, than expected
    ROUTE = "route"  # a part of the way took longer, or shorter
    SILENCE = "silence"  # a scan was due and did not come
    CLOSED = "closed"  # a weekend or a holiday lies on the way
    OUT = "out"  # it went out for delivery
    MISSED = "missed"  # it was out, and came back or found nobody
    HELD = "held"
    CUSTOMS = "customs"
    RELEASED = "released"  # it moves again
    ETA = "eta"  # the carrier named another date
    WAY = "way"  # more became known of where it comes from, or with which service
    NETWORK = "network"  # parcels like it have lately taken longer, or shorter


class Why(Struct, frozen=True, array_like=True, gc=False):
    """One fact that moved a forecast, and by how many hours; negative: it comes sooner."""

    kind: WhyKind
    hours: float
    about: str = ""  # the day that is closed, the reason it is held for; `delivered` words of nobody


class Basis(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an entry of ours in the ledger rests on: enough to make it again and to compare the next one.

    The hours of `why` add up to how far the point moved from the entry before.
    """

    hours: tuple[float, ...]  # of the Spread, from when it was said
    stage: str
    since: datetime
    model: str
    parcels: int = 0
    origin: str = ""  # country, as far as it was known
    service: str = ""
    carrier_to: datetime | None = None  # the end of the carrier's own window, if it named one
    rescheduled: bool = False  # it put that in the place of an earlier one
    why: tuple[Why, ...] = ()
    closed_h: float = 0.0  # hours of closed days that it reckons with
    closed_on: tuple[int, ...] = ()  # days of the week on which the carrier does not deliver; Monday is 0

    @property
    def spread(self) -> Spread:
        """Its hours as a spread."""
        return Spread(self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When we think it will be delivered. UTC; `low_at`..`high_at` is the window shown."""

    as_of: datetime
    spread: Spread  # hours from `as_of` on
    low_at: datetime
    point_at: datetime
    high_at: datetime
    stage: str  # of the way (forecast/stages.py), and since when
    since: datetime
    model: str  # name of what made it: rule, history, carrier and their mixtures
    parcels: int  # like it that were delivered; 0: none was seen
    carrier_to: datetime | None
    rescheduled: bool
    closed_h: float
