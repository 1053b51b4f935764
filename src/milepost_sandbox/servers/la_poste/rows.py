"""What La Poste says about each situation: event code, label, and what it means.

Codes: the lists named in the README of Milepost's folder. An event tells no place; its time has an offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    offset_text,
    unknown_code,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Step

SOURCE: Final = "la_poste"
PARIS: Final = ZoneInfo("Europe/Paris")
"""Times are told with the offset of Paris, wherever something happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event and its meaning."""

    code: str
    label: str
    meaning: Meaning


def _event(
    code: str, label: str, status: str | None, reason: str | None = None, *, physical: bool = True
) -> Event:
    return Event(code=code, label=label, meaning=Meaning(status=status, reason=reason, physical=physical))


ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event("DR1", "Your parcel will soon be ours.", "label_created", physical=False),
        "picked_up": _event("PC1", "Your parcel was taken in.", "accepted"),
        "dropped_off": _event("PC1", "Your parcel was handed in at a post office.", "accepted"),
        "arrived": _event("ET1", "Your parcel is passing through one of our sites.", "in_transit"),
        "departed": _event("ET1", "Your parcel is on its way.", "in_transit"),
        "arrived_hub": _event("ET1", "Your parcel has reached the site that serves you.", "in_transit"),
        "in_transit_note": _event("EP1", "Your parcel waits to be delivered.", "in_transit"),
        "export_cleared": _event("ET2", "Your parcel is ready to leave its country.", "in_transit"),
        "customs_arrived": _event("DO1", "Your parcel was given to customs.", "held", "customs.in_progress"),
        "customs_hold": _event("DO3", "Customs keep your parcel.", "held", "customs.government_hold"),
        "customs_released": _event("DO2", "Customs have released your parcel.", "in_transit"),
        "weather_delay": _event("DI3", "Your parcel is late.", "in_transit", physical=False),
        "mechanical_delay": _event("DI3", "Your parcel is late.", "in_transit", physical=False),
        "security_hold": _event("PB1", "Your parcel was stopped.", "held"),
        "hold_released": _event("PB2", "Your parcel goes on.", "in_transit"),
        "address_wrong": _event("PB1", "The address of your parcel is wrong.", "held"),
        "address_incomplete": _event("PB1", "The address of your parcel is incomplete.", "held"),
        "address_corrected": _event("PB2", "The address is right now.", "in_transit"),
        "damaged": _event("PB1", "Your parcel was damaged.", "held"),
        "loss_investigation": _event("PB1", "We are looking for your parcel.", "held"),
        "out_for_delivery": _event("MD2", "Your parcel is being delivered.", "out_for_delivery"),
        "attempt_absent": _event("ND1", "You were not at home.", "attempted"),
        "attempt_closed": _event("ND1", "Nobody could take your parcel.", "attempted"),
        "refused": _event("ND1", "The parcel was not taken.", "attempted"),
        "available_for_pickup": _event(
            "AG1", "Your parcel waits at the pick-up point.", "available_for_pickup"
        ),
        "collected": _event("DI1", "Your parcel was collected.", "delivered"),
        "delivered": _event("DI1", "Your parcel was delivered.", "delivered"),
        "return_started": _event("RE1", "The parcel goes back to its sender.", "return_in_transit"),
        "return_departed": _event("ET1", "The parcel is on its way.", "in_transit"),
        "return_arrived": _event("ET1", "The parcel is passing through one of our sites.", "in_transit"),
        "returned": _event("DI2", "The parcel is back with its sender.", "returned"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "missorted": "its codes have no word for a wrong way",
        "lost": "its codes have no word for a loss",
        "destroyed": "its codes have no word for it",
        "label_voided": "a label that is never used gets no event",
        "eta_changed": "the day changes without an event",
        "handed_to_post": "it is the post",
    }
)


def tellings(faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The events about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    event = ROWS.get(step.situation)
    if event is None:
        return ()
    unknown = Event(code=unknown_code(step), label="News of your parcel.", meaning=UNKNOWN)
    own = [_telling(step, event, step.at)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at))


def _telling(step: Step, event: Event, at: datetime) -> Telling:
    at = at.astimezone(PARIS)
    row: dict[str, Any] = {
        "code": event.code,
        "label": event.label,
        "date": at.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(at),
    }
    return Telling(step=step, at=at, code=event.code, description=event.label, meaning=event.meaning, row=row)
