"""Something is wrong with a delivery: what, how bad, whose move it is, and by when."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from milepost.model.statuses import Responsible


class Severity(StrEnum):
    """How much it matters, worst first."""

    CRITICAL = "critical"  # the parcel will not come by itself
    ACTION = "action"  # somebody has to do something
    WATCH = "watch"  # it may solve itself


class Mover(StrEnum):
    """Whose move it is."""

    BUYER = "buyer"
    SELLER = "seller"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryException:
    """A fact, opened and resolved; never raised (names ending in Error are raised)."""

    shop_id: str
    shipment_id: str
    order_numbers: tuple[str, ...]
    kind: str  # a key of react's table: weather, customs, address, silent, late …
    severity: Severity
    mover: Mover
    responsible: Responsible
    reason: str | None  # group.detail of the scan that opened it
    opened_at: datetime  # UTC, when what opened it happened
    noticed_at: datetime  # UTC, when we knew
    act_by: datetime | None
    event_id: str | None  # the scan that opened it, or None for silence and lateness
    resolved_at: datetime | None = None
    resolution: str = ""

    @property
    def key(self) -> str:
        """One open exception of a kind per shipment and cause."""
        return f"{self.shipment_id}:{self.kind}:{self.opened_at.isoformat()}"

    @property
    def is_open(self) -> bool:
        """Still waiting for somebody."""
        return self.resolved_at is None

    def resolve(self, at: datetime, how: str) -> Self:
        """The same exception, resolved; `how` is one plain sentence."""
        return replace(self, resolved_at=at, resolution=how)
