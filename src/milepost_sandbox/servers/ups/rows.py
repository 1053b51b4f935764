"""What UPS says about each situation: class, two-character code, numeric code, text, and what it means.

Codes: carriers.md §2.4–2.6. The numeric code is class-free and says the status; the two-character code adds
the reason where the numeric one has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from milepost_sandbox.servers import chance
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

SOURCE: Final = "ups"
GMT_MISSING_SHARE: Final = 0.15
"""So many rows have no GMT members, only the local time and its offset (carriers.md §12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One UPS activity status and its meaning."""

    type: str
    code: str
    status_code: str
    text: str
    meaning: Meaning


def _code(  # a row reads like the vendor's table
    codes: str, text: str, status: str | None, reason: str | None = None, *, physical: bool = True
) -> Code:
    kind, code, status_code = codes.split("/")
    meaning = Meaning(status=status, reason=reason, physical=physical)
    return Code(type=kind, code=code, status_code=status_code, text=text, meaning=meaning)


ROWS: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "label_created": _code(
            "M/MP/003",
            "Shipper created a label, UPS has not received the package yet. ",
            "label_created",
            physical=False,
        ),
        "picked_up": _code("I/PU/038", "Pickup Scan", "accepted"),
        "dropped_off": _code("I/XD/044", "Drop-Off", "accepted"),
        "arrived": _code("I/AR/010", "Arrived at Facility", "in_transit"),
        "departed": _code("I/DP/005", "Departed from Facility", "in_transit"),
        "arrived_hub": _code("I/HU/010", "Arrived at Hub", "in_transit"),
        "in_transit_note": _code("I/AG/025", "On the Way to the Next Facility", "in_transit", physical=False),
        "export_cleared": _code("I/EP/084", "Export Scan", "in_transit"),
        "customs_arrived": _code(
            "X/IP/012",
            "Your package is pending release from a government agency.",
            "held",
            "customs.in_progress",
        ),
        "customs_hold": _code(
            "X/4C/092", "The package is being checked by customs.", "held", "customs.in_progress"
        ),
        "customs_released": _code(
            "X/DA/014", "Your package has cleared customs and is on the way.", "in_transit"
        ),
        "weather_delay": _code(
            "X/CR/051", "Severe weather conditions have delayed delivery.", "in_transit", "external.weather"
        ),
        "mechanical_delay": _code(
            "X/EI/046", "A mechanical failure has caused a delay.", "in_transit", "carrier.mechanical"
        ),
        "missorted": _code(
            "X/D1/046",
            "The package was missorted. We are sending it on its right way.",
            "in_transit",
            "carrier.misrouted",
        ),
        "security_hold": _code(
            "X/7R/132", "The package is held for a security check.", "held", "external.security_event"
        ),
        "hold_released": _code("I/LC/025", "Location Scan", "in_transit"),
        "address_wrong": _code("X/BO/050", "The street number is incorrect.", "held", "address.wrong"),
        "address_incomplete": _code(
            "X/F2/013", "The address information is incomplete.", "held", "address.incomplete"
        ),
        "address_corrected": _code("X/UD/054", "The address has been updated.", None, physical=False),
        "damaged": _code(
            "X/45/059", "The package was damaged and is being looked at.", "held", "carrier.damaged"
        ),
        "out_for_delivery": _code("I/OT/021", "Out For Delivery Today", "out_for_delivery"),
        "attempt_absent": _code(
            "X/48/022", "The receiver was not in at the first attempt.", "attempted", "receiver.absent"
        ),
        "attempt_closed": _code(
            "X/55/022", "The business was closed at the first attempt.", "attempted", "receiver.closed"
        ),
        "refused": _code("X/AM/064", "The receiver refused the delivery.", "attempted", "receiver.refused"),
        "available_for_pickup": _code(
            "D/2Q/161", "Delivered to UPS Access Point, ready for collection", "available_for_pickup"
        ),
        "collected": _code("D/2W/011", "Collected at UPS Access Point", "delivered"),
        "delivered": _code("D/FS/011", "DELIVERED ", "delivered"),
        "loss_investigation": _code(
            "X/F8/127", "We have begun an investigation to find the package.", "held", "carrier.lost"
        ),
        "lost": _code("X/93/068", "The package could not be found.", "lost", "carrier.lost"),
        "return_started": _code(
            "X/CF/035", "The package is being returned to the sender.", "return_in_transit"
        ),
        "return_departed": _code("I/DP/005", "Departed from Facility", "in_transit"),
        "return_arrived": _code("I/AR/010", "Arrived at Facility", "in_transit"),
        "returned": _code("D/B0/034", "Returned to the sender.", "returned"),
        "destroyed": _code("X/65/149", "The package was destroyed.", "destroyed"),
        "label_voided": _code("MV/VP/007", "The shipment was voided.", "cancelled", physical=False),
        "handed_to_post": _code("I/XR/025", "Received at the Post Office", "in_transit"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {"eta_changed": "class U stands in Track Alert pushes only; the pull answer shows it as deliveryDate RDD"}
)

LATER_ATTEMPTS: Final[Mapping[str, tuple[Code, Code]]] = MappingProxyType(
    {
        "attempt_absent": (
            _code(
                "X/KX/023", "The receiver was not in at the second attempt.", "attempted", "receiver.absent"
            ),
            _code(
                "X/49/024", "The receiver was not in at the final attempt.", "attempted", "receiver.absent"
            ),
        ),
        "attempt_closed": (
            _code(
                "X/L1/023", "The business was closed at the second attempt.", "attempted", "receiver.closed"
            ),
            _code(
                "X/AY/024", "The business was closed at the final attempt.", "attempted", "receiver.closed"
            ),
        ),
    }
)

CUSTOMS: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "fee": _code("X/7F/013", "Import charges are due for this package.", "held", "customs.duties_due"),
        "papers": _code(
            "X/29/058", "Customs needs more information from the receiver.", "held", "customs.papers_missing"
        ),
    }
)

LEFT_WITH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "M7",
        "front_door": "ML",
        "neighbor": "3H",
        "mailbox": "MU",
        "safe_place": "MQ",
        "office": "M6",
    }
)
"""The delivery table's code for where a parcel was left (carriers.md §2.5)."""


def code_of(parcel: Parcel, step: Step) -> Code | None:
    """What UPS says about a step; None when it says nothing."""
    number = attempt_number(parcel, step)
    if step.situation in LATER_ATTEMPTS and number > 1:
        return LATER_ATTEMPTS[step.situation][min(number, 3) - 2]
    if step.situation == "customs_hold":
        return next((CUSTOMS[key] for key in ("fee", "papers") if step.detail.get(key)), ROWS["customs_hold"])
    code = ROWS.get(step.situation)
    if code and step.situation == "delivered" and (left := LEFT_WITH.get(step.detail.get("left_with", ""))):
        return Code(
            type=code.type, code=left, status_code=code.status_code, text=code.text, meaning=code.meaning
        )
    return code


def tellings(faults: FaultsLike, parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The activities about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    code = code_of(parcel, step)
    if code is None:
        return ()
    # A label row, and a note of no place, name the country only: they always keep their offset, for the wall
    # clock they show need not be that country's.
    label = step.situation in {"label_created", "label_voided"}
    place = None if label else step.place
    naive = place is not None and lacks_offset(faults, SOURCE, step, step.at, place)
    unknown = Code(type="X", code=unknown_code(step), status_code="000", text="Package note", meaning=UNKNOWN)
    own = [_telling(parcel, step, code, step.at, place, naive=naive)]
    return with_unknown(
        faults, SOURCE, step, own, lambda at: _telling(parcel, step, unknown, at, place, naive=False)
    )


def _telling(parcel: Parcel, step: Step, code: Code, at: Any, place: Place | None, *, naive: bool) -> Telling:
    row: dict[str, Any] = {"date": at.strftime("%Y%m%d"), "time": at.strftime("%H%M%S")}
    if not naive:
        row |= _gmt(step, at)
    row["logicalScan"] = not code.meaning.physical
    row["location"] = _location(parcel, place)
    row["status"] = {
        "type": code.type,
        "code": code.code,
        "statusCode": code.status_code,
        "description": code.text,
        "simplifiedTextDescription": code.text.strip(),
    }
    return Telling(
        step=step,
        at=at,
        code=f"{code.type}/{code.code}/{code.status_code}",
        description=code.text,
        meaning=code.meaning,
        row=row,
        offset_source="inferred" if naive else "reported",
    )


def _gmt(step: Step, at: Any) -> dict[str, str]:
    """The GMT members; some rows have the offset alone, and a leading zero of the hour is lost (§2.3)."""
    offset = {"gmtOffset": offset_text(at)}
    if chance.picked(GMT_MISSING_SHARE, "ups gmt", step.key):
        return offset
    gmt = at - at.utcoffset()
    time = gmt.strftime("%H%M%S")
    if chance.picked(0.1, "ups colons", step.key):
        time = gmt.strftime("%H:%M:%S")
    elif time.startswith("0"):
        time = time[1:]
    return {"gmtDate": gmt.strftime("%Y%m%d"), "gmtTime": time, **offset}


def _location(parcel: Parcel, place: Place | None) -> dict[str, Any]:
    if place is None:
        country = parcel.origin.country
        return {"address": {"countryCode": country, "country": country}}
    address = {"city": place.city, "stateProvince": place.region, "countryCode": place.country}
    address["country"] = place.country
    if chance.picked(0.3, "ups postal", place.city):
        address["postalCode"] = place.postal_code
    return {"address": address, "slic": f"{1000 + chance.number(9000, 'slic', place.city, place.country)}"}
