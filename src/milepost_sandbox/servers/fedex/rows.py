"""What FedEx says about each situation: scan type, text, derived status, exception code, and what it means.

Codes: carriers.md §3.4 and 3.5. Express and Ground number their exceptions differently, so the few codes of
Ground stand in a table of their own.
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
    lacks_offset,
    offset_text,
    unknown_code,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Place, Step

SOURCE: Final = "fedex"
CARRIER_CODES: Final = {"ground": "FDXG", "economy": "FXSP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One FedEx scan and its meaning; `delay` is the type of a `delayDetail`, "" for none."""

    event: str
    text: str
    derived: str
    meaning: Meaning
    exception: str = ""
    exception_text: str = ""
    delay: str = ""
    location_type: str = "FEDEX_FACILITY"


def _scan(
    codes: str,
    text: str,
    status: str | None,
    reason: str | None = None,
    *,
    exception: str = "",
    delay: str = "",
    at: str = "FEDEX_FACILITY",
    physical: bool = True,
) -> Scan:
    event, _, derived = codes.partition(">")
    code, _, exception_text = exception.partition(" ")
    return Scan(
        event=event,
        text=text,
        derived=derived or event,
        meaning=Meaning(status=status, reason=reason, physical=physical),
        exception=code,
        exception_text=exception_text,
        delay=delay,
        location_type=at,
    )


ROWS: Final[Mapping[str, Scan]] = MappingProxyType(
    {
        "label_created": _scan(
            "OC>IN", "Shipment information sent to FedEx", "label_created", at="CUSTOMER", physical=False
        ),
        "picked_up": _scan("PU", "Picked up", "accepted", at="PICKUP_LOCATION"),
        "dropped_off": _scan("DO>PU", "Dropped off", "accepted", at="DROP_BOX"),
        "arrived": _scan("AR>IT", "Arrived at FedEx location", "in_transit"),
        "departed": _scan("DP>IT", "Departed FedEx location", "in_transit"),
        "arrived_hub": _scan("AR>IT", "Arrived at FedEx hub", "in_transit", at="SORT_FACILITY"),
        "in_transit_note": _scan("IT", "On the way", "in_transit", at="ENROUTE"),
        "export_cleared": _scan(
            "CC>IT", "International shipment release - Export", "in_transit", at="PORT_OF_ENTRY"
        ),
        "customs_arrived": _scan(
            "CP", "Clearance in progress", "held", "customs.in_progress", at="PORT_OF_ENTRY"
        ),
        "customs_hold": _scan(
            "CD", "Clearance delay", "held", "customs.in_progress", delay="CLEARANCE", at="PORT_OF_ENTRY"
        ),
        "customs_released": _scan(
            "CC>IT", "International shipment release - Import", "in_transit", at="PORT_OF_ENTRY"
        ),
        "weather_delay": _scan("DY", "Delay", "in_transit", "external.weather", delay="WEATHER"),
        "mechanical_delay": _scan("DY", "Delay", "in_transit", "carrier.capacity", delay="OPERATIONAL"),
        "missorted": _scan("DY", "Delay", "in_transit", delay="GENERAL"),
        "security_hold": _scan("SE", "Shipment exception", "held"),
        "hold_released": _scan("IT", "On the way", "in_transit"),
        "address_wrong": _scan(
            "DE", "Delivery exception", "held", "address.wrong", exception="03 Incorrect address"
        ),
        "address_incomplete": _scan(
            "DE", "Delivery exception", "held", "address.wrong", exception="A12 Wrong or incomplete address"
        ),
        "address_corrected": _scan("AS", "Address corrected", None, physical=False),
        "damaged": _scan("SE", "Shipment exception", "held"),
        "out_for_delivery": _scan("OD", "On FedEx vehicle for delivery", "out_for_delivery", at="VEHICLE"),
        "attempt_absent": _scan(
            "DE",
            "Delivery exception",
            "attempted",
            "receiver.absent",
            exception="08 Recipient not in",
            at="DELIVERY_LOCATION",
        ),
        "attempt_closed": _scan(
            "DE",
            "Delivery exception",
            "attempted",
            "receiver.closed",
            exception="42 Business closed or public holiday",
            at="DELIVERY_LOCATION",
        ),
        "refused": _scan(
            "DE",
            "Delivery exception",
            "attempted",
            "receiver.refused",
            exception="07 Shipment refused by recipient",
            at="DELIVERY_LOCATION",
        ),
        "available_for_pickup": _scan(
            "HL", "Ready for recipient pickup", "available_for_pickup", at="FEDEX_OFFICE_LOCATION"
        ),
        "collected": _scan("DL", "Delivered", "delivered", at="FEDEX_OFFICE_LOCATION"),
        "delivered": _scan("DL", "Delivered", "delivered", at="DELIVERY_LOCATION"),
        "return_started": _scan("RS", "Returning package to shipper", "return_in_transit"),
        "return_departed": _scan("DP>IT", "Departed FedEx location", "in_transit"),
        "return_arrived": _scan("AR>IT", "Arrived at FedEx location", "in_transit"),
        "returned": _scan("DL", "Delivered", "delivered", at="DELIVERY_LOCATION"),
        "label_voided": _scan(
            "CA", "Shipment cancelled by sender", "cancelled", at="CUSTOMER", physical=False
        ),
        "eta_changed": _scan("US", "Schedule changed", None, physical=False),
        "handed_to_post": _scan("AX>IT", "At the local post office", "in_transit", at="NON_FEDEX_FACILITY"),
    }
)

