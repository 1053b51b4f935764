"""What USPS says about each situation: event code, text, how it names the place, and what it means.

Codes: carriers.md §4.3. USPS tells the true second in `GMTTimestamp`; `eventTimestamp` is cut to the minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    attempt_number,
    lacks_offset,
    offset_text,
    unknown_code,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Place, Step

SOURCE: Final = "usps"
PlaceForm = Literal["full", "plant", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One USPS event and its meaning; a `plant` puts all of its place into `eventCity`."""

    code: str
    text: str
    meaning: Meaning
    place: PlaceForm = "full"


def _event(
    code: str,
    text: str,
    status: str,
    reason: str | None = None,
    *,
    place: PlaceForm = "full",
    physical: bool = True,
) -> Event:
    meaning = Meaning(status=status, reason=reason, physical=physical)
    return Event(code=code, text=text, meaning=meaning, place=place)


ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event(
            "GX", "Shipping Label Created, USPS Awaiting Item", "label_created", physical=False
        ),
        "picked_up": _event("03", "Accepted at USPS Facility", "accepted"),
        "dropped_off": _event("OA", "Accepted at USPS Origin Facility", "accepted"),
        "arrived": _event("A1", "Arrived at USPS Facility", "in_transit"),
        "departed": _event("T1", "Departed USPS Regional Facility", "in_transit", place="plant"),
        "arrived_hub": _event("10", "Arrived at USPS Regional Facility", "in_transit", place="plant"),
        "in_transit_note": _event(
            "NT", "In Transit to Next Facility", "in_transit", place="none", physical=False
        ),
        "export_cleared": _event("EMC", "Processed Through Export Facility", "in_transit"),
        "customs_arrived": _event("EMD", "Arrived at Import Facility", "in_transit"),
        "customs_hold": _event("EME", "Held in Customs", "held", "customs.in_progress"),
        "customs_released": _event("EMF", "Processed Through Import Facility", "in_transit"),
        "missorted": _event("08", "Missent", "in_transit", "carrier.misrouted"),
        "address_wrong": _event("05", "Undeliverable as Addressed", "held", "address.wrong"),
        "address_incomplete": _event("22", "Insufficient Address", "held", "address.incomplete"),
        "out_for_delivery": _event("OF", "Out for Delivery", "out_for_delivery"),
        "attempt_absent": _event(
            "02", "Notice Left (No Authorized Recipient Available)", "attempted", "receiver.absent"
        ),
        "attempt_closed": _event("51", "Business Closed", "attempted", "receiver.closed"),
        "refused": _event("04", "Refused", "attempted", "receiver.refused"),
        "available_for_pickup": _event("14", "Available for Pickup", "available_for_pickup"),
        "collected": _event("43", "Picked Up", "delivered"),
        "delivered": _event("01", "Delivered", "delivered"),
        "lost": _event("11", "Dead Mail/Disposed by Post Office", "lost", "carrier.lost"),
        "return_started": _event("09", "Return to Sender", "return_in_transit"),
        "return_departed": _event("T1", "Departed USPS Regional Facility", "in_transit", place="plant"),
        "return_arrived": _event("A1", "Arrived at USPS Facility", "in_transit"),
        "returned": _event("01", "Delivered", "delivered"),
        "handed_to_post": _event(
            "82", "Departed Shipping Partner Facility, USPS Awaiting Item", "in_transit"
        ),
    }
)

LATER_ATTEMPT: Final = _event("52", "Notice Left (No One Available)", "attempted", "receiver.absent")

DELIVERED_TEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "Delivered, Left with Individual",
        "front_door": "Delivered, Front Door/Porch",
        "neighbor": "Delivered, Neighbor as Requested",
        "mailbox": "Delivered, In/At Mailbox",
        "safe_place": "Delivered, Garage or Other Location at Address",
        "office": "Delivered, Front Desk/Reception/Mail Room",
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "weather_delay": "the reference has no event code for weather",
        "mechanical_delay": "the reference has no event code for a breakdown",
        "security_hold": "the reference has no event code for a security check",
        "hold_released": "the reference has no event code for the end of a hold",
        "address_corrected": "the reference has no event code for a corrected address",
        "damaged": "the reference has no event code for damage",
        "loss_investigation": "the reference has no event code for a search",
        "destroyed": "code 11 covers dead mail, which Milepost reads as lost",
        "label_voided": "a label that is never used gets no event",
        "eta_changed": "the expected date changes without an event",
    }
)


def event_of(parcel: Parcel, step: Step) -> Event | None:
    """What USPS says about a step; None when it says nothing."""
    event = ROWS.get(step.situation)
    if event is None:
        return None
    if step.situation == "attempt_absent" and attempt_number(parcel, step) > 1:
        return LATER_ATTEMPT
    if step.situation == "delivered":
        text = DELIVERED_TEXT.get(step.detail.get("left_with", ""), event.text)
        return Event(code=event.code, text=text, meaning=event.meaning)
    return event


def tellings(faults: FaultsLike, parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The events about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    event = event_of(parcel, step)
    if event is None:
        return ()
    place = None if event.place == "none" else step.place
    # Only a whole place tells its zone beyond doubt, so only such rows may lose their GMT members.
    naive = event.place == "full" and place is not None and lacks_offset(faults, SOURCE, step, step.at, place)
    unknown = Event(code=unknown_code(step), text="Mailpiece Note", meaning=UNKNOWN, place=event.place)
    own = [_telling(step, event, step.at, place, naive=naive)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at, place, naive=False))


def _telling(step: Step, event: Event, at: datetime, place: Place | None, *, naive: bool) -> Telling:
    row: dict[str, Any] = {
        "eventType": event.text,
        "eventCode": event.code,
        "eventTimestamp": at.strftime("%Y-%m-%dT%H:%M:00"),
    }
    if not naive:
        row["GMTTimestamp"] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        row["GMTOffset"] = offset_text(at)
    row |= _place(event.place, place)
    row |= {"firm": None, "name": _name(step), "authorizedAgent": "false"}
    row |= {"actionCode": None, "reasonCode": None}
    return Telling(
        step=step,
        at=at,
        code=event.code,
        description=event.text,
        meaning=event.meaning,
        row=row,
        offset_source="inferred" if naive else "reported",
        grain_s=60 if naive else 1,
    )


def _place(form: PlaceForm, place: Place | None) -> dict[str, Any]:
    nowhere = {"eventCity": None, "eventState": None, "eventZIP": None, "eventCountry": None}
    if place is None or form == "none":
        return nowhere
    if place.country != "US":
        return {**nowhere, "eventCity": place.city.upper(), "eventCountry": place.country}
    if form == "plant":
        return {**nowhere, "eventCity": f"{place.city.upper()} {place.region} DISTRIBUTION CENTER"}
    return {
        "eventCity": place.city.upper(),
        "eventState": place.region,
        "eventZIP": place.postal_code,
        "eventCountry": None,
    }


def _name(step: Step) -> str | None:
    return step.detail.get("received_by") if step.situation in {"delivered", "collected"} else None
