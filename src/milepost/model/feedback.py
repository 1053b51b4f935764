"""What a buyer tells the seller about an order: that all is there, or what is wrong, with photos."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FeedbackKind(StrEnum):
    """What the buyer said."""

    ALL_GOOD = "all_good"
    BROKEN = "broken"
    MISSING = "missing"
    WRONG_ITEM = "wrong_item"
    NOT_HERE = "not_here"  # it is said to be delivered, and is not there
    NOT_MINE = "not_mine"
    DETAILS = "details"  # something in the order itself is wrong: `field` says what
    OTHER = "other"


class OrderField(StrEnum):
    """What of an order can be wrong."""

    NAME = "name"
    ADDRESS = "address"
    ITEMS = "items"
    QUANTITY = "quantity"
    DATE = "date"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture as we keep it: drawn anew as a JPEG, so that nothing of the file that came is left."""

    photo_id: str
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One thing a buyer said, as they said it. Never edited."""

    feedback_id: str
    shop_id: str
    order_number: str
    at: datetime
    kind: FeedbackKind
    items: tuple[str, ...] = ()  # titles of what it is about
    field: OrderField | None = None
    words: str = ""  # personal: sealed at rest, for the seller alone
    photo_ids: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # a sentence for each file that we could not take
