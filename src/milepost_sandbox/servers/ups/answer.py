"""A UPS tracking answer: shipment, package, dates, proof of delivery, activities (carriers.md §2.3)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.telling import Telling
from milepost_sandbox.world.words import Parcel, Place, Step

SERVICES: Final = {
    "ground": ("518", "011", "UPS Ground"),
    "express": ("002", "002", "UPS 2nd Day Air"),
    "economy": ("431", "078", "UPS Ground Saver"),
    "international": ("065", "065", "UPS Worldwide Saver"),
}
LEFT_AT: Final = {
    "person": "Met Customer",
    "front_door": "Front Door",
    "neighbor": "Neighbor",
    "mailbox": "Mailbox",
    "safe_place": "Porch",
    "office": "Office",
}
ARRIVED_FOR_GOOD: Final = frozenset({"delivered", "collected"})


def unknown_number(number: str) -> dict[str, Any]:
    """The answer for a number UPS does not know: HTTP 200 with a warning and no package."""
    warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
    return {"trackResponse": {"shipment": [{"inquiryNumber": number, "warnings": [warning]}]}}


def known_number(parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime) -> Any:
    """The answer for a parcel. `told` are its rows newest first, `listed` the same as they go on the wire."""
    relation: object = ["MYCHOICE_HOME"] if chance.picked(0.5, "relation", parcel.key) else "MYCHOICE_HOME"
    shipment = {
        "inquiryNumber": parcel.tracking_number,
        "package": [_package(parcel, told, listed, now)],
        "userRelation": relation,
    }
    return {"trackResponse": {"shipment": [shipment]}}


def _package(parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime) -> Any:
    code, level, service = SERVICES.get(parcel.service, SERVICES["ground"])
    steps = parcel.steps_published(now)
    package: dict[str, Any] = {
        "trackingNumber": parcel.tracking_number,
        **_dates(parcel, steps, now),
        "activity": [telling.row for telling in listed],
        "currentStatus": told[0].row["status"],
        "packageCount": 1,
        "packageAddress": [
            {"type": "ORIGIN", "address": _address(parcel.origin)},
            {"type": "DESTINATION", "address": _address(parcel.destination)},
        ],
        "referenceNumber": [{"type": "SHIPMENT", "number": parcel.package_id or parcel.key}],
        "service": {"code": code, "levelCode": level, "description": service},
        "weight": {"unitOfMeasurement": "LBS", "weight": f"{max(parcel.weight_g, 1) / 453.59237:.2f}"},
        "additionalServices": ["CARBON_NEUTRAL"] if chance.picked(0.2, "carbon", parcel.key) else [],
    }
    if delivered := _last(steps, ARRIVED_FOR_GOOD):
        package["deliveryInformation"] = _proof(parcel, delivered)
    if waiting := _last(steps, {"available_for_pickup"}):
        deadline = waiting.at + timedelta(days=7)
        package["accessPointInformation"] = {"pickupByDate": deadline.strftime("%Y%m%d")}
    if handed := _last(steps, {"handed_to_post"}):
        number = handed.detail.get("partner_number", "")
        package["alternateTrackingNumber"] = [{"number": number, "type": "USPS_PIC"}] if number else []
    fees = [step.detail["fee"] for step in steps if step.detail.get("fee")]
    if fees:
        currency = next(step.detail.get("currency", "USD") for step in steps if step.detail.get("fee"))
        package["paymentInformation"] = [
            {"type": "DUTIES_TAXES", "amount": fees[-1], "currency": currency, "paid": False}
        ]
    return package


def _dates(parcel: Parcel, steps: Sequence[Step], now: datetime) -> dict[str, Any]:
    """`deliveryDate` and `deliveryTime`: scheduled, then rescheduled, then delivered."""
    if steps and steps[-1].situation in ARRIVED_FOR_GOOD:
        at = steps[-1].at
        time = {"type": "DEL", "startTime": "", "endTime": at.strftime("%H%M%S")}
        return {"deliveryDate": [{"type": "DEL", "date": at.strftime("%Y%m%d")}], "deliveryTime": time}
    eta = parcel.eta_at(now)
    if eta is None:
        return {}
    zone = ZoneInfo(parcel.destination.zone)
    until = eta.to_at.astimezone(zone)
    first = next(iter(parcel.eta))
    dates = [{"type": "SDD", "date": first.to_at.astimezone(zone).strftime("%Y%m%d")}]
    if eta.kind == "rescheduled":
        dates.append({"type": "RDD", "date": until.strftime("%Y%m%d")})
    time = {"type": "CMT", "endTime": until.strftime("%H%M%S")}
    if eta.from_at is not None:
        start = eta.from_at.astimezone(zone).strftime("%H%M%S")
        time = {"type": "EDW", "startTime": start, "endTime": until.strftime("%H%M%S")}
    return {"deliveryDate": dates, "deliveryTime": time}


def _proof(parcel: Parcel, step: Step) -> dict[str, Any]:
    signature = base64.b64encode(f"signature of {parcel.key}".encode()).decode()
    return {
        "receivedBy": step.detail.get("received_by", "").upper(),
        "location": LEFT_AT.get(step.detail.get("left_with", ""), "Front Door"),
        "signature": {"image": signature},
        "deliveryPhoto": {"photo": "", "photoCaptureInd": "N", "photoDispositionCode": "U"},
    }


def _last(steps: Sequence[Step], situations: set[str] | frozenset[str]) -> Step | None:
    return next((step for step in reversed(steps) if step.situation in situations), None)


def _address(place: Place) -> dict[str, str]:
    return {
        "city": place.city,
        "stateProvince": place.region,
        "countryCode": place.country,
        "country": place.country,
    }
