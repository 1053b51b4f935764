"""A USPS tracking answer, in the shape of v3 and of v3r2 (carriers.md §4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers.telling import Telling, offset_text
from milepost_sandbox.world.words import Parcel

CLASSES: Final = {
    "ground": "USPS Ground Advantage<SUP>&#153;</SUP>",
    "economy": "USPS Ground Advantage<SUP>&#153;</SUP>",
    "express": "Priority Mail Express<SUP>&reg;</SUP>",
    "international": "Priority Mail International<SUP>&reg;</SUP>",
}
CATEGORIES: Final = {
    "label_created": "Pre-Shipment",
    "accepted": "Accepted",
    "in_transit": "In Transit",
    "out_for_delivery": "Out for Delivery",
    "attempted": "Delivery Attempt",
    "available_for_pickup": "Available for Pickup",
    "held": "Alert",
    "lost": "Alert",
    "unknown": "In Transit",
    "delivered": "Delivered",
    "return_in_transit": "Return",
}
KEPT: Final = timedelta(days=15)
FLAGS: Final = {
    "onTime": True,
    "redeliveryEnabled": False,
    "proofOfDeliveryEnabled": True,
    "emailEnabled": True,
    "restoreEnabled": False,
    "kahalaIndicator": False,
    "RRAMEnabled": False,
    "RREEnabled": False,
}


def v3(parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime) -> dict[str, Any]:
    """The v3 answer: booleans are text, places flat, dates flat."""
    expected = _expectation(parcel, told, now)
    return {
        **_common(parcel, told),
        **{name: "true" if value else "false" for name, value in FLAGS.items()},
        "originZIP": parcel.origin.postal_code,
        "destinationZIP": parcel.destination.postal_code,
        "expectedDeliveryTimeStamp": expected.get("stamp"),
        "expectedDeliveryType": "Expected Delivery by" if expected else None,
        "predictedDeliveryDate": expected.get("date"),
        "predictedDeliveryWindowStartTime": expected.get("from"),
        "predictedDeliveryWindowEndTime": expected.get("to"),
        "endOfDay": "false",
        "trackingEvents": [telling.row for telling in listed],
    }


def v3r2(parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime) -> dict[str, Any]:
    """The v3r2 answer: real booleans, `…ZIPCode`, and the dates in a group of their own."""
    expected = _expectation(parcel, told, now)
    events = []
    for telling in listed:
        event = dict(telling.row)
        event["eventZIPCode"] = event.pop("eventZIP")
        events.append(event)
    return {
        **_common(parcel, told),
        **FLAGS,
        "statusCode": "200",
        "originZIPCode": parcel.origin.postal_code,
        "destinationZIPCode": parcel.destination.postal_code,
        "deliveryDateExpectation": {
            "expectedDeliveryDate": expected.get("date"),
            "predictedDeliveryDate": expected.get("date"),
            "guaranteedDeliveryDate": None,
            "predictedDeliveryWindowStartTime": expected.get("from"),
            "predictedDeliveryWindowEndTime": expected.get("to"),
            "endOfDay": False,
        },
        "trackingEvents": events,
    }


def summary(answer: dict[str, Any], told: Sequence[Telling]) -> dict[str, Any]:
    """The answer without its events: `expand=SUMMARY`."""
    return {name: value for name, value in answer.items() if name != "trackingEvents"} | {
        "eventSummaries": [f"{told[0].description}, {told[0].row['eventTimestamp']}"]
    }


def _common(parcel: Parcel, told: Sequence[Telling]) -> dict[str, Any]:
    newest = told[0]
    return {
        "trackingNumber": parcel.tracking_number,
        "status": newest.description,
        "statusCategory": CATEGORIES.get(newest.meaning.status or "", "In Transit"),
        "statusSummary": f"Your item: {newest.description}.",
        "mailClass": CLASSES.get(parcel.service, CLASSES["ground"]),
        "mailType": "DM",
        "serviceTypeCode": "001",
        "services": ["USPS Tracking<SUP>&#174;</SUP>", "Up to $100 insurance included"],
        "originCity": parcel.origin.city.upper(),
        "originState": parcel.origin.region,
        "destinationCity": parcel.destination.city.upper(),
        "destinationState": parcel.destination.region,
        "destinationCountryCode": parcel.destination.country,
        "uniqueMailPieceID": parcel.key,
        "mailPieceIntakeDate": told[-1].at.strftime("%Y-%m-%d %H:%M:%S.000000"),
        "tableCode": "T",
        **_kept(parcel, newest),
    }


def _kept(parcel: Parcel, newest: Telling) -> dict[str, str]:
    """The day on which it goes back, while it waits at the post office."""
    if newest.meaning.status != "available_for_pickup":
        return {}
    returned = newest.at.astimezone(ZoneInfo(parcel.destination.zone)) + KEPT
    return {"returnDateNotice": returned.strftime("%Y-%m-%d")}


def _expectation(parcel: Parcel, told: Sequence[Telling], now: datetime) -> dict[str, str | None]:
    """The carrier's promise in the destination's local time; none once the item has arrived."""
    eta = parcel.eta_at(now)
    if eta is None or told[0].meaning.status == "delivered":
        return {}
    zone = ZoneInfo(parcel.destination.zone)
    until = eta.to_at.astimezone(zone)
    start = eta.from_at.astimezone(zone).strftime("%H:%M") if eta.from_at else None
    return {
        "stamp": until.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(until),
        "date": until.strftime("%Y-%m-%d"),
        "from": start,
        "to": until.strftime("%H:%M"),
    }
