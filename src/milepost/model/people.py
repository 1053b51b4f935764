"""People who use Milepost: their accounts, their keys, and what was shown to prove a right to see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a signed-in person may do."""

    ADMIN = "admin"
    SELLER = "seller"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who signs in to the console. `shop_ids` empty means every shop."""

    user_id: str
    email: str
    name: str
    role: Role
    shop_ids: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program's key. Only the SHA-256 of the secret is kept. `shop_ids` empty means every shop."""

    key_id: str
    name: str
    shop_ids: tuple[str, ...] = ()
    can_see_contacts: bool = False
    may_manage_webhooks: bool = False
    may_tell_news: bool = False  # hand in files, captures and entries by hand
    may_choose_look: bool = False  # name, logo and color of its shops


class View(StrEnum):
    """How much of an order a buyer's visit has earned (reliability.md A1)."""

    PUBLIC = "public"  # a tracking number alone: status and day
    TOWN = "town"  # order number and a second factor together: town-level history
    FULL = "full"  # a signed link: names, photos, full address


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A signed link to one order. Only the SHA-256 of the token is kept."""

    order_number: str
    shop_id: str
    view: View
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """An order that belongs to an address, and how much of it that proves."""

    order_number: str
    shop_id: str
    view: View  # full: the order came with this address; town: somebody asked for news there


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which nothing is sent, by the clock of a zone (IANA). From 22:00 to 07:00 spans midnight."""

    from_time: str  # HH:MM
    to_time: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A buyer's notice switches for one order, with the proof that they asked for it."""

    order_number: str
    shop_id: str
    channel: str
    address: str  # sealed at rest
    only_problems: bool
    consented_at: datetime
    wording: str  # the sentence they agreed to
    ended_at: datetime | None = None
    quiet: Quiet | None = None
    language: str = ""  # empty: the installation's
