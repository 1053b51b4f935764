"""A DHL Unified answer for one parcel; some shapes differ from one parcel to the next (carriers.md §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.dhl.rows import address
from milepost_sandbox.servers.telling import Telling, offset_text
from milepost_sandbox.world.words import Parcel, Place, Step

TRACKING_PAGE: Final = "https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id="
SERVICE: Final = "express"


def shipment(
    parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], now: datetime
) -> dict[str, Any]:
    """One shipment. `told` are its events newest first, `listed` the same as they go on the wire."""
    steps = parcel.steps_published(now)
    body: dict[str, Any] = {
        "id": _id(parcel),
        "service": SERVICE,
        "origin": {"address": _outline(parcel.origin), "servicePoint": _service_point(parcel.origin)},
        "destination": {
            "address": _outline(parcel.destination),
            "servicePoint": _service_point(parcel.destination),
        },
        "status": told[0].row,
        "serviceUrl": TRACKING_PAGE + parcel.tracking_number,
        "returnFlag": any(step.situation.startswith("return") for step in steps),
        "details": _details(parcel, steps),
        "events": [telling.row for telling in listed],
    }
    if told[0].meaning.status != "delivered":
        body |= _estimate(parcel, now)
    return body


def page(number: str, shipments: list[dict[str, Any]]) -> dict[str, Any]:
    """The envelope; `possibleAdditionalShipmentsUrl` names the other services a number might belong to."""
    url = f"/track/shipments?trackingNumber={number}&offset=0&limit=5"
    links = dict.fromkeys(("url", "prevUrl", "nextUrl", "firstUrl", "lastUrl"), url)
    others = [f"/track/shipments?trackingNumber={number}&service=parcel-de"]
    return {**links, "shipments": shipments, "possibleAdditionalShipmentsUrl": others}


def _id(parcel: Parcel) -> str | int:
    """The number; a JSON number for some parcels, where no leading zero is lost by it."""
    number = parcel.tracking_number
    as_number = number.isdigit() and not number.startswith("0") and chance.picked(0.4, "id", parcel.key)
    return int(number) if as_number else number


def _details(parcel: Parcel, steps: Sequence[Step]) -> dict[str, Any]:
    reference = {"number": parcel.package_id or parcel.key, "type": "shipment-id"}
    as_list = chance.picked(0.5, "references", parcel.key)
    details: dict[str, Any] = {
        "carrier": {"@type": "Organization", "organizationName": "DHL Express"},
        "product": {"productName": "EXPRESS WORLDWIDE"},
        "proofOfDeliverySignedAvailable": False,
        "totalNumberOfPieces": 1,
        "pieceIds": [f"JD01{parcel.tracking_number}"],
        "weight": {"value": round(parcel.weight_g / 1000, 2), "unitText": "kg"},
        "references": [reference] if as_list else reference,
    }
    delivered = next((s for s in reversed(steps) if s.situation in {"delivered", "collected"}), None)
    if delivered:
        name = delivered.detail.get("received_by", "")
        details["proofOfDelivery"] = {
            "timestamp": _iso(delivered.at),
            "documentUrl": TRACKING_PAGE + parcel.tracking_number,
            "signed": {"@type": "Person", "name": name},
        }
        details["proofOfDeliverySignedAvailable"] = bool(name)
    return details


def _estimate(parcel: Parcel, now: datetime) -> dict[str, Any]:
    eta = parcel.eta_at(now)
    if eta is None:
        return {}
    zone = ZoneInfo(parcel.destination.zone)
    until = _iso(eta.to_at.astimezone(zone))
    estimate: dict[str, Any] = {
        "estimatedTimeOfDelivery": until,
        "estimatedTimeOfDeliveryRemark": "By End of Day",
    }
    if eta.from_at is not None:
        start = _iso(eta.from_at.astimezone(zone))
        estimate["estimatedDeliveryTimeFrame"] = {"estimatedFrom": start, "estimatedThrough": until}
    return estimate


def _outline(place: Place) -> dict[str, str]:
    return {"countryCode": place.country, "addressLocality": address(place)["addressLocality"]}


def _service_point(place: Place) -> dict[str, str]:
    return {"url": "", "label": place.facility}


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(at)