GROUND_ROWS: Final[Mapping[str, Scan]] = MappingProxyType(
    {
        "attempt_absent": _scan(
            "DE",
            "Delivery exception",
            "attempted",
            "receiver.absent",
            exception="007 Customer not available or business closed",
        ),
        "attempt_closed": _scan(
            "DE",
            "Delivery exception",
            "attempted",
            "receiver.absent",
            exception="007 Customer not available or business closed",
        ),
        "refused": _scan("DE", "Delivery exception", "attempted", exception="099 Unable to deliver"),
        "address_wrong": _scan("SE", "Shipment exception", "held"),
        "address_incomplete": _scan("SE", "Shipment exception", "held"),
    }
)
"""Ground and Ground Economy have three-digit exceptions, and none for a wrong address."""

UNTELLABLE: Final = MappingProxyType(
    {
        "loss_investigation": "the reference has no scan type for a search",
        "lost": "the reference has no scan type for a loss",
        "destroyed": "the reference has no scan type for a disposal",
    }
)

PLACELESS: Final = frozenset({"label_created", "label_voided", "address_corrected", "eta_changed"})


def carrier_code(parcel: Parcel) -> str:
    """FDXE, FDXG or FXSP (carriers.md §3.2)."""
    return CARRIER_CODES.get(parcel.service, "FDXE")


def scan_of(parcel: Parcel, step: Step) -> Scan | None:
    """What FedEx says about a step; None when it says nothing."""
    if carrier_code(parcel) != "FDXE" and step.situation in GROUND_ROWS:
        return GROUND_ROWS[step.situation]
    return ROWS.get(step.situation)


def tellings(faults: FaultsLike, parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The scan events about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    scan = scan_of(parcel, step)
    if scan is None:
        return ()
    place = None if step.situation in PLACELESS else step.place
    # A naive note without a place could not be put in order: of the placeless rows only the label's may be.
    may_lack = place is not None or step.situation == "label_created"
    naive = may_lack and lacks_offset(faults, SOURCE, step, step.at, place)
    unknown = Scan(event=unknown_code(step), text="Package note", derived="", meaning=UNKNOWN)
    own = [_telling(step, scan, step.at, place, naive=naive)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, unknown, at, place, naive=False))


def _telling(step: Step, scan: Scan, at: datetime, place: Place | None, *, naive: bool) -> Telling:
    wall = at.strftime("%Y-%m-%dT%H:%M:%S")
    row: dict[str, Any] = {
        "date": wall if naive else wall + offset_text(at),
        "eventType": scan.event,
        "eventDescription": scan.text,
        "exceptionCode": scan.exception,
        "exceptionDescription": scan.exception_text,
        "scanLocation": _location(place),
        "locationType": scan.location_type,
    }
    if scan.derived:
        row |= {"derivedStatusCode": scan.derived, "derivedStatus": scan.text}
    if place:
        row["locationId"] = f"{place.city[:3].upper()}{place.country}"
    if scan.delay:
        row["delayDetail"] = {"type": scan.delay, "status": "DELAYED"}
    return Telling(
        step=step,
        at=at,
        code=f"{scan.event}/{scan.exception}" if scan.exception else scan.event,
        description=scan.text,
        meaning=scan.meaning,
        row=row,
        offset_source="reported" if not naive else "inferred" if place else "unzoned",
    )


def _location(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"streetLines": [""], "residential": False}
    return {
        "streetLines": [""],
        "city": place.city.upper(),
        "stateOrProvinceCode": place.region if len(place.region) <= 3 else "",
        "postalCode": place.postal_code,
        "countryCode": place.country,
        "countryName": place.country,
        "residential": False,
    }
