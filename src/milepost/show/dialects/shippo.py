"""A parcel as Shippo tells it: a track with its history, oldest first, every time in UTC."""

from typing import Any

from milepost.show.dialects.tracked import Line, Tracked, city, country, region, zulu
from milepost.show.dialects.vocabulary import Word, vocabulary

ACTION_REQUIRED = frozenset(
    {
        "address_issue",
        "contact_carrier",
        "delivery_attempted",
        "location_inaccessible",
        "notice_left",
        "package_damaged",
        "package_held",
        "package_lost",
        "package_unclaimed",
        "package_undeliverable",
        "pickup_available",
        "reschedule_delivery",
    }
)
"""Substatuses whose `action_required` is true in Shippo's list (taxonomies.md section 3)."""


def track(parcel: Tracked, carrier: str) -> dict[str, Any]:
    """The track object. What we do not know is null; `carrier` is the name the client asked with."""
    history = [_status(line) for line in parcel.lines]
    window = zulu(parcel.window.to_at) if parcel.window else None
    return {
        "messages": [],
        "carrier": carrier,
        "tracking_number": parcel.shipment.tracking_number,
        "address_from": None,
        "address_to": None,
        "eta": window,
        "original_eta": None,
        "servicelevel": {"token": None, "name": parcel.shipment.service or None},
        "metadata": None,
        "tracking_status": _now(parcel, history),
        "tracking_history": history,
        "transaction": None,
        "test": False,
    }


def unknown(carrier: str, number: str) -> dict[str, Any]:
    """A number that nobody here knows: Shippo answers as it does before the first scan."""
    return {
        "messages": [],
        "carrier": carrier,
        "tracking_number": number,
        "address_from": None,
        "address_to": None,
        "eta": None,
        "original_eta": None,
        "servicelevel": {"token": None, "name": None},
        "metadata": None,
        "tracking_status": None,
        "tracking_history": [],
        "transaction": None,
        "test": False,
    }


def problem(_status_code: int, message: str) -> dict[str, Any]:
    """An error in their envelope."""
    return {"detail": message}


def _now(parcel: Tracked, history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The newest line in the parcel's own status, which a line told late does not change."""
    if not history:
        return None
    word = vocabulary("shippo").said(parcel.status.value, parcel.journey.reason)
    return {**history[-1], "status": word.code, "substatus": _substatus(word, history[-1]["status_details"])}


def _status(line: Line) -> dict[str, Any]:
    event = line.event
    word = vocabulary("shippo").of(event)
    return {
        "object_created": zulu(line.heard_at),
        "object_updated": None,
        "object_id": line.line_id,
        "status": word.code,
        "status_details": event.description,
        "status_date": zulu(event.occurred.utc),
        "substatus": _substatus(word, event.description),
        "location": {
            "city": city(event),
            "state": region(event),
            "zip": event.place.raw.postal_code or None,
            "country": country(event),
        },
    }


def _substatus(word: Word, text: str) -> dict[str, Any] | None:
    if word.detail is None:
        return None
    return {"code": word.detail, "text": text, "action_required": word.detail in ACTION_REQUIRED}
