"""What Canada Post says about each situation: event number, text, and what it means.

Numbers and texts: its code table (Messages and Code Tables). A time is a clock on the wall and the name of a
zone, which is that of standard time all year, as answers of September 2026 had it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    is_ambiguous,
    lacks_offset,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Place, Step

SOURCE: Final = "canada_post"
COUNTRY_NAMES: Final = {"US": "United States", "DE": "Germany", "GB": "United Kingdom", "CN": "China"}
CANADIAN: Final = ("NST", "AST", "EST", "CST", "MST", "PST")
UNLISTED: Final = ("9871", "9872", "9873")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event and its meaning."""

    code: str
    text: str
    meaning: Meaning


def _event(
    code: str, text: str, status: str | None, reason: str | None = None, *, physical: bool = True
) -> Event:
    meaning = Meaning(status=status, reason=reason, physical=physical)
    return Event(code=code, text=text, meaning=meaning)


ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event(
            "3000", "Electronic information submitted by shipper", "label_created", physical=False
        ),
        "picked_up": _event("2300", "Item picked up by Canada Post", "accepted"),
        "dropped_off": _event("1302", "Item accepted at the Post Office.", "accepted"),
        "arrived": _event("400", "Item arrived", "in_transit"),
        "departed": _event("410", "Item departed", "in_transit"),
        "arrived_hub": _event("100", "Item processed", "in_transit"),
        "in_transit_note": _event("175", "Item in transit", "in_transit"),
        "export_cleared": _event("815", "International Item being prepared for export", "in_transit"),
        "customs_arrived": _event(
            "800",
            "Item has been presented to Canada Border Services Agency for customs review.",
            "held",
            "customs.in_progress",
        ),
        "customs_hold": _event("810", "Item held by Customs", "held", "customs.in_progress"),
        "customs_released": _event(
            "900", "International item released from Customs for processing by Canada Post", "in_transit"
        ),
        "weather_delay": _event(
            "159",
            "Delivery may be delayed due to extreme weather conditions",
            "in_transit",
            "external.weather",
            physical=False,
        ),
        "mechanical_delay": _event(
            "162",
            "Delivery may be delayed due to transportation delay",
            "in_transit",
            "carrier.late_linehaul",
            physical=False,
        ),
        "missorted": _event(
            "172",
            "Item re-routed due to processing error; Possible delay",
            "in_transit",
            "carrier.misrouted",
        ),
        "security_hold": _event(
            "1450", "Item on hold at a secure facility; contact Customer Service", "held"
        ),
        "hold_released": _event("102", "Item processed", "in_transit"),
        "address_wrong": _event(
            "173",
            "Customer addressing error found; attempting to correct. Possible delay",
            "held",
            "address.wrong",
        ),
        "address_incomplete": _event(
            "1412", "Verifying recipient's address; Possible delay", "held", "address.wrong"
        ),
        "address_corrected": _event("198", "Label correction applied", None, physical=False),
        "out_for_delivery": _event("174", "Item out for delivery", "out_for_delivery"),
        "attempt_absent": _event(
            "1435", "Notice card left indicating where and when to pick up item", "attempted"
        ),
        "attempt_closed": _event(
            "1411",
            "Business closed for the day. Item on hold for second delivery attempt.",
            "attempted",
            "receiver.closed",
        ),
        "refused": _event(
            "1417",
            "Item refused by recipient. Item being returned to sender.",
            "return_in_transit",
            "receiver.refused",
        ),
        "available_for_pickup": _event(
            "1701", "Item available for pickup at Post Office", "available_for_pickup"
        ),
        "collected": _event("1498", "Delivered", "delivered"),
        "delivered": _event("1496", "Delivered", "delivered"),
        "return_started": _event("1420", "Item being returned to sender", "return_in_transit"),
        "return_departed": _event("410", "Item departed", "in_transit"),
        "return_arrived": _event("405", "Item arrived", "in_transit"),
        "returned": _event("1496", "Delivered", "delivered"),
        "destroyed": _event("150", "Hold period expired; Item has been disposed of", "destroyed"),
        "eta_changed": _event("1203", "Expected delivery date updated", None, physical=False),
        "handed_to_post": _event("115", "Item transferred to partner", "in_transit"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "damaged": "the code table has damage only of items that arrive from abroad",
        "loss_investigation": "the code table has no search",
        "lost": "the code table has no loss",
        "label_voided": "a label that is never used gets no event",
    }
)

