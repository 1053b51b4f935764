"""The audit's words: what was heard from Milepost, what was to be expected, and the result."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

DETAILS_MAX: Final = 50
RESULT_KEYS: Final = (
    "seed",
    "orders",
    "expected",
    "missing",
    "duplicate",
    "invented",
    "wrong_instant",
    "unzoned",
    "wrong_status",
)


class AuditError(Exception):
    """The audit could not be carried out: no answer, a refused key, an unreadable page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One event the reports entailed. `due` is False while Milepost may not have heard of it yet."""

    source: str
    tracking_number: str | None
    order_id: str | None
    code: str
    description: str
    instant: datetime | None
    wall_clock: datetime
    offset_source: str
    status: str | None
    reason: str | None
    physical: bool
    grain_seconds: int
    due: bool

    @property
    def subject(self) -> str:
        """What the event belongs to: a tracking number, or an order when no parcel can be named."""
        return self.tracking_number or f"order {self.order_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event as Milepost's API gives it."""

    event_id: str
    source: str
    tracking_number: str | None
    order_ids: tuple[str, ...]
    code: str
    description: str
    instant: datetime | None
    wall_clock: datetime
    offset_source: str
    status: str | None
    reason: str | None

    @property
    def subject(self) -> str:
        """As `Expected.subject`."""
        return self.tracking_number or f"order {self.order_ids[0] if self.order_ids else '-'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedParcel:
    """One parcel Milepost must know, with the carrier's number and its orders."""

    tracking_number: str
    order_ids: tuple[str, ...]
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardShipment:
    """One shipment as Milepost's API gives it."""

    shipment_id: str
    tracking_number: str | None
    order_ids: tuple[str, ...]
    status: str


@dataclass(slots=True, kw_only=True)
class AuditResult:
    """The counts of one audit; `details` names the first differences for a person."""

    seed: int
    orders: int
    expected: int = 0
    missing: int = 0
    duplicate: int = 0
    invented: int = 0
    wrong_instant: int = 0
    unzoned: int = 0
    wrong_status: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether nothing is missing, doubled, invented or wrong; `unzoned` is no fault."""
        return not (
            self.missing or self.duplicate or self.invented or self.wrong_instant or self.wrong_status
        )

    def to_json(self) -> str:
        """The one JSON line, without the details."""
        return json.dumps({key: getattr(self, key) for key in RESULT_KEYS})

    def tell(self, difference: str) -> None:
        """Keep this difference for a person, as long as there is room."""
        if len(self.details) < DETAILS_MAX:
            self.details.append(difference)
