"""The words of the sandbox's world: places, steps of a parcel, orders, and what a report about them entails.

Every moment here is a timezone-aware `datetime`. A `Step` that has a place carries the offset of that place's
zone at that moment; everything else is UTC. All persons, addresses and numbers are invented.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, Protocol

# What can happen to a parcel; docs/reference/stories.md tells what each one means.
SITUATIONS: Final[tuple[str, ...]] = (
    "label_created",
    "picked_up",
    "dropped_off",
    "arrived",
    "departed",
    "arrived_hub",
    "in_transit_note",
    "export_cleared",
    "customs_arrived",
    "customs_hold",
    "customs_released",
    "weather_delay",
    "mechanical_delay",
    "missorted",
    "security_hold",
    "hold_released",
    "address_wrong",
    "address_incomplete",
    "address_corrected",
    "damaged",
    "out_for_delivery",
    "attempt_absent",
    "attempt_closed",
    "refused",
    "available_for_pickup",
    "collected",
    "delivered",
    "loss_investigation",
    "lost",
    "return_started",
    "return_departed",
    "return_arrived",
    "returned",
    "destroyed",
    "label_voided",
    "eta_changed",
    "handed_to_post",
)

CARRIERS: Final[tuple[str, ...]] = (
    "ups",
    "fedex",
    "usps",
    "dhl",
    "royal_mail",
    "la_poste",
    "canada_post",
    "australia_post",
    "yanwen",
    "other",
)
"""`other` is a carrier without an API here (J&T Express, Evri, UniUni …): only TikTok knows its scans."""

SOURCES: Final[tuple[str, ...]] = ("tiktok_shop", *(carrier for carrier in CARRIERS if carrier != "other"))

OffsetSource = Literal["reported", "inferred", "unzoned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city or a hub. `region` is the state or province code (US, CA) or its name; `zone` is IANA."""

    city: str
    region: str
    country: str
    postal_code: str
    zone: str
    lat: float
    lon: float
    facility: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to one parcel.

    `key` is unique in the world. `at` has second grain. `published_at` (>= `at`) is when the carrier's system
    begins to show it. `detail` holds what the situation needs, as text: `fee`, `currency`, `papers`
    (customs_hold), `left_with` (delivered: person front_door neighbor mailbox safe_place office),
    `received_by`, `partner_number` (handed_to_post).
    """

    key: str
    at: datetime
    situation: str
    place: Place | None
    detail: Mapping[str, str]
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Eta:
    """The carrier's own promise, known from `known_at` on; `from_at` may be None (only the end is told)."""

    known_at: datetime
    from_at: datetime | None
    to_at: datetime
    kind: Literal["committed", "estimated", "rescheduled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel of one carrier. A stranger's older parcel with a number used again has no `order_ids`.

    `service`: ground express economy international. `steps` are in the order they happened.
    `marketplace_tracked` says whether TikTok tells scans of it too. `ship_date` is the local date of the
    first scan at the origin.
    """

    key: str
    carrier: str
    provider_name: str
    provider_id: str
    tracking_number: str
    service: str
    origin: Place
    destination: Place
    label_at: datetime
    steps: tuple[Step, ...]
    eta: tuple[Eta, ...]
    order_ids: tuple[str, ...]
    package_id: str
    ship_date: date
    weight_g: int
    story: str
    marketplace_tracked: bool

    def steps_published(self, now: datetime) -> tuple[Step, ...]:
        """The steps the carrier's system shows at `now`, in the order they happened."""
        return tuple(step for step in self.steps if step.published_at <= now)

    def eta_at(self, now: datetime) -> Eta | None:
        """The newest promise known at `now`."""
        known = [eta for eta in self.eta if eta.known_at <= now]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece sold; TikTok lists each as a line item of its own. `price` is a decimal text in USD."""

    line_item_id: str
    product_id: str
    sku_id: str
    title: str
    variant: str
    seller_sku: str
    price: str
    package_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """An invented buyer: the e-mail is a relay alias under `.invalid`, the telephone number 555-01xx."""

    user_id: str
    name: str
    email: str
    phone: str
    address_lines: tuple[str, ...]
    postal_code: str
    city: str
    region: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One seller's shop. `seller_type` is LOCAL or CROSS_BORDER; `region` is the ISO country."""

    shop_id: str
    name: str
    region: str
    cipher: str
    code: str
    app_key: str
    app_secret: str
    seller_type: str
    warehouse_id: str
    warehouse: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoment:
    """From `at` on the order has this TikTok status (tiktok-shop.md §3.3)."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMoment:
    """From `at` on the order's packages are `package_ids`.

    `sc_type` is "" when packages simply came to be, SPLIT or COMBINE when they were regrouped (webhook type
    4).
    """

    at: datetime
    package_ids: tuple[str, ...]
    sc_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One TikTok Shop order. `moments` are in time order and begin with UNPAID at `created_at`.

    `rts_at` arranged for shipment · `collected_at` became IN_TRANSIT · `delivered_at` became DELIVERED (None
    = never). The `*_sla`/`*_due` members are TikTok's clocks (tiktok-shop.md §3.4). `parcels` excludes
    strangers' parcels.
    """

    order_id: str
    shop_id: str
    created_at: datetime
    paid_at: datetime
    hold: bool
    units: tuple[Unit, ...]
    parcels: tuple[Parcel, ...]
    buyer: Buyer
    shipping_type: Literal["TIKTOK", "SELLER"]
    delivery_option: str
    delivery_option_id: str
    region: str
    story: str
    moments: tuple[OrderMoment, ...]
    package_moments: tuple[PackageMoment, ...]
    rts_at: datetime | None
    collected_at: datetime | None
    delivered_at: datetime | None
    cancel_requested_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    split_or_combine: Literal["", "SPLIT", "COMBINED"]
    address_changed_at: datetime | None
    rts_sla: datetime
    tts_sla: datetime
    delivery_sla: datetime
    delivery_option_required: datetime
    shipping_due: datetime
    collection_due: datetime
    delivery_due: datetime

    def status_at(self, now: datetime) -> str | None:
        """TikTok's order status at `now`; None while the order is not placed yet."""
        index = bisect_right(self.moments, now, key=lambda moment: moment.at)
        return self.moments[index - 1].status if index else None

    def update_time_at(self, now: datetime) -> datetime | None:
        """When the status last changed, as seen at `now`."""
        index = bisect_right(self.moments, now, key=lambda moment: moment.at)
        return self.moments[index - 1].at if index else None

    def packages_at(self, now: datetime) -> tuple[str, ...]:
        """The package ids at `now`; they may change when packages are split or combined."""
        index = bisect_right(self.package_moments, now, key=lambda moment: moment.at)
        return self.package_moments[index - 1].package_ids if index else ()

    def package_of(self, unit: Unit, now: datetime) -> str:
        """The package that holds `unit` at `now`, or "" when there is none."""
        packages = self.packages_at(now)
        if unit.package_id in packages:
            return unit.package_id
        return packages[0] if len(packages) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Every made-up key a client of the sandbox's servers needs."""

    tiktok_app_key: str
    tiktok_app_secret: str
    tiktok_service_id: str
    tiktok_auth_codes: Mapping[str, str]
    ups_client_id: str
    ups_client_secret: str
    fedex_client_id: str
    fedex_client_secret: str
    usps_client_id: str
    usps_client_secret: str
    dhl_api_key: str
    royal_mail_client_id: str
    royal_mail_client_secret: str
    la_poste_api_key: str
    canada_post_client_id: str = ""
    canada_post_client_secret: str = ""
    australia_post_api_key: str = ""
    australia_post_client_secret: str = ""
    australia_post_account: str = ""
    yanwen_client_id: str = ""
    ups_push_secret: str = ""
    fedex_push_secret: str = ""
    usps_push_secret: str = ""
    dhl_push_secret: str = ""
    aggregator_key: str = ""
    aggregator_secret: str = ""
    sms_account_sid: str = ""
    sms_auth_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entailed:
    """What one report, read rightly, says: the audit expects exactly one event of Milepost for each.

    `tracking_number` is None for order-level TikTok rows of orders with several packages, else `order_id` may
    be None.
    `instant_utc` is None only when `offset_source` is `unzoned`. `wall_clock` is `YYYY-MM-DDTHH:MM:SS` as the
    place's clock showed it. `grain_seconds` is the finest grain the report gave: 1, or 60 when it was cut to
    minutes.
    """

    source: str
    step_key: str
    tracking_number: str | None
    order_id: str | None
    code: str
    description: str
    instant_utc: datetime | None
    wall_clock: str
    offset_source: OffsetSource
    status: str | None
    reason: str | None
    published_at: datetime
    physical: bool = True
    grain_seconds: int = 1


class WorldLike(Protocol):
    """The world as the servers see it; `milepost_sandbox.world.world.World` is the real one."""

    seed: int
    shops: tuple[Shop, ...]
    orders: tuple[Order, ...]
    parcels: tuple[Parcel, ...]

    def now(self) -> datetime:
        """The world's present moment, UTC."""

    def shop(self, shop_id: str) -> Shop | None:
        """The shop with this id."""

    def order(self, order_id: str) -> Order | None:
        """The order with this id, also when it is not placed yet (see `Order.status_at`)."""

    def orders_of_package(self, package_id: str) -> tuple[Order, ...]:
        """The orders that have, had or will have this package."""

    def parcels_by_number(self, carrier: str, number: str) -> tuple[Parcel, ...]:
        """The carrier's parcels with this number; two when the number was used again, the older first."""

    def orders_updated(
        self, shop_id: str, since: datetime, until: datetime, now: datetime
    ) -> tuple[Order, ...]:
        """The shop's orders with `update_time_at(now)` in [since, until), oldest change first, then by id."""

    def served(self, source: str, step_key: str) -> None:
        """Mark that this source sent an answer with this step completely (a cut body does not count)."""


class FaultsLike(Protocol):
    """The fault switches as the servers see them; `milepost_sandbox.faults.Faults` is the real one."""

    def on(self, name: str) -> bool:
        """Whether this fault is switched on."""

    def strikes(self, name: str, *key: object, share: float) -> bool:
        """Whether the fault is on and this key is in the struck share (same key, same answer)."""


class Platform(Protocol):
    """One simulated platform; `milepost_sandbox.servers.PLATFORMS` lists one of each.

    `ROWS` is the platform's table from situation to what it puts on the wire; a situation without a row is
    never told.
    """

    source: str
    ROWS: Mapping[str, Any]

    def app(self, world: Any, faults: Any, credentials: Credentials) -> Any:
        """A fresh ASGI application that answers like the platform."""

    def entails(
        self, world: Any, faults: Any, parcel: Parcel, step: Step, now: datetime
    ) -> tuple[Entailed, ...]:
        """What the rows about this step say at `now`; empty when this platform says nothing about it."""


NO_DETAIL: Final[Mapping[str, str]] = {}
"""The detail of a step that needs none."""
