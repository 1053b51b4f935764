"""A parcel as karrio tells it: a tracker with its events, newest first, by the clock of the place."""

from typing import Any

from milepost.model.instants import Instant
from milepost.model.statuses import Status
from milepost.show.dialects.tracked import Line, Tracked, with_offset, zulu
from milepost.show.dialects.vocabulary import vocabulary

ID_PREFIX = "trk_"


def tracker(parcel: Tracked, carrier: str | None) -> dict[str, Any]:
    """The tracker object (karrio of 2026). What we do not know is null."""
    shipment, window = parcel.shipment, parcel.window
    word = vocabulary("karrio").said(parcel.status.value, parcel.journey.reason)
    end = with_offset(window.to_at, window.offset_minutes) if window else None
    return {
        "id": ID_PREFIX + shipment.shipment_id,
        "object_type": "tracker",
        "carrier_name": carrier,
        "carrier_id": carrier,
        "tracking_number": shipment.tracking_number,
        "info": {
            "carrier_tracking_link": parcel.tracking_page or None,
            "order_id": shipment.order_numbers[0],
            "shipment_service": shipment.service or None,
            "expected_delivery": end[:10] if end else None,
            "signed_by": parcel.received_by or None,
        },
        "events": [_event(line) for line in reversed(parcel.lines)],
        "delivered": parcel.status is Status.DELIVERED,
        "test_mode": False,
        "status": word.code,
        "estimated_delivery": end[:10] if end else None,
        "meta": {},
        "metadata": {},
        "messages": [],
        "delivery_image_url": None,
        "signature_image_url": None,
    }


def several(parcels: list[tuple[Tracked, str | None]]) -> dict[str, Any]:
    """The answer of a search."""
    told = [tracker(parcel, carrier) for parcel, carrier in parcels]
    return {"count": len(told), "next": None, "previous": None, "results": told}


def problem(status: int, message: str) -> dict[str, Any]:
    """An error in their envelope."""
    codes = {400: "validation", 401: "authentication_required", 404: "not_found"}
    return {"errors": [{"code": codes.get(status, "error"), "message": message, "details": None}]}


def _event(line: Line) -> dict[str, Any]:
    event = line.event
    word = vocabulary("karrio").of(event)
    day, time = _clock(event.occurred)
    located = event.place.located
    return {
        "date": day,
        "time": time,
        "timestamp": zulu(event.occurred.utc),
        "status": word.code,
        "reason": word.detail,
        "code": event.code or None,
        "description": event.description,
        "location": event.place.raw.line or None,
        "latitude": located.latitude if located else None,
        "longitude": located.longitude if located else None,
    }


def _clock(at: Instant) -> tuple[str, str]:
    """The day and `HH:MM` of the place, whatever offset was told."""
    wall = at.local.isoformat() if at.local else at.wall_clock
    return wall[:10], wall[11:16]
