"""The mails that a shop or carrier writes about a parcel, one for each step that people are told of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from types import MappingProxyType
from typing import Final

from milepost_sandbox.world.words import Parcel, Step

SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "picked_up": "has shipped",
        "departed": "is on its way",
        "out_for_delivery": "is out for delivery",
        "attempt_absent": "could not be delivered today: nobody was there",
        "available_for_pickup": "is ready for pickup",
        "delivered": "has been delivered",
    }
)


def mails(parcels: Iterable[Parcel], now: datetime) -> Iterator[bytes]:
    """Each as it lies in the mailbox: words, the same in HTML, and a script that nobody may run."""
    for parcel in parcels:
        for step in parcel.steps:
            if step.published_at <= now and step.situation in SAID:
                yield _mail(parcel, step)


def _mail(parcel: Parcel, step: Step) -> bytes:
    said = f"Your parcel {parcel.tracking_number} {SAID[step.situation]}."
    mail = EmailMessage()
    mail["From"] = "Sandbox Freight <news@freight.example>"
    mail["To"] = "parcels@shop.example"
    mail["Subject"] = said
    mail["Date"] = step.published_at.astimezone(UTC)
    mail.set_content(said)
    script = "<script>document.title = 'has been delivered'</script>"
    mail.add_alternative(f"<html><head>{script}</head><body><p>{said}</p></body></html>", subtype="html")
    mail.set_boundary(f"=_{hashlib.sha256(step.key.encode()).hexdigest()[:24]}")  # the same every time
    return mail.as_bytes()