LEFT: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "front_door": ("1421", "Delivered to recipient's front door"),
        "mailbox": ("1441", "Delivered to community mailbox or parcel locker"),
        "safe_place": ("1427", "Delivered to recipient's safe drop location"),
        "office": ("1463", "Delivered to mailroom"),
    }
)
SIGNATURE: Final = _event("20", "Signature available", None, physical=False)
PHOTO: Final = _event("2001", "Photo available", None, physical=False)


def events_of(step: Step) -> list[Event]:
    """What Canada Post says about a step: a delivery may have a signature or a photograph beside it."""
    event = ROWS.get(step.situation)
    if event is None or step.situation != "delivered":
        return [event] if event else []
    left = step.detail.get("left_with", "")
    code, text = LEFT.get(left, (event.code, event.text))
    beside = [SIGNATURE] if step.detail.get("received_by") else [PHOTO] if left == "front_door" else []
    return [Event(code=code, text=text, meaning=event.meaning), *beside]


def tellings(faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The events about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    events = events_of(step)
    if not events:
        return ()
    nameless = lacks_offset(faults, SOURCE, step, step.at, step.place) and step.place is not None
    unknown = Event(code=UNLISTED[len(step.key) % len(UNLISTED)], text="Qzx", meaning=UNKNOWN)
    own = [_telling(step, event, step.at, named=not nameless) for event in events]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at, named=True))


def _telling(step: Step, event: Event, at: datetime, *, named: bool) -> Telling:
    zone = zone_name(step.place) if named else ""
    return Telling(
        step=step,
        at=at,
        code=event.code,
        description=event.text,
        meaning=event.meaning,
        row={
            "eventIdentifier": event.code.rjust(4, "0") if len(event.code) > 2 else event.code,
            "eventDate": at.strftime("%Y-%m-%d"),
            "eventTime": at.strftime("%H:%M:%S"),
            "eventTimeZone": zone,
            "eventDescription": event.text,
            **_signer(step, event),
            **_site(step.place),
            "eventRetailLocationId": None,
            "eventRetailName": None,
        },
        offset_source="reported" if _is_plain(zone, at, step.place) else "inferred",
    )


def zone_name(place: Place | None) -> str:
    """What the zone of a place is called in winter; UTC where no place is told."""
    return datetime(2026, 1, 15, tzinfo=ZoneInfo(place.zone)).strftime("%Z") if place else "UTC"


def _is_plain(zone: str, at: datetime, place: Place | None) -> bool:
    """Whether the name of the zone alone tells the offset: not where clocks are on daylight time."""
    if place is None:
        return zone == "UTC"
    there = at.astimezone(ZoneInfo(place.zone))
    return zone in CANADIAN and there.dst() == timedelta(0) and not is_ambiguous(at, place)


def _signer(step: Step, event: Event) -> dict[str, Any]:
    return {"signatoryName": step.detail.get("received_by", "").upper()} if event is SIGNATURE else {}


def _site(place: Place | None) -> dict[str, Any]:
    """Town and province; abroad the town and its country in one, as in `02650,Israel`."""
    if place is None:
        return {"eventSite": None, "eventProvince": None}
    if place.country == "CA":
        return {"eventSite": place.city.upper(), "eventProvince": place.region}
    country = COUNTRY_NAMES.get(place.country, place.country)
    return {"eventSite": f"{place.city.upper()},{country}", "eventProvince": ""}
