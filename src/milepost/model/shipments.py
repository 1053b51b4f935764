"""One tracking number with one carrier, and which orders travel in it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A later part of the way, with another carrier under its own number."""

    carrier: str  # folder key
    number: str
    reason: str  # why we think so, one sentence
    told_at: datetime  # UTC, when we heard of the hand-over


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What we know of a shipment besides its journey.

    A tracking number can be used again after months: `since` (UTC) is when this use of it began to matter
    to us (the order was placed); scans more than `REUSE_SLACK` before it belong to an earlier parcel.
    """

    shipment_id: str  # opaque, 128 bits of randomness
    shop_id: str
    order_numbers: tuple[str, ...]
    tracking_number: str
    carrier: str | None  # folder key, or None when nobody we can ask has it
    carrier_reason: str  # why we think so, one sentence
    provider_id: str
    provider_name: str
    package_ids: tuple[str, ...]
    since: datetime
    created_at: datetime
    service: str = ""
    references: tuple[tuple[str, str], ...] = ()
    handed_over_as: tuple[tuple[str, str], ...] = ()
    superseded: bool = False  # the marketplace replaced this number by another
    legs: tuple[Leg, ...] = ()  # after the first one, in the order we heard of them
    chosen_at: datetime | None = None  # when somebody chose the carrier; None: Milepost identified it
    to_country: str = ""  # where it goes; tells uses of one number apart
    to_city: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number it travels under."""
        return (self.tracking_number, *(leg.number for leg in self.legs))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingQuery:
    """What a carrier is asked about."""

    tracking_number: str
    since: datetime  # UTC; helps choose among uses of one number
    postal_code: str | None = None  # of the receiver, where a carrier asks for it
    carrier: str | None = None  # our key, for who is asked about parcels of many carriers
