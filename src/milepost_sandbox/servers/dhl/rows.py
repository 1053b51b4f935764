"""What DHL says about each situation: status code, Express code, text, and what it means.

Codes: carriers.md §5.3, division Express. The code stands in `status` or in `statusDetailed`; times come with
an offset, as UTC with a Z, or naive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    is_ambiguous,
    lacks_offset,
    offset_text,
    unknown_code,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, OffsetSource, Parcel, Place, Step

SOURCE: Final = "dhl"
PRE_TRANSIT_DELIVERED_SHARE: Final = 0.1
COUNTRY_NAMES: Final = {
    "US": "USA",
    "GB": "UK",
    "DE": "GERMANY",
    "FR": "FRANCE",
    "CN": "CHINA",
    "HK": "HONG KONG",
    "ID": "INDONESIA",
    "VN": "VIETNAM",
    "TH": "THAILAND",
    "CA": "CANADA",
    "SG": "SINGAPORE",
    "MY": "MALAYSIA",
    "PH": "PHILIPPINES",
    "JP": "JAPAN",
    "NL": "NETHERLANDS",
    "ES": "SPAIN",
    "IT": "ITALY",
    "IE": "IRELAND",
    "AE": "UNITED ARAB EMIRATES",
}
WITH_STATE: Final = frozenset({"US", "CA"})
TimeForm = Literal["offset", "zulu", "naive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One DHL event and its meaning; `code` "" means the row has the coarse status code alone."""

    status_code: str
    code: str
    text: str
    meaning: Meaning


def _event(codes: str, text: str, status: str | None, reason: str | None = None, **more: bool) -> Event:
    status_code, _, code = codes.partition("/")
    meaning = Meaning(status=status, reason=reason, physical=more.get("physical", True))
    return Event(status_code=status_code, code=code, text=text, meaning=meaning)


ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event(
            "pre-transit/SM", "Shipment information received", "label_created", physical=False
        ),
        "picked_up": _event("transit/PU", "Shipment picked up", "accepted"),
        "dropped_off": _event("transit/SA", "Shipment accepted", "accepted"),
        "arrived": _event("transit/AF", "Arrived at DHL facility", "in_transit"),
        "departed": _event("transit/DF", "Shipment has departed from a DHL facility", "in_transit"),
        "arrived_hub": _event("transit/PL", "Processed at DHL hub", "in_transit"),
        "in_transit_note": _event("transit", "Shipment is in transit to destination", "in_transit"),
        "export_cleared": _event("transit/CR", "Export clearance processing complete", "in_transit"),
        "customs_arrived": _event("transit/IC", "Processed for clearance", "held", "customs.in_progress"),
        "customs_hold": _event("transit/UD", "Clearance event", "held", "customs.in_progress"),
        "customs_released": _event("transit/CR", "Customs clearance released", "in_transit"),
        "missorted": _event("transit/MS", "Shipment went the wrong way", "in_transit", "carrier.misrouted"),
        "security_hold": _event("failure/OH", "Shipment on hold", "held"),
        "hold_released": _event("transit/FD", "Shipment is forwarded", "in_transit"),
        "address_wrong": _event("failure/OH", "Shipment on hold", "held"),
        "address_incomplete": _event("failure/OH", "Shipment on hold", "held"),
        "address_corrected": _event("transit/RR", "Customer request noted", None, physical=False),
        "damaged": _event("failure/OH", "Shipment on hold", "held"),
        "out_for_delivery": _event("transit/WC", "Shipment is out with courier", "out_for_delivery"),
        "attempt_absent": _event("failure/NH", "Nobody at home", "attempted", "receiver.absent"),
        "attempt_closed": _event("failure/CA", "Closed on arrival", "attempted", "receiver.closed"),
        "refused": _event("failure/RD", "Recipient refused delivery", "attempted", "receiver.refused"),
        "available_for_pickup": _event(
            "transit/CC", "Awaiting collection by the recipient", "available_for_pickup"
        ),
        "collected": _event("delivered/OK", "Delivered - collected by the recipient", "delivered"),
        "delivered": _event("delivered/OK", "Delivered", "delivered"),
        "return_started": _event("transit/RT", "Returned to shipper", "return_in_transit"),
        "return_departed": _event("transit/DF", "Shipment has departed from a DHL facility", "in_transit"),
        "return_arrived": _event("transit/AF", "Arrived at DHL facility", "in_transit"),
        "returned": _event("delivered/OK", "Delivered", "delivered"),
        "destroyed": _event("failure/DS", "Shipment destroyed", "destroyed"),
        "handed_to_post": _event("transit/TP", "Forwarded to a third party", "in_transit"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "weather_delay": "the reference has no Express code for weather",
        "mechanical_delay": "the reference has no Express code for a breakdown",
        "loss_investigation": "the reference has no Express code for a search",
        "lost": "the reference has no Express code for a loss",
        "label_voided": "a voided label simply stays without scans",
        "eta_changed": "the time frame changes without an event",
    }
)

