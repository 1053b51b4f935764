"""A parcel as EasyPost tells it: a Tracker with its details, oldest first, every time in UTC."""

from typing import Any

from milepost.show.dialects.tracked import Line, Tracked, city, country, region, with_offset, zulu
from milepost.show.dialects.vocabulary import vocabulary

ID_PREFIX = "trk_"


def tracker(parcel: Tracked, carrier: str | None) -> dict[str, Any]:
    """The Tracker object. What we do not know is null."""
    shipment = parcel.shipment
    word = vocabulary("easypost").said(parcel.status.value, parcel.journey.reason)
    return {
        "id": ID_PREFIX + shipment.shipment_id,
        "object": "Tracker",
        "mode": "production",
        "tracking_code": shipment.tracking_number,
        "status": word.code,
        "status_detail": word.detail,
        "created_at": zulu(shipment.created_at),
        "updated_at": zulu(parcel.updated_at),
        "signed_by": parcel.received_by or None,
        "weight": None,
        "est_delivery_date": zulu(parcel.window.to_at) if parcel.window else None,
        "shipment_id": None,
        "carrier": carrier,
        "tracking_details": [detail(line, carrier) for line in parcel.lines],
        "carrier_detail": _carrier_detail(parcel),
        "finalized": parcel.is_over,
        "is_return": parcel.journey.returning,
        "public_url": parcel.tracking_page or None,
        "fees": [],
    }


def detail(line: Line, carrier: str | None) -> dict[str, Any]:
    """One line of the history; without a known offset its time is null, never a wall clock called UTC."""
    event = line.event
    word = vocabulary("easypost").of(event)
    return {
        "object": "TrackingDetail",
        "message": event.description,
        "description": None,
        "status": word.code,
        "status_detail": word.detail,
        "datetime": zulu(event.occurred.utc),
        "source": carrier,
        "carrier_code": event.code or None,
        "tracking_location": {
            "object": "TrackingLocation",
            "city": city(event),
            "state": region(event),
            "country": country(event),
            "zip": event.place.raw.postal_code or None,
        },
    }


def several(parcels: list[tuple[Tracked, str | None]]) -> dict[str, Any]:
    """The answer of a search."""
    return {"trackers": [tracker(parcel, carrier) for parcel, carrier in parcels], "has_more": False}


def problem(status: int, message: str) -> dict[str, Any]:
    """An error in their envelope."""
    codes = {
        400: "BAD_REQUEST",
        401: "APIKEY.INACTIVE",
        404: "NOT_FOUND",
        422: "TRACKER.CREATE.ERROR",
        503: "SERVICE_UNAVAILABLE",
    }
    return {"error": {"code": codes.get(status, "INTERNAL_SERVER_ERROR"), "message": message, "errors": []}}


def _carrier_detail(parcel: Tracked) -> dict[str, Any]:
    window = parcel.window
    end = with_offset(window.to_at, window.offset_minutes) if window else None
    knows_the_hour = end is not None and window is not None and window.offset_minutes is not None
    return {
        "object": "CarrierDetail",
        "service": parcel.shipment.service or None,
        "container_type": None,
        "est_delivery_date_local": end[:10] if end else None,
        "est_delivery_time_local": end[11:19] if end and knows_the_hour else None,
        "origin_location": None,
        "origin_tracking_location": None,
        "destination_location": None,
        "destination_tracking_location": None,
        "guaranteed_delivery_date": None,
        "alternate_identifier": None,
        "initial_delivery_attempt": None,
    }
