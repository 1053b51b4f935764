"""What was bought: the order as the marketplace describes it, and who it goes to."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from milepost.model.promises import ClockTold


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Units of one variant in one package, grouped (the marketplace lists one row per unit)."""

    title: str
    variant: str
    seller_sku: str
    quantity: int
    package_id: str | None
    state: str  # the marketplace's own word
    price: Decimal | None = None
    currency: str = ""
    image_url: str = ""
    line_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFacts:
    """One package of an order: the link between what was bought and what is moved."""

    package_id: str | None
    tracking_number: str | None
    provider_id: str
    provider_name: str
    state: str = ""
    order_numbers: tuple[str, ...] = ()  # several when orders were combined


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who gets it. Personal: sealed at rest, leaves only through a door that checked who asks.

    A field is None when the source left it out or masked it (`***`); masked never overwrites clear.
    """

    name: str | None = None
    email: str | None = None  # on TikTok Shop a relay alias
    phone: str | None = None
    address: str | None = None  # full address on one line
    postal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The part of an address that is not personal: town and country."""

    country: str = ""
    region: str = ""
    city: str = ""
    postal_prefix: str = ""  # the first characters of a postcode: a region, never a street


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order as one report described it. A later report adds another; none is edited.

    `complete` is False for a thin row of a list answer that lacks lines or packages.
    """

    order_number: str  # the order confirmation number
    shop_id: str
    marketplace: str
    state: str  # the marketplace's own status word
    placed_at: datetime | None
    updated_at: datetime | None
    closed: bool  # cancelled or completed: the marketplace expects no more of it
    items: tuple[Item, ...] = ()
    packages: tuple[PackageFacts, ...] = ()
    contact: Contact = Contact()
    destination: Destination = Destination()
    clocks: tuple[ClockTold, ...] = ()
    total: Decimal | None = None
    currency: str = ""
    shipping_type: str = ""
    marketplace_ships: bool = False  # the marketplace carries the parcels itself and may know more of them
    delivery_option: str = ""
    complete: bool = True
    heard_at: datetime | None = field(default=None, compare=False)  # of the report; breaks ties of updated_at


class OrderOutline(Struct, frozen=True, kw_only=True):
    """When an order was placed and where it goes: all that a forecast needs of it."""

    shop_id: str
    order_number: str
    placed_at: datetime | None
    destination: Destination = Destination()
