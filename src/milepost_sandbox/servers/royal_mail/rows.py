"""What Royal Mail says about each situation: event code, name, which of its buildings, and what it means.

Codes: the lists named in the README of Milepost's folder. Every event has its time with an offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    offset_text,
    unknown_code,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Place, Step

SOURCE: Final = "royal_mail"
HOME: Final = "GB"
Site = Literal["DO", "MC", "Post Office", "Worldwide DC", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event and its meaning; `site` is the building whose name ends so, "" when none is named."""

    code: str
    name: str
    meaning: Meaning
    site: Site = "DO"


def _event(
    code: str,
    name: str,
    status: str | None,
    reason: str | None = None,
    *,
    site: Site = "DO",
    physical: bool = True,
) -> Event:
    meaning = Meaning(status=status, reason=reason, physical=physical)
    return Event(code=code, name=name, meaning=meaning, site=site)


ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event("EVAIP", "Sender preparing item", "label_created", site="", physical=False),
        "picked_up": _event("EVDAC", "Item Received", "accepted", site="MC"),
        "dropped_off": _event("EVPPA", "Accepted at Post Office", "accepted", site="Post Office"),
        "arrived": _event("EVIMC", "Item Received", "in_transit", site="MC"),
        "departed": _event("EVODO", "Item Despatched", "in_transit", site="MC", physical=False),
        "arrived_hub": _event("EVORI", "Arrived at", "in_transit", site="MC", physical=False),
        "in_transit_note": _event("EVOCO", "Being processed for delivery", "in_transit"),
        "export_cleared": _event("EVHOE", "Item Leaving the UK", "in_transit", site="Worldwide DC"),
        "customs_arrived": _event(
            "EVJIC", "Presented to Customs", "held", "customs.in_progress", site="Worldwide DC"
        ),
        "customs_hold": _event(
            "EVJIN", "Held by Customs", "held", "customs.papers_missing", site="Worldwide DC"
        ),
        "customs_released": _event("EVJNT", "Released from Customs", "in_transit", site="Worldwide DC"),
        "missorted": _event("EVGMI", "Item Mis-sorted", "in_transit", "carrier.misrouted"),
        "address_wrong": _event("EVNWA", "Forwarded - Wrong Address", "in_transit", "address.wrong"),
        "damaged": _event("EVIPD", "Item Received", "in_transit", "carrier.damaged", site="MC"),
        "out_for_delivery": _event("EVGPD", "Due to be delivered today", "out_for_delivery"),
        "attempt_absent": _event("EVKNA", "Delivery Attempted - No Answer", "attempted", "receiver.absent"),
        "attempt_closed": _event(
            "EVKAA", "Delivery Attempted - Address Inaccessible", "attempted", "access.no_access"
        ),
        "refused": _event("EVKRF", "Refused - Returned to Sender", "attempted", "receiver.refused"),
        "available_for_pickup": _event(
            "EVPLA", "Available for collection", "available_for_pickup", site="Post Office"
        ),
        "collected": _event("EVPLC", "Collected", "delivered", site="Post Office"),
        "delivered": _event("EVKOP", "Delivered by", "delivered"),
        "return_started": _event("EVNRS", "Returned to Sender", "return_in_transit"),
        "return_departed": _event("EVODO", "Item Despatched", "in_transit", site="MC", physical=False),
        "return_arrived": _event("EVORR", "Returned to Sender", "return_in_transit", site="MC"),
        "returned": _event("EVRTS", "Delivered back to sender", "returned"),
        "destroyed": _event("EVNDL", "Item destroyed", "destroyed"),
    }
)

LEFT_WITH: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "person": _event("EVKSP", "Delivered and Signed", "delivered"),
        "office": _event("EVKSP", "Delivered and Signed", "delivered"),
        "neighbor": _event("EVKDN", "Delivered to Neighbour", "delivered"),
        "safe_place": _event("EVKSF", "Delivered to Safeplace by", "delivered"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "weather_delay": "the lists have no code for weather",
        "mechanical_delay": "the lists have no code for a breakdown",
        "security_hold": "suspected prohibited goods would say more than a security check",
        "hold_released": "the lists have no code for the end of a hold",
        "address_incomplete": "its codes mean the way back, too",
        "address_corrected": "the lists have no code for a corrected address",
        "loss_investigation": "the lists have no code for a search",
        "lost": "a parcel that is not found at the counter need not be lost",
        "label_voided": "a label that is never used gets no event",
        "eta_changed": "the window changes without an event",
        "handed_to_post": "it is the post",
    }
)


def event_of(step: Step) -> Event | None:
    """What Royal Mail says about a step; None when it says nothing."""
    event = ROWS.get(step.situation)
    if step.situation == "delivered":
        return LEFT_WITH.get(step.detail.get("left_with", ""), event)
    return event


def tellings(faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The events about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    event = event_of(step)
    if event is None:
        return ()
    unknown = Event(code=f"EV{unknown_code(step)}Q", name="Item update", meaning=UNKNOWN, site=event.site)
    own = [_telling(step, event, step.at)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at))


def _telling(step: Step, event: Event, at: datetime) -> Telling:
    row: dict[str, Any] = {
        "eventCode": event.code,
        "eventName": event.name,
        "eventDateTime": at.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(at),
    }
    if event.site and step.place is not None:
        row["locationName"] = location(step.place, event.site)
    return Telling(step=step, at=at, code=event.code, description=event.name, meaning=event.meaning, row=row)


def location(place: Place, site: Site) -> str:
    """One of its buildings; abroad, where it has none, the town alone."""
    return f"{place.city} {site}" if place.country == HOME else place.city.upper()
