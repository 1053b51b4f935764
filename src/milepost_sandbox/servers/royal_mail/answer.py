"""Royal Mail's pieces, in the shape of its API description 1.0.36: a summary, and a history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers.telling import Telling, offset_text
from milepost_sandbox.world.words import Parcel, Place

PRODUCTS: Final = {
    "ground": ("TPL01", "Royal Mail Tracked 48"),
    "economy": ("TPL01", "Royal Mail Tracked 48"),
    "express": ("SD2", "Special Delivery Guaranteed"),
    "international": ("MP1", "International Tracked"),
}
COUNTRIES: Final = {
    "GB": ("GBR", "United Kingdom of Great Britain and Northern Ireland"),
    "US": ("USA", "United States of America"),
    "DE": ("DEU", "Germany"),
    "FR": ("FRA", "France"),
    "CN": ("CHN", "China"),
}
CATEGORIES: Final = {
    "label_created": "We're expecting it",
    "accepted": "We've got it",
    "in_transit": "In Transit",
    "held": "Pending",
    "out_for_delivery": "Ready for Delivery",
    "attempted": "Delivery Attempted",
    "available_for_pickup": "Available for Collection",
    "delivered": "Delivered",
    "return_in_transit": "Returned to Sender",
    "returned": "Returned to Sender",
}
SIGNED: Final = frozenset({"EVKSP"})


def summarized(parcel: Parcel, told: Sequence[Telling]) -> dict[str, Any]:
    """One piece of a summary: the newest event alone."""
    links = {"events": _link(f"/mailpieces/v2/{parcel.tracking_number}/events", "Events", "Get events")}
    return _outline(parcel) | {"status": "200", "summary": _summary(parcel, told[0]), "links": links}


def whole(
    parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime
) -> dict[str, Any]:
    """A history. `told` are its events newest first, `listed` the same as they go on the wire."""
    number = parcel.tracking_number
    body = _outline(parcel) | {"summary": _summary(parcel, told[0])}
    signature = _signature(told)
    links = {"summary": _link(f"/mailpieces/v2/summary?mailPieceId={number}", "Summary", "Get summary")}
    if signature:
        body["signature"] = signature
        links["signature"] = _link(f"/mailpieces/v2/{number}/signature", "Signature", "Get signature")
    elif window := _window(parcel, now):
        body["estimatedDelivery"] = window
    return body | {"events": [telling.row for telling in listed], "links": links}


def signed(parcel: Parcel, told: Sequence[Telling]) -> dict[str, Any] | None:
    """The answer about a signature, if there is one; the picture is a line."""
    signature = _signature(told)
    if signature is None:
        return None
    names = {"uniqueItemId": _item(parcel), "oneDBarcode": parcel.tracking_number}
    picture = {"imageFormat": "image/svg+xml", "height": 53, "width": 66, "image": "<svg></svg>"}
    return _outline(parcel) | {"signature": names | signature | picture}


def _outline(parcel: Parcel) -> dict[str, Any]:
    return {
        "mailPieceId": parcel.tracking_number,
        "carrierShortName": "RM",
        "carrierFullName": "Royal Mail Group Ltd",
    }


def _summary(parcel: Parcel, newest: Telling) -> dict[str, Any]:
    product_id, product = PRODUCTS.get(parcel.service, PRODUCTS["ground"])
    abroad = parcel.origin.country != parcel.destination.country
    summary = {
        "uniqueItemId": _item(parcel),
        "oneDBarcode": parcel.tracking_number,
        "productId": product_id,
        "productName": product,
        "productCategory": "INTERNATIONAL" if abroad else "NON-INTERNATIONAL",
        **_country("destination", parcel.destination),
        **_country("origin", parcel.origin),
        "lastEventCode": newest.row["eventCode"],
        "lastEventName": newest.row["eventName"],
        "lastEventDateTime": newest.row["eventDateTime"],
        "statusCategory": CATEGORIES.get(newest.meaning.status or "", "In Transit"),
        "statusDescription": newest.row["eventName"],
        "statusHelpText": " ",
        "summaryLine": f"Item {parcel.tracking_number}: {newest.row['eventName']}.",
    }
    if "locationName" in newest.row:
        summary["lastEventLocationName"] = newest.row["locationName"]
    return summary


def _item(parcel: Parcel) -> str:
    """The long barcode beside the short one: twenty-one hexadecimal digits."""
    return f"0903675{int(parcel.weight_g):06d}F{parcel.tracking_number[2:9]}"


def _country(end: str, place: Place) -> dict[str, str]:
    code, name = COUNTRIES.get(place.country, (place.country, place.country))
    return {f"{end}CountryCode": code, f"{end}CountryName": name}


def _signature(told: Sequence[Telling]) -> dict[str, str] | None:
    for telling in told:
        if telling.code in SIGNED:
            name = telling.step.detail.get("received_by", "")
            return {
                "recipientName": name,
                "signatureDateTime": telling.row["eventDateTime"],
                "imageId": "001234",
            }
    return None


def _window(parcel: Parcel, now: datetime) -> dict[str, str] | None:
    eta = parcel.eta_at(now)
    if eta is None:
        return None
    zone = ZoneInfo(parcel.destination.zone)
    until = eta.to_at.astimezone(zone)
    window = {"date": until.strftime("%Y-%m-%d")}
    if eta.from_at is not None and eta.from_at.astimezone(zone).date() == until.date():
        window["startOfEstimatedWindow"] = _hour(eta.from_at.astimezone(zone))
        window["endOfEstimatedWindow"] = _hour(until)
    return window


def _hour(at: datetime) -> str:
    return at.strftime("%H:%M:%S") + offset_text(at)


def _link(href: str, title: str, description: str) -> dict[str, str]:
    return {"href": href, "title": title, "description": description}
