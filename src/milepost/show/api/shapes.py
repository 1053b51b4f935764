"""The shapes of the JSON API. Instants are RFC 3339; unknown is null, never a guess."""

from datetime import date, datetime
from typing import Annotated

import msgspec

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class PlaceShape(msgspec.Struct, kw_only=True):
    """Where a scan happened: the source's words, and what we make of them (nulls where we cannot)."""

    text: str
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    precision: str | None


class EventShape(msgspec.Struct, kw_only=True):
    """One scan as one source told it; events of several sources about one scan share `step_id`."""

    id: str
    step_id: str
    shipment_id: str | None
    confirmation_numbers: list[str]
    tracking_number: str | None
    source: str
    occurred_at: datetime | None
    wall_clock: str
    offset_minutes: int | None
    offset_source: str
    heard_at: datetime
    status: str | None
    reason: str | None
    responsible: str | None
    evidence: str
    certainty: int | None  # per cent, where no code told it and its words were read
    code: str
    description: str
    place: PlaceShape | None
    retracted: bool  # entered by hand and taken back: it counts no more


class ItemShape(msgspec.Struct, kw_only=True):
    """Units of one variant."""

    title: str
    variant: str
    seller_sku: str
    quantity: int
    state: str
    package_id: str | None


class DestinationShape(msgspec.Struct, kw_only=True):
    """Where an order goes, without anything personal."""

    country: str | None
    region: str | None
    city: str | None
    postal_prefix: str | None


class ContactShape(msgspec.Struct, kw_only=True):
    """Who gets it; only for keys that may see contacts."""

    name: str | None
    email: str | None
    phone: str | None
    address: str | None
    postal_code: str | None


class OrderShape(msgspec.Struct, kw_only=True):
    """An order by its confirmation number."""

    confirmation_number: str
    shop_id: str
    marketplace: str
    state: str
    placed_at: datetime | None
    updated_at: datetime | None
    closed: bool
    destination: DestinationShape
    items: list[ItemShape]
    shipment_ids: list[str]
    exceptions_open: int
    total: str | None
    currency: str | None
    contact: ContactShape | None


class WindowShape(msgspec.Struct, kw_only=True):
    """A delivery window, UTC."""

    from_at: datetime | None
    to_at: datetime
    kind: str
    source: str
    said_at: datetime
    reason: str
    confidence: float | None
    sample_size: int | None


class LegShape(msgspec.Struct, kw_only=True):
    """A later part of the way, with another carrier under its own number."""

    carrier: str
    tracking_number: str
    told_at: datetime


class ShipmentShape(msgspec.Struct, kw_only=True):
    """One tracking number with one carrier, and what its journey comes to."""

    id: str
    shop_id: str
    confirmation_numbers: list[str]
    carrier: str | None
    carrier_name: str | None
    carrier_url: str | None
    provider_name: str
    tracking_number: str
    service: str
    status: str
    reason: str | None
    status_since: datetime | None
    delivered_at: datetime | None
    delivery_retracted: bool
    last_heard_at: datetime | None
    last_scan_at: datetime | None
    last_place: str | None
    superseded: bool
    forecast: WindowShape | None
    carrier_eta: WindowShape | None
    carrier_chosen: bool  # by a person or a program; else Milepost identified it
    legs: list[LegShape]  # after the first one


class ChoiceShape(msgspec.Struct, kw_only=True):
    """Somebody said whose parcel it is, or undid that."""

    carrier: str | None
    before: str | None
    reason: str
    by: str
    at: datetime
    set_aside: int  # scans of another carrier that count no more
    undoes: bool


class ChoicesShape(msgspec.Struct, kw_only=True):
    """Whose parcel it is now, and everything that was said of it, oldest first."""

    carrier: str | None
    choices: list[ChoiceShape]


class CarrierWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose parcel it is: a carrier's key, and how one knows."""

    carrier: Annotated[str, msgspec.Meta(max_length=64)]
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class PromiseShape(msgspec.Struct, kw_only=True):
    """One entry of the promises ledger."""

    confirmation_number: str
    shipment_id: str | None
    promiser: str
    source: str
    name: str
    kind: str
    from_at: datetime | None
    to_at: datetime
    said_at: datetime
    reason: str
    confidence: float | None
    sample_size: int | None


class ExceptionShape(msgspec.Struct, kw_only=True):
    """A delivery exception: what, how bad, whose move it is, by when."""

    id: str
    shipment_id: str
    confirmation_numbers: list[str]
    kind: str
    severity: str
    mover: str
    responsible: str
    reason: str | None
    opened_at: datetime
    noticed_at: datetime
    act_by: datetime | None
    event_id: str | None
    resolved_at: datetime | None
    resolution: str | None


class AttemptShape(msgspec.Struct, kw_only=True):
    """One try to send a notice."""

    at: datetime
    number: int
    outcome: str
    detail: str


class NoticeShape(msgspec.Struct, kw_only=True):
    """A decided message and what became of it. Addresses are not in it."""

    id: str
    confirmation_number: str
    shipment_id: str | None
    audience: str
    channel: str
    template: str
    created_at: datetime
    attempts: list[AttemptShape]


