"""A parcel as AfterShip tells it: a tracking with a tag, a subtag and checkpoints, oldest first."""

from typing import Any

from milepost.model.events import TrackingEvent
from milepost.model.statuses import Status
from milepost.show.dialects.countries import alpha3
from milepost.show.dialects.tracked import Line, Tracked, city, country, local, region, with_offset, zulu
from milepost.show.dialects.vocabulary import vocabulary

ID_LENGTH = 32
CARRIERS_OWN = "Carrier EDD"


def tracking(parcel: Tracked, slug: str | None) -> dict[str, Any]:
    """The tracking object (field names of the API of 2025). What we do not know is null."""
    shipment, row = parcel.shipment, parcel.row
    word = vocabulary("aftership").said(parcel.status.value, parcel.journey.reason)
    window = parcel.window
    return {
        "id": shipment.shipment_id,
        "legacy_id": None,
        "created_at": _utc(shipment.created_at),
        "updated_at": _utc(parcel.updated_at),
        "tracking_number": shipment.tracking_number,
        "slug": slug,
        "active": not parcel.is_over,
        "title": shipment.tracking_number,
        "order_id": shipment.order_numbers[0],
        "order_number": shipment.order_numbers[0],
        "tag": word.code,
        "subtag": word.detail,
        "subtag_message": None,
        "shipment_type": shipment.service or None,
        "shipment_package_count": None,
        "shipment_weight": None,
        "shipment_pickup_date": _of(parcel.first(Status.ACCEPTED)),
        "shipment_delivery_date": _of(parcel.first(Status.DELIVERED)) if row.delivered_at else None,
        "first_attempted_at": _of(parcel.first(Status.ATTEMPTED)),
        "expected_delivery": with_offset(window.to_at, window.offset_minutes) if window else None,
        "latest_estimated_delivery": _window(parcel),
        "courier_tracking_link": parcel.tracking_page or None,
        "return_to_sender": parcel.journey.returning,
        "signed_by": parcel.received_by or None,
        "source": "api",
        "tracked_count": None,
        "unique_token": None,
        "origin_country_region": None,
        "destination_country_region": None,
        "emails": [],
        "smses": [],
        "custom_fields": None,
        "checkpoints": [checkpoint(line, slug) for line in parcel.lines],
    }


def checkpoint(line: Line, slug: str | None) -> dict[str, Any]:
    """One line of the history. Without a known offset the time has none, as AfterShip writes it too."""
    event = line.event
    word = vocabulary("aftership").of(event)
    located = event.place.located
    point = located and located.latitude is not None
    return {
        "created_at": _utc(line.heard_at),
        "slug": slug,
        "checkpoint_time": local(event) or event.occurred.wall_clock,
        "location": event.place.raw.line or None,
        "city": city(event),
        "state": region(event),
        "zip": event.place.raw.postal_code or None,
        "country_iso3": alpha3(country(event)),
        "country_name": country(event),
        "coordinate": {"latitude": located.latitude, "longitude": located.longitude}
        if located and point
        else None,
        "message": event.description,
        "tag": word.code,
        "subtag": word.detail,
        "subtag_message": None,
        "raw_tag": event.code or None,
    }


def one(parcel: Tracked, slug: str | None, *, nested: bool, code: int = 200) -> dict[str, Any]:
    """The answer about one tracking; `nested` as the API did until 2023 (v4)."""
    told = tracking(parcel, slug)
    return {"meta": {"code": code}, "data": {"tracking": told} if nested else told}


def several(parcels: list[tuple[Tracked, str | None]], limit: int) -> dict[str, Any]:
    """The answer of a search."""
    told = [tracking(parcel, slug) for parcel, slug in parcels]
    pages = {"total": len(told), "next_cursor": "", "has_next_page": False}
    return {"meta": {"code": 200}, "data": {"trackings": told, "pagination": pages, "limit": limit}}


def problem(status: int, message: str) -> dict[str, Any]:
    """An error, with their own finer code where they have one."""
    code, kind = {404: (4004, "NotFound"), 401: (401, "Unauthorized"), 400: (400, "BadRequest")}.get(
        status, (status, "InternalError")
    )
    return {"meta": {"code": code, "message": message, "type": kind}, "data": {}}


def _window(parcel: Tracked) -> dict[str, Any] | None:
    window = parcel.window
    if window is None:
        return None
    end = with_offset(window.to_at, window.offset_minutes)
    start = with_offset(window.from_at, window.offset_minutes)
    return {
        "type": "range" if start else "specific",
        "source": CARRIERS_OWN,
        "datetime": None if start else end,
        "datetime_min": start,
        "datetime_max": end if start else None,
    }


def _of(event: TrackingEvent | None) -> str | None:
    return (local(event) or event.occurred.wall_clock) if event else None


def _utc(moment: Any) -> str | None:
    told = zulu(moment)
    return told.replace("Z", "+00:00") if told else None
