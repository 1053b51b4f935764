"""What a source's parser reads out of a report, still in the source's own words."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from msgspec import Struct

from milepost.model.imports import Layout
from milepost.model.orders import OrderFacts
from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.reports import Refusal


class CodeRef(NamedTuple):
    """One code to look up in a source's codes.csv; `family` separates code spaces that collide."""

    family: str
    code: str


class Scan(Struct, frozen=True, kw_only=True, gc=False):
    """One row of a source's tracking, before it is put in our words.

    Give exactly one of `moment` (aware datetime: the source gave an offset, GMT or an epoch) or
    `wall_clock` (ISO 8601 local time, the source gave no offset; `normalize` looks at the place). A year that
    was not told is `--`, as in `--12-31T23:50:00`; `normalize` finds it.
    `refs` are tried in order: the first with a status gives the status, the first with a reason the reason.
    """

    moment: datetime | None = None
    wall_clock: str | None = None
    code: str  # as the source gave it, for people and for identity, e.g. `I/DP/005`
    refs: tuple[CodeRef, ...]
    text: str  # the source's own words
    place: RawPlace = RawPlace()
    tracking_number: str | None = None  # None: told of an order as a whole
    order_number: str | None = None
    logical: bool = False  # the source says it is computed, not scanned


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaTold:
    """A delivery window a source named. Dates without a time become the whole local day.

    `from_at`/`to_at` are aware; `wall_from`/`wall_to` are ISO local times when no offset was given.
    """

    tracking_number: str
    kind: EtaKind
    from_at: datetime | None = None
    to_at: datetime | None = None
    wall_from: str | None = None
    wall_to: str | None = None
    place: RawPlace = RawPlace()  # where the wall clock is read: the destination


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofTold:
    """Proof of delivery facts: never the picture itself in this form, only that there is one."""

    tracking_number: str
    received_by: str = ""  # personal: sealed at rest, shown only in the full view
    left_at: str = ""  # front door, neighbor, mailbox …, as the source says
    has_signature: bool = False
    has_photo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentTold:
    """Facts about the shipment itself (not a scan)."""

    tracking_number: str
    service: str = ""
    references: tuple[tuple[str, str], ...] = ()  # (type, value)
    handed_over_as: tuple[tuple[str, str], ...] = ()  # (other carrier's key or type, its number)
    ship_date: date | None = None
    origin: RawPlace = RawPlace()
    destination: RawPlace = RawPlace()
    weight_g: int | None = None
    not_found: bool = False  # the source answered that it does not know this number (yet)
    carrier: str = ""  # whose parcel it is, as one who tells of many carriers says: our key


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Everything a parser read out of one report."""

    scans: tuple[Scan, ...] = ()
    etas: tuple[EtaTold, ...] = ()
    proofs: tuple[ProofTold, ...] = ()
    shipments: tuple[ShipmentTold, ...] = ()
    orders: tuple[OrderFacts, ...] = ()
    hints: tuple[str, ...] = ()  # order numbers worth re-reading (webhooks are hints)
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = field(default=())
    layout: Layout | None = None  # of what people hand in: where in it everything stands