class OrderPage(msgspec.Struct):
    """A page of orders."""

    data: list[OrderShape]
    next_cursor: str | None


class ShipmentPage(msgspec.Struct):
    """A page of shipments."""

    data: list[ShipmentShape]
    next_cursor: str | None


class EventPage(msgspec.Struct):
    """A page of events; it ends at whole shipments, so it may hold more or fewer than `limit`."""

    data: list[EventShape]
    next_cursor: str | None


class PromisePage(msgspec.Struct):
    """A page of the promises ledger."""

    data: list[PromiseShape]
    next_cursor: str | None


class ExceptionPage(msgspec.Struct):
    """A page of delivery exceptions."""

    data: list[ExceptionShape]
    next_cursor: str | None


class NoticePage(msgspec.Struct):
    """A page of notices."""

    data: list[NoticeShape]
    next_cursor: str | None


class CandidateShape(msgspec.Struct, kw_only=True):
    """A carrier who may have a number: how likely (0 to 1) and why."""

    carrier: str
    p: float
    reasons: list[str]


class IdentificationShape(msgspec.Struct, kw_only=True):
    """Whose number is in a text. `answer` is a carrier's key, or null where we are not sure.

    `valid_format` is false when a check digit fails, or when there is no number at all. A post without
    a folder here has the key `s10:` and its country.
    """

    input: str
    number: str
    valid_format: bool
    answer: str | None
    candidates: list[CandidateShape]


class IdentificationPage(msgspec.Struct):
    """One for each text, in their order."""

    data: list[IdentificationShape]


class IdentifyWish(msgspec.Struct, kw_only=True):
    """Texts that hold a tracking number each, and what else is known of all of them."""

    texts: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=2_000)]], msgspec.Meta(min_length=1, max_length=500)
    ]
    provider_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    country: Annotated[str, msgspec.Meta(pattern="^([A-Za-z]{2})?$")] = ""
    shop_id: Identifier | None = None


class DoorShape(msgspec.Struct, kw_only=True):
    """Where it would go: a country (ISO 3166, two letters), and as much more as you want to tell."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")]
    region: Annotated[str, msgspec.Meta(max_length=80)] = ""
    city: Annotated[str, msgspec.Meta(max_length=80)] = ""
    postal_code: Annotated[str, msgspec.Meta(max_length=16)] = ""


class EstimateWish(msgspec.Struct, kw_only=True):
    """A parcel that nobody has bought yet. `bought_at` left out, or null, is now."""

    destination: DoorShape
    origin_country: Annotated[str, msgspec.Meta(pattern="^([A-Za-z]{2})?$")] = ""
    carrier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    service: Annotated[str, msgspec.Meta(max_length=40)] = ""
    shop_id: Identifier | None = None
    bought_at: datetime | None = None


class PercentShape(msgspec.Struct, kw_only=True):
    """So many of a hundred such parcels come between these instants."""

    percent: int
    from_at: datetime
    to_at: datetime


class DayShape(msgspec.Struct, kw_only=True):
    """The chance (0 to 1) that it comes on that day at the door."""

    day: date
    chance: float


class EstimateShape(msgspec.Struct, kw_only=True):
    """When it would come. `came_inside` is the measured share of shown windows that held; null before 30."""

    as_of: datetime
    point_at: datetime
    first_day: date
    last_day: date
    time_zone: str | None
    windows: list[PercentShape]
    days: list[DayShape]
    model: str
    parcels: int
    came_inside: float | None
    measured_on: int


class ColumnShape(msgspec.Struct, kw_only=True):
    """What was made of one column of a file; `ours` null: left out."""

    theirs: str
    ours: str | None


class ImportRowShape(msgspec.Struct, kw_only=True):
    """What becomes of one row: new, changed, known, early (no order names its number yet) or refused."""

    where: str
    fate: str
    about: str | None
    says: str


class ImportShape(msgspec.Struct, kw_only=True):
    """What a file does, or would do. Of many rows the first 1,000, refused ones first."""

    kind: str
    changed: bool
    counts: dict[str, int]
    columns: list[ColumnShape]
    remarks: list[str]
    rows: list[ImportRowShape]


class EntryWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a person knows of a parcel. `tracking_number` may be left out where the order has one parcel."""

    status: Annotated[str, msgspec.Meta(max_length=40, description="One of ours, or `note`.")]
    occurred_at: Annotated[str, msgspec.Meta(max_length=40, description="With its offset.")]
    tracking_number: Annotated[str, msgspec.Meta(max_length=80)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=60)] = ""
    place: Annotated[str, msgspec.Meta(max_length=120)] = ""
    note: Annotated[str, msgspec.Meta(max_length=500, description="The buyer reads it.")] = ""


class TakeBackWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why an entry is taken back."""

    note: Annotated[str, msgspec.Meta(max_length=500)]


class EnteredShape(msgspec.Struct, kw_only=True):
    """The event that was entered or taken back."""

    event_id: str