# The vendor's own sample: a parcel DHL does not have yet, whose text says DELIVERED (carriers.md §1.7).
SHOUTING_LABEL: Final = _event("pre-transit", "DELIVERED", "label_created", physical=False)

LEFT_TEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "Delivered - signed for by the recipient",
        "front_door": "Delivered at the front door",
        "neighbor": "Delivered to a neighbour",
        "mailbox": "Delivered to the mailbox",
        "safe_place": "Delivered to the agreed place",
        "office": "Delivered at the reception",
    }
)


def event_of(step: Step) -> Event | None:
    """What DHL says about a step; None when it says nothing."""
    if step.situation == "label_created" and chance.picked(PRE_TRANSIT_DELIVERED_SHARE, "shout", step.key):
        return SHOUTING_LABEL
    event = ROWS.get(step.situation)
    if event and step.situation == "delivered":
        text = LEFT_TEXT.get(step.detail.get("left_with", ""), event.text)
        return Event(status_code=event.status_code, code=event.code, text=text, meaning=event.meaning)
    return event


def tellings(faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The events about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    event = event_of(step)
    if event is None:
        return ()
    place = None if step.situation in {"label_created", "address_corrected"} else step.place
    form = _time_form(faults, step, place)
    text = "Shipment note"
    unknown = Event(status_code="unknown", code=unknown_code(step), text=text, meaning=UNKNOWN)
    own = [_telling(step, event, step.at, place, form)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at, place, "offset"))


def _time_form(faults: FaultsLike, step: Step, place: Place | None) -> TimeForm:
    """How the row writes its time. Naive times stand where the place tells the zone, or in a label's row."""
    may_lack = place is not None or step.situation == "label_created"
    if may_lack and lacks_offset(faults, SOURCE, step, step.at, place):
        return "naive"
    draw = chance.fraction("dhl time", step.key)
    if draw < 0.25:
        return "zulu"
    if draw < 0.5 and place is not None and not is_ambiguous(step.at, place):
        return "naive"
    return "offset"


def _telling(step: Step, event: Event, at: datetime, place: Place | None, form: TimeForm) -> Telling:
    at = at.astimezone(UTC) if form == "zulu" else at
    wall = at.strftime("%Y-%m-%dT%H:%M:%S")
    ending = {"zulu": "Z", "naive": "", "offset": offset_text(at)}[form]
    row: dict[str, Any] = {"timestamp": wall + ending, "statusCode": event.status_code}
    if place is not None:
        row["location"] = {"address": address(place)}
    if event.code and chance.picked(0.5, "dhl detailed", step.key):
        row |= {"status": event.text.upper(), "statusDetailed": event.code}
    elif event.code:
        row["status"] = event.code
    else:
        row["status"] = event.text
    row["description"] = event.text
    offset_source: OffsetSource = "reported"
    if form == "naive":
        offset_source = "inferred" if place is not None else "unzoned"
    return Telling(
        step=step,
        at=at,
        code=f"{event.status_code}/{event.code}" if event.code else event.status_code,
        description=event.text,
        meaning=event.meaning,
        row=row,
        offset_source=offset_source,
    )


def address(place: Place) -> dict[str, str]:
    """A place as DHL writes it: `CINCINNATI - OH - USA`, `LEIPZIG - GERMANY`."""
    country = COUNTRY_NAMES.get(place.country, place.country)
    parts = [place.city.upper(), *([place.region] if place.country in WITH_STATE else []), country]
    return {
        "countryCode": place.country,
        "postalCode": place.postal_code,
        "addressLocality": " - ".join(parts),
    }
