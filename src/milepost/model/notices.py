"""What somebody is told, through which channel, and what became of each try."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from milepost.model.people import Quiet

MY_ORDERS = "my_orders"
"""The notice with a link to all orders of its address. The link is made when it is sent."""

PASSCODE = "passcode"
"""The notice with a code that opens an order. The code is made when it is sent, and kept as a hash only."""


LANGUAGE = "language"
"""The fact of those two that names the language of the page they were asked for on."""


PICTURE_ID, LOGO_ID = "map@milepost", "logo@milepost"
"""The content ids of the pictures in a mail."""


class Audience(StrEnum):
    """Who is told."""

    BUYER = "buyer"
    SELLER = "seller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A decided message about one shipment or order. One per (what happened, audience, channel)."""

    key: str  # e.g. `<shipment>:delivered:<event id>:buyer:email`
    shop_id: str
    order_number: str
    shipment_id: str | None
    audience: Audience
    channel: str  # folder name under notify/channels
    template: str  # name of what happened: delivered, attempted, exception_customs …
    facts: Mapping[str, str] = field(
        default_factory=dict
    )  # plain strings the template needs; no personal data
    created_at: datetime
    exception_key: str | None = None
    news_at: datetime | None = None  # UTC; when what it tells of happened, at the earliest


def shop_notice(
    *,
    key: str,
    shop_id: str,
    channel: str,
    template: str,
    facts: Mapping[str, str],
    created_at: datetime,
    news_at: datetime | None = None,
) -> Notice:
    """What a seller is told about the shop as a whole, and no order of it."""
    return Notice(
        key=key,
        shop_id=shop_id,
        order_number="",
        shipment_id=None,
        audience=Audience.SELLER,
        channel=channel,
        template=template,
        facts=facts,
        created_at=created_at,
        news_at=news_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where a notice goes, resolved at the moment of sending (consent may have ended since)."""

    address: str  # e-mail, phone, or user/inbox id
    language: str = "en"
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send a notice."""

    notice_key: str
    at: datetime
    number: int
    outcome: str  # sent | retry | dead | skipped
    detail: str  # provider's answer, without personal data
    message_id: str = ""
    fate: str = ""  # what the provider said of it later


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a mail, what it shows in words, and how large it is shown, in px."""

    png: bytes
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rendered notice."""

    subject: str
    text: str
    html: str = ""
    short: str = ""  # the news in a line, for channels with little room
    shop_name: str = ""
    link: str = ""
    picture: Picture | None = None  # of the HTML part, which names it by PICTURE_ID
    logo: Picture | None = None  # the same, by LOGO_ID
    unsubscribe_url: str = ""  # one click ends it (RFC 8058); empty for notices nobody subscribed to
