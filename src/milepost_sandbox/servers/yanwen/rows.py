"""What Yanwen says about each situation: the checkpoint's code, its message, and what it means.

Codes: the list named in the README of Milepost's folder. Each checkpoint has a clock and that clock's offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    offset_text,
    unknown_code,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Step

SOURCE: Final = "yanwen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One checkpoint and its meaning."""

    code: str
    message: str
    meaning: Meaning


def _event(
    code: str, message: str, status: str | None, reason: str | None = None, *, physical: bool = True
) -> Event:
    return Event(code=code, message=message, meaning=Meaning(status=status, reason=reason, physical=physical))


DUTY: Final = _event("LM32", "Waiting for paying Duty", "held", "customs.duties_due")
ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event("OR10", "Order processed by shipper", "label_created", physical=False),
        "picked_up": _event("PU10", "Yanwen Pickup Scan", "accepted"),
        "dropped_off": _event("PU10", "Yanwen Pickup Scan", "accepted"),
        "arrived": _event("LM12", "In transit - Inbound", "in_transit"),
        "departed": _event("LM13", "In transit - Outbound", "in_transit"),
        "arrived_hub": _event("LM10", "Distribution center - Inbound", "in_transit"),
        "in_transit_note": _event("LM15", "In transit to next facility", "in_transit"),
        "export_cleared": _event("EC20", "International shipment release - Export", "in_transit"),
        "customs_arrived": _event("IC50", "Custom Clearance in process", "held", "customs.in_progress"),
        "customs_hold": _event("IC50", "Custom Clearance in process", "held", "customs.in_progress"),
        "customs_released": _event("IC60", "International shipment release - Import", "in_transit"),
        "weather_delay": _event("LM60", "Delivery delay", "in_transit", physical=False),
        "mechanical_delay": _event("LM60", "Delivery delay", "in_transit", physical=False),
        "address_wrong": _event("LM70", "Consignee information is required", "held", "address.incomplete"),
        "address_incomplete": _event(
            "LM70", "Consignee information is required", "held", "address.incomplete"
        ),
        "lost": _event("LM85", "Package lost", "lost", "carrier.lost"),
        "out_for_delivery": _event("LM25", "Out for delivery", "out_for_delivery"),
        "attempt_absent": _event(
            "LM52", "Delivery failed, Consignee is not available", "attempted", "receiver.absent"
        ),
        "attempt_closed": _event("LM51", "Delivery attempt failed, will be arranged again", "attempted"),
        "refused": _event("LM75", "Sign-off refused by consignee", "attempted", "receiver.refused"),
        "available_for_pickup": _event("LM30", "Available for pick up", "available_for_pickup"),
        "collected": _event("LM40", "Delivered with POD", "delivered"),
        "delivered": _event("LM40", "Delivered with POD", "delivered"),
        "return_started": _event("LM90", "Package returned", "return_in_transit"),
        "return_departed": _event("LM13", "In transit - Outbound", "in_transit"),
        "return_arrived": _event("LM12", "In transit - Inbound", "in_transit"),
        "returned": _event("SC36", "Returned by Yanwen, Delivered with signature", "returned"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "security_hold": "its codes have no word for a check",
        "hold_released": "its codes have no word for the end of a hold",
        "address_corrected": "its codes have no word for a corrected address",
        "damaged": "its codes have no word for damage before the door",
        "loss_investigation": "its codes have no word for a search",
        "missorted": "its codes have no word for a wrong way",
        "destroyed": "its codes have no word for it",
        "label_voided": "a label that is never used gets no checkpoint",
        "eta_changed": "it names no day",
        "handed_to_post": "the number of the last mile stands beside the checkpoints",
    }
)


def event_of(step: Step) -> Event | None:
    """What Yanwen says about a step; None when it says nothing."""
    if step.situation == "customs_hold" and step.detail.get("fee"):
        return DUTY
    return ROWS.get(step.situation)


def tellings(faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The checkpoints about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    event = event_of(step)
    if event is None:
        return ()
    unknown = Event(code=unknown_code(step), message="Item update", meaning=UNKNOWN)
    own = [_telling(step, event, step.at)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at))


def _telling(step: Step, event: Event, at: datetime) -> Telling:
    row: dict[str, Any] = {
        "time_stamp": at.strftime("%Y-%m-%dT%H:%M:%S"),
        "time_zone": _zone(at),
        "tracking_status": event.code,
        "message": event.message,
        "location": step.place.city if step.place is not None else "",
    }
    return Telling(
        step=step, at=at, code=event.code, description=event.message, meaning=event.meaning, row=row
    )


def _zone(at: datetime) -> str:
    """`+08`; with its minutes where there are any."""
    return offset_text(at).removesuffix(":00")
