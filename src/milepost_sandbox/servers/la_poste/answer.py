"""One of La Poste's envelopes, in the shape of its OpenAPI description Suivi 1.0.0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from milepost_sandbox.servers.la_poste.rows import PARIS
from milepost_sandbox.servers.telling import Telling, offset_text
from milepost_sandbox.world.words import Parcel

PAGE: Final = "https://www.laposte.fr/outils/suivre-vos-envois?code="
HOLDERS: Final = {"express": (3, "chronopost")}
COLISSIMO: Final = (4, "colissimo")
FINAL: Final = frozenset({"DI0", "DI1", "DI2"})
STEPS: Final = (
    ("taken in", frozenset({"PC1", "PC2"})),
    ("on its way", frozenset({"ET1", "ET2", "ET3", "ET4"})),
    ("at its delivery site", frozenset({"EP1"})),
    ("being delivered", frozenset({"MD2", "AG1", "ND1"})),
    ("delivered", FINAL),
)
DAY_ALONE: Final = timedelta(hours=2)
"""A day without hours is told as two o'clock in the morning, which means nothing."""


def envelope(
    parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling], *, lang: str, now: datetime
) -> dict[str, Any]:
    """The answer about one number. `told` are its events newest first, `listed` as they go on the wire."""
    holder, product = HOLDERS.get(parcel.service, COLISSIMO)
    codes = {telling.code for telling in told}
    shipment: dict[str, Any] = {
        "idShip": parcel.tracking_number,
        "holder": holder,
        "product": product,
        "isFinal": bool(codes & FINAL),
        "timeline": _timeline(codes),
        "event": [{"order": 100 - place} | telling.row for place, telling in enumerate(listed)],
        "contextData": _context(parcel, codes),
        "url": PAGE + parcel.tracking_number,
        **_dates(parcel, told, now),
    }
    return {"lang": lang, "scope": "open", "returnCode": 200, "shipment": shipment}


def failure(code: int, number: str, said: str, lang: str) -> dict[str, Any]:
    """The envelope of a number that cannot be told."""
    return {"lang": lang, "scope": "open", "returnCode": code, "returnMessage": said, "idShip": number}


def _timeline(codes: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": place,
            "shortLabel": label,
            "longLabel": "",
            "country": "",
            "status": bool(codes & ours),
            "type": 1,
        }
        for place, (label, ours) in enumerate(STEPS, start=1)
    ]


def _context(parcel: Parcel, codes: set[str]) -> dict[str, Any]:
    context: dict[str, Any] = {
        "deliveryChoice": {"deliveryChoice": 0},
        "originCountry": parcel.origin.country,
        "arrivalCountry": parcel.destination.country,
    }
    if "AG1" in codes:
        context["removalPoint"] = {"name": parcel.destination.facility.upper(), "type": "A2P"}
    return context


def _dates(parcel: Parcel, told: Sequence[Telling], now: datetime) -> dict[str, str]:
    dates = {"entryDate": told[-1].row["date"]}
    if arrived := next((telling for telling in told if telling.code in FINAL), None):
        return dates | {"deliveryDate": arrived.row["date"], "estimDate": arrived.row["date"]}
    eta = parcel.eta_at(now)
    if eta is None:
        return dates
    until = eta.to_at.astimezone(PARIS)
    midnight = until.replace(hour=0, minute=0, second=0)
    dates["estimDate"] = _iso(midnight + DAY_ALONE)
    if eta.from_at is not None:
        dates |= {"estimHourMin": _iso(eta.from_at.astimezone(PARIS)), "estimHourMax": _iso(until)}
    return dates


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(at)
