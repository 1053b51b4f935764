"""The status of a whole parcel, worked out from its reports; written apart from Milepost on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from milepost_sandbox.world.words import Entailed

STATUSES: Final = (
    "expected",
    "label_created",
    "accepted",
    "in_transit",
    "held",
    "out_for_delivery",
    "available_for_pickup",
    "attempted",
    "delivered",
    "return_in_transit",
    "returned",
    "cancelled",
    "lost",
    "destroyed",
    "unknown",
)
"""From the first stage to the last; when two are told for one instant, the later stage counts."""
STAGE: Final = {status: stage for stage, status in enumerate(STATUSES)}
BEFORE_ANY_MOVE: Final = frozenset({"expected", "label_created"})
PROGRESS: Final = frozenset(
    {"accepted", "in_transit", "held", "out_for_delivery", "available_for_pickup", "attempted"}
)
TAKES_DELIVERY_BACK: Final = frozenset({"attempted", "held", "lost"})
"""Said outright, these contradict a delivery even where nobody scanned the parcel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event's part in the journey. `status` None says nothing about where the parcel is."""

    at: datetime
    status: str | None
    physical: bool


def told(entailed: Entailed) -> Told:
    """An entailed event's part; where no offset is known, its wall clock is read as UTC."""
    at = entailed.instant_utc or datetime.fromisoformat(entailed.wall_clock).replace(tzinfo=UTC)
    return Told(at=at, status=entailed.status, physical=entailed.physical)


def journey_status(events: Iterable[Told]) -> str:
    """The parcel's status after these events; docs/reference/stories.md has the rules."""
    said = [event for event in events if event.status is not None]
    known = [event for event in said if event.status != "unknown"]
    if not known:
        return "unknown" if said else "expected"
    status = "expected"
    returning = False
    for event in sorted(known, key=lambda event: (event.at, STAGE[event.status or "unknown"])):
        status = _next(status, event, returning=returning)
        returning = returning or status in ("return_in_transit", "returned")
    return status


def _next(status: str, event: Told, *, returning: bool) -> str:
    new = event.status or status
    if new in BEFORE_ANY_MOVE:
        return new if status in BEFORE_ANY_MOVE and STAGE[new] >= STAGE[status] else status
    if returning and new == "delivered":
        return "returned"
    if status == "delivered" and new != status and not _contradicts(event):
        return status
    if returning and new in PROGRESS:
        return "return_in_transit"
    return new


def _contradicts(event: Told) -> bool:
    """Whether this event takes a delivery back: somebody scanned the parcel after it, or says so outright."""
    return event.physical or event.status in TAKES_DELIVERY_BACK
