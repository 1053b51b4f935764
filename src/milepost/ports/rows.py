"""What lists are made of: orders and shipments in short, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from milepost.model.orders import OrderFacts
from milepost.model.shipments import Shipment

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` None at the end. Cursors are opaque."""

    rows: tuple[T, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order with what lists show of it."""

    facts: OrderFacts
    shipment_ids: tuple[str, ...]
    open_exceptions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRow:
    """A shipment with its derived summary."""

    shipment: Shipment
    status: str
    reason: str | None
    status_since: datetime | None
    delivered_at: datetime | None
    delivery_retracted: bool
    last_heard_at: datetime | None
    last_scan_at: datetime | None
    last_place: str
