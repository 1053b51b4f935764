"""One order as a row of its milestones. Instants are days since 1970 in UTC: they subtract quickly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


class Stage(IntEnum):
    """The moments at which an order is forecast. The words are also the columns' (`approved_at` …)."""

    PURCHASE = 0
    APPROVED = 1
    HANDED_OVER = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a parcel starts or ends, as far as it is told. Empty or None: not told."""

    zip: str = ""
    region: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.zip) or self.latitude is not None


NOWHERE = End()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """What a history tells of one order. `offset` is the shop's local time minus UTC, in days."""

    order_id: str
    purchased_at: float
    approved_at: float | None = None
    handed_over_at: float | None = None
    delivered_at: float | None = None
    promised_at: float | None = None
    hand_over_by: float | None = None  # the seller's deadline; looked at from approval on
    offset: float = 0.0
    origin: End = NOWHERE
    destination: End = NOWHERE
    seller: str = ""
    carrier: str = ""
    service: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)  # weight, price … known at purchase
    words: Mapping[str, str] = field(default_factory=dict)  # payment, category … known at purchase
    instant: Callable[[float], float] | None = None  # back to the calendar, when its instants are on a clock
    has_places: bool = field(init=False)  # both ends; kept, for it is asked for again and again

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_places", self.origin.is_known and self.destination.is_known)

    def local(self, at: float) -> float:
        """Days since 1970 by the shop's wall clock."""
        return (at if self.instant is None else self.instant(at)) + self.offset

    def at(self, stage: Stage) -> float | None:
        """When the order came to that stage, or None when it has not or nobody says."""
        if stage is Stage.PURCHASE:
            return self.purchased_at
        return self.approved_at if stage is Stage.APPROVED else self.handed_over_at


def distance_km(one: End, other: End) -> float | None:
    """Along the great circle, or None when a coordinate is missing."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north, south = radians(one.latitude), radians(other.latitude)
    half = sin((south - north) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(half, 1.0)))
