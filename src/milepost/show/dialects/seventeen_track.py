"""A parcel as 17TRACK tells it: a track with a status, milestones and events, newest first."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from milepost.model.events import TrackingEvent
from milepost.model.statuses import Status
from milepost.show.dialects.tracked import Line, Tracked, city, country, local, region, with_offset, zulu
from milepost.show.dialects.vocabulary import vocabulary

NOT_REGISTERED, BAD_KEY, BAD_DATA, TOO_MANY = -18019902, -18010002, -18010013, -18010014
NUMBERS_MAX = 40
"""In one call."""
SECONDS_PER_DAY = 86_400

MILESTONES: Mapping[str, tuple[Status, ...]] = {
    "InfoReceived": (Status.LABEL_CREATED,),
    "PickedUp": (Status.ACCEPTED,),
    "Departure": (),
    "Arrival": (),
    "AvailableForPickup": (Status.AVAILABLE_FOR_PICKUP,),
    "OutForDelivery": (Status.OUT_FOR_DELIVERY,),
    "Delivered": (Status.DELIVERED,),
    "Returning": (Status.RETURN_IN_TRANSIT,),
    "Returned": (Status.RETURNED,),
}
"""In their order. We do not tell departures from arrivals, so those two stay without a time."""


def track(parcel: Tracked, carrier: int | None, page: str, now: datetime) -> dict[str, Any]:
    """One of `accepted`. What we do not know is null; `carrier` is their number for it."""
    events = [_event(line) for line in reversed(parcel.lines)]
    return {
        "number": parcel.shipment.tracking_number,
        "carrier": carrier,
        "param": None,
        "tag": parcel.shipment.order_numbers[0],
        "track_info": {
            "shipping_info": {"shipper_address": _address(None), "recipient_address": _address(None)},
            "latest_status": _status(parcel),
            "latest_event": events[0] if events else None,
            "time_metrics": _metrics(parcel, now),
            "milestone": [_milestone(parcel, name) for name in MILESTONES],
            "misc_info": _misc(parcel),
            "tracking": {
                "providers_hash": _hash(parcel),
                "providers": [_provider(parcel, carrier, page, events)],
            },
        },
    }


def answer(accepted: list[dict[str, Any]], unknown: list[str]) -> dict[str, Any]:
    """The whole answer; a number nobody here knows is one that was not registered."""
    rejected = [
        {
            "number": number,
            "error": {
                "code": NOT_REGISTERED,
                "message": f"The tracking number '{number}' does not register.",
            },
        }
        for number in unknown
    ]
    return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}


def problem(status: int, message: str, code: int | None = None) -> dict[str, Any]:
    """An error in their envelope."""
    number = code if code is not None else {401: BAD_KEY, 400: BAD_DATA}.get(status, -18010003)
    return {"code": number, "data": {"errors": [{"code": number, "message": message}]}}


def _status(parcel: Tracked) -> dict[str, Any]:
    word = vocabulary("seventeen_track").said(parcel.status.value, parcel.journey.reason)
    return {"status": word.code, "sub_status": word.detail, "sub_status_descr": None}


def _event(line: Line) -> dict[str, Any]:
    """Without a known offset only `time_raw` has the time, as 17TRACK does it too."""
    event = line.event
    word = vocabulary("seventeen_track").of(event)
    return {
        **_times(event),
        "description": event.description,
        "description_translation": None,
        "location": event.place.raw.line or None,
        "stage": _stage(event),
        "sub_status": word.detail,
        "address": _address(event),
    }


def _stage(event: TrackingEvent) -> str | None:
    return next((name for name, statuses in MILESTONES.items() if event.status in statuses), None)


def _times(event: TrackingEvent) -> dict[str, Any]:
    told = local(event)
    wall = told or event.occurred.wall_clock
    return {
        "time_iso": told,
        "time_utc": zulu(event.occurred.utc),
        "time_raw": {"date": wall[:10], "time": wall[11:19] or None, "timezone": told[19:] if told else None},
    }


def _address(event: TrackingEvent | None) -> dict[str, Any]:
    located = event.place.located if event else None
    return {
        "country": country(event) if event else None,
        "state": region(event) if event else None,
        "city": city(event) if event else None,
        "street": None,
        "postal_code": (event.place.raw.postal_code or None) if event else None,
        "coordinates": {
            "longitude": str(located.longitude) if located and located.longitude is not None else None,
            "latitude": str(located.latitude) if located and located.latitude is not None else None,
        },
    }


def _metrics(parcel: Tracked, now: datetime) -> dict[str, Any]:
    window, journey = parcel.window, parcel.journey
    ended = journey.delivered_at
    return {
        "days_after_order": _days(parcel.shipment.since, ended or now),
        "days_of_transit": _days(journey.accepted_at, ended or now),
        "days_of_transit_done": _days(journey.accepted_at, ended) if ended else 0,
        "days_after_last_update": _days(parcel.row.last_heard_at, now),
        "estimated_delivery_date": {
            "source": "Official" if window else None,
            "from": with_offset(window.from_at, window.offset_minutes) if window else None,
            "to": with_offset(window.to_at, window.offset_minutes) if window else None,
        },
    }


def _days(start: datetime | None, end: datetime) -> int | None:
    return max(0, int((end - start).total_seconds() // SECONDS_PER_DAY)) if start else None


def _milestone(parcel: Tracked, name: str) -> dict[str, Any]:
    event = parcel.first(*MILESTONES[name])
    times = _times(event) if event else {"time_iso": None, "time_utc": None, "time_raw": None}
    return {"key_stage": name, **times}


def _misc(parcel: Tracked) -> dict[str, Any]:
    names = ("weight_raw", "weight_kg", "pieces", "dimensions", "customer_number", "reference_number")
    return {
        "risk_factor": None,
        "service_type": parcel.shipment.service or None,
        **dict.fromkeys(names),
        "local_number": None,
        "local_provider": None,
        "local_key": None,
    }


def _provider(
    parcel: Tracked, carrier: int | None, page: str, events: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "provider": {
            "key": carrier,
            "name": parcel.shipment.provider_name or None,
            "alias": None,
            "tel": None,
            "homepage": page or None,
            "country": None,
        },
        "service_type": parcel.shipment.service or None,
        "latest_sync_status": "Success" if parcel.row.last_heard_at else None,
        "latest_sync_time": zulu(parcel.row.last_heard_at),
        "events_hash": _hash(parcel),
        "events": events,
    }


def _hash(parcel: Tracked) -> int:
    """Another number when the events are others; clients compare it to see whether anything is new."""
    return zlib.crc32("".join(line.line_id for line in parcel.lines).encode())
