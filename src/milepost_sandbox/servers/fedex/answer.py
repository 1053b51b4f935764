"""A FedEx tracking answer for one parcel, and for numbers it does not know (carriers.md §3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.fedex.rows import carrier_code
from milepost_sandbox.servers.telling import Telling, offset_text
from milepost_sandbox.world.words import Parcel, Place, Step

ATTEMPTS: Final = frozenset({"attempt_absent", "attempt_closed", "refused"})
ARRIVED: Final = frozenset({"delivered", "collected", "returned"})
SERVICES: Final = {
    "ground": ("FEDEX_GROUND", "FedEx Ground"),
    "economy": ("SMART_POST", "FedEx Ground Economy"),
    "express": ("PRIORITY_OVERNIGHT", "FedEx Priority Overnight"),
    "international": ("INTERNATIONAL_PRIORITY", "FedEx International Priority"),
}
LEFT_AT: Final = {
    "person": ("RESIDENCE", "Residence"),
    "front_door": ("FRONT_DOOR", "Front door"),
    "neighbor": ("NEIGHBOR", "Neighbor"),
    "mailbox": ("MAILBOX", "Mailbox"),
    "safe_place": ("SIDE_DOOR", "Side door"),
    "office": ("FRONT_DESK", "Receptionist/Front desk"),
}


def unique_id(parcel: Parcel) -> str:
    """Tells two parcels with one number apart."""
    return f"{parcel.ship_date:%Y%j}000~{parcel.tracking_number}~{carrier_code(parcel)}"


def not_found(number: str) -> dict[str, Any]:
    """The result for a number FedEx does not know: an error inside an HTTP 200."""
    error = {
        "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
        "message": "Tracking number cannot be found. Please correct the tracking number and try again.",
    }
    identity = {"trackingNumber": number, "trackingNumberUniqueId": "", "carrierCode": ""}
    return {"trackingNumber": number, "trackResults": [{"trackingNumberInfo": identity, "error": error}]}


def result(
    parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime, *, detailed: bool
) -> dict[str, Any]:
    """One track result. `told` are its rows newest first, `listed` the same as they go on the wire."""
    newest = told[0]
    service, description = SERVICES.get(parcel.service, SERVICES["express"])
    steps = parcel.steps_published(now)
    events = listed if detailed else told[:1]
    found: dict[str, Any] = {
        "trackingNumberInfo": {
            "trackingNumber": parcel.tracking_number,
            "trackingNumberUniqueId": unique_id(parcel),
            "carrierCode": carrier_code(parcel),
        },
        "additionalTrackingInfo": {
            "nickname": "",
            "packageIdentifiers": [
                {"type": "SHIPPER_REFERENCE", "values": [parcel.package_id or parcel.key]}
            ],
            "hasAssociatedShipments": False,
        },
        "latestStatusDetail": _latest(newest),
        "dateAndTimes": _dates(parcel, steps, now),
        "scanEvents": [telling.row for telling in events],
        "availableImages": [],
        "serviceDetail": {"type": service, "description": description, "shortDescription": service[:2]},
        "packageDetails": {
            "count": "1",
            "sequenceNumber": "1",
            "physicalPackagingType": "YOUR_PACKAGING",
            "packagingDescription": {"type": "YOUR_PACKAGING", "description": "Your Packaging"},
            "weightAndDimensions": {"weight": [{"unit": "KG", "value": f"{parcel.weight_g / 1000:.2f}"}]},
        },
        "shipperInformation": {"contact": {}, "address": _address(parcel.origin)},
        "recipientInformation": {"contact": {}, "address": _address(parcel.destination)},
        "deliveryDetails": _delivery(steps),
        "goodsClassificationCode": "",
        "specialHandlings": [],
    }
    window = _window(parcel, now)
    if window and not (steps and steps[-1].situation in ARRIVED):
        found["estimatedDeliveryTimeWindow"] = {"window": window}
    if any(step.situation in {"delivered", "collected"} for step in steps):
        found["availableImages"] = [{"type": "SIGNATURE_PROOF_OF_DELIVERY", "size": "LARGE"}]
    return found


def _latest(newest: Telling) -> dict[str, Any]:
    row = newest.row
    latest: dict[str, Any] = {
        "code": row["eventType"],
        "derivedCode": row.get("derivedStatusCode", row["eventType"]),
        "statusByLocale": row["eventDescription"],
        "description": row["eventDescription"],
        "scanLocation": row["scanLocation"],
    }
    if row["exceptionCode"]:
        detail = {"reason": row["exceptionCode"], "reasonDescription": row["exceptionDescription"]}
        latest["ancillaryDetails"] = [{**detail, "action": "", "actionDescription": ""}]
    if "delayDetail" in row:
        latest["delayDetail"] = row["delayDetail"]
    return latest


def _dates(parcel: Parcel, steps: Sequence[Step], now: datetime) -> list[dict[str, str]]:
    """`dateAndTimes`: shipped, picked up, promised, delivered."""
    dates = [{"type": "SHIP", "dateTime": f"{parcel.ship_date:%Y-%m-%d}T00:00:00"}]
    for step in steps:
        if step.situation in {"picked_up", "dropped_off"}:
            dates.append({"type": "ACTUAL_PICKUP", "dateTime": _iso(step.at)})
        if step.situation in ATTEMPTS:
            dates.append({"type": "ATTEMPTED_DELIVERY", "dateTime": _iso(step.at)})
    if steps and steps[-1].situation in ARRIVED:
        dates.append({"type": "ACTUAL_DELIVERY", "dateTime": _iso(steps[-1].at)})
        return dates
    if (eta := parcel.eta_at(now)) is not None:
        kind = "COMMITMENT" if eta.kind == "committed" else "ESTIMATED_DELIVERY"
        zone = ZoneInfo(parcel.destination.zone)
        dates.append({"type": kind, "dateTime": _iso(eta.to_at.astimezone(zone))})
    return dates


def _window(parcel: Parcel, now: datetime) -> dict[str, str]:
    """The window; FedEx sometimes tells its end alone."""
    eta = parcel.eta_at(now)
    if eta is None:
        return {}
    zone = ZoneInfo(parcel.destination.zone)
    window = {"ends": _iso(eta.to_at.astimezone(zone))}
    if eta.from_at is not None and not chance.picked(0.3, "ends only", parcel.key):
        window["begins"] = _iso(eta.from_at.astimezone(zone))
    return window


def _delivery(steps: Sequence[Step]) -> dict[str, Any]:
    delivered = next((s for s in reversed(steps) if s.situation in {"delivered", "collected"}), None)
    attempts = sum(step.situation in ATTEMPTS for step in steps)
    detail: dict[str, Any] = {"deliveryAttempts": str(attempts), "deliveryToday": False}
    if delivered:
        kind, words = LEFT_AT.get(delivered.detail.get("left_with", ""), LEFT_AT["person"])
        name = delivered.detail.get("received_by", "")
        detail |= {"receivedByName": name, "signedByName": name}
        detail |= {"locationType": kind, "locationDescription": words}
    return detail


def _address(place: Place) -> dict[str, Any]:
    return {
        "city": place.city.upper(),
        "stateOrProvinceCode": place.region if len(place.region) <= 3 else "",
        "countryCode": place.country,
        "residential": False,
    }


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(at)
