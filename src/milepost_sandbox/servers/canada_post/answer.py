"""A Canada Post answer for one parcel: the members of its OpenAPI document, Tracking 1.0.0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.canada_post.rows import SIGNATURE
from milepost_sandbox.servers.telling import Telling
from milepost_sandbox.world.words import Eta, Parcel

SERVICES: Final = {
    "ground": ("Expedited Parcels", "Colis accélérés"),
    "economy": ("Regular Parcels", "Colis standard"),
    "express": ("Xpresspost", "Xpresspost"),
    "international": ("Tracked Packet International", "Paquet repérable international"),
}


def details(parcel: Parcel, listed: Sequence[Telling], now: datetime) -> dict[str, Any]:
    """The parcel with its events. For some parcels `pin` and event numbers are JSON numbers."""
    service, service_in_french = SERVICES[parcel.service]
    return {
        "pin": _pin(parcel),
        "activeExists": True,
        "archiveExists": False,
        "destinationPostalId": parcel.destination.postal_code.replace(" ", ""),
        **_dates(parcel, now),
        "serviceName": service,
        "serviceName2": service_in_french,
        "customerRef1": parcel.package_id,
        "returnPin": None,
        "signatureImageExists": any(telling.code == SIGNATURE.code for telling in listed),
        "suppressSignature": False,
        "deliveryOptions": [],
        "significantEvents": [_row(parcel, telling) for telling in listed],
    }


def _pin(parcel: Parcel) -> str | int:
    number = parcel.tracking_number
    return int(number) if number.isdigit() and chance.picked(0.4, "pin", parcel.key) else number


def _row(parcel: Parcel, telling: Telling) -> dict[str, Any]:
    if not chance.picked(0.3, "event numbers", parcel.key):
        return telling.row
    day = telling.row["eventDate"]
    return {**telling.row, "eventIdentifier": int(telling.code), "eventDate": f"{day}T00:00:00.000Z"}


def _dates(parcel: Parcel, now: datetime) -> dict[str, str | None]:
    """The first promise, and the newest one where its day is another."""
    known = [eta for eta in parcel.eta if eta.known_at <= now]
    if not known:
        return {"expectedDeliveryDate": None, "changedExpectedDate": None}
    first, last = _day(known[0], parcel), _day(known[-1], parcel)
    return {"expectedDeliveryDate": first, "changedExpectedDate": last if last != first else None}


def _day(eta: Eta, parcel: Parcel) -> str:
    return eta.to_at.astimezone(ZoneInfo(parcel.destination.zone)).strftime("%Y-%m-%d")
