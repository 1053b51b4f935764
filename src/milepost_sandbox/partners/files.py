"""The files that partners send: every step of some parcels that was told so far, in three standards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from milepost_sandbox.partners.rows import EPCIS, IFTSTA, X12, Row
from milepost_sandbox.world.words import Parcel, Step

SENDER: Final = "SANDBOXFREIGHT"
DESTINATION: Final = "urn:epc:id:sgln:0614141.00999.0"
Told = tuple[Parcel, Step, Row]


def told(parcels: Iterable[Parcel], rows: Mapping[str, Row], now: datetime) -> Iterator[Told]:
    """What a partner with this table has said of them by now, oldest first."""
    for parcel in parcels:
        for step in parcel.steps:
            if step.published_at <= now and step.situation in rows:
                yield parcel, step, rows[step.situation]


def x12_214(parcels: Iterable[Parcel], now: datetime) -> bytes:
    """One interchange, a transaction set for each scan; times in UTC."""
    head = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{SENDER:<15}*ZZ*{'MILEPOST':<15}"
        f"*{now:%y%m%d}*{now:%H%M}*U*00401*000000001*0*P*>~"
    )
    sets = []
    for number, (parcel, step, row) in enumerate(told(parcels, X12, now), 1):
        at = step.at.astimezone(UTC)
        body = [
            f"ST*214*{number:04}",
            f"B10*{parcel.tracking_number}*{parcel.key}*SBXF",
            "LX*1",
            f"AT7*{row.code}*{row.reason}***{at:%Y%m%d}*{at:%H%M%S}*UT",
        ]
        if step.place is not None:
            body.append(f"MS1*{_plain(step.place.city)}*{_plain(step.place.region)}*{step.place.country}")
        sets += [*body, f"SE*{len(body) + 1}*{number:04}"]
    whole = ["GS*QM*SBXF*MILEPOST*20260101*0000*1*X*004010", *sets, "GE*1*1", "IEA*1*000000001"]
    return (head + "".join(f"{segment}~\n" for segment in whole)).encode("latin-1", "replace")


def iftsta(parcels: Iterable[Parcel], now: datetime) -> bytes:
    """One message, a consignment for each scan; local times with their offset where there is a place."""
    body = ["UNH+1+IFTSTA:D:96A:UN", "BGM+23+1+9"]
    for number, (parcel, step, row) in enumerate(told(parcels, IFTSTA, now), 1):
        reason = f"+{row.reason}" if row.reason else ""
        offset = step.at.strftime("%z")
        body += [
            f"CNI+{number}",
            f"STS+1+{row.code}{reason}",
            f"RFF+CW:{parcel.tracking_number}",
            f"DTM+334:{step.at:%Y%m%d%H%M%S}{_escaped(offset)}:304",
        ]
        if step.place is not None:
            body.append(f"LOC+5+:::{_escaped(step.place.city)}+:::{step.place.country}")
    body.append(f"UNT+{len(body) + 1}+1")
    head = f"UNB+UNOY:4+{SENDER}:14+MILEPOST:14+{now:%y%m%d}:{now:%H%M}+1"
    return "".join(f"{segment}'\n" for segment in [head, *body, "UNZ+1+1"]).encode()


def epcis(parcels: Iterable[Parcel], now: datetime) -> bytes:
    """A document of object events; a parcel is a link with its number at the end."""
    events = [_object_event(*one) for one in told(parcels, EPCIS, now)]
    return json.dumps(
        {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": now.astimezone(UTC).isoformat(),
            "epcisBody": {"eventList": events},
        }
    ).encode()


def _object_event(parcel: Parcel, step: Step, row: Row) -> dict[str, Any]:
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": step.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "eventTimeZoneOffset": f"{step.at:%z}"[:3] + ":" + f"{step.at:%z}"[3:5],
        "epcList": [f"https://freight.example/parcels/{parcel.tracking_number}"],
        "bizStep": f"https://ref.gs1.org/cbv/BizStep-{row.code}",
    }
    if row.reason:
        event["disposition"] = f"https://ref.gs1.org/cbv/Disp-{row.reason}"
    if row.status == "delivered":
        event["bizLocation"] = {"id": DESTINATION}
        event["destinationList"] = [{"type": "location", "destination": DESTINATION}]
    return event


def _plain(text: str) -> str:
    """X12 has no way to write its own delimiters."""
    return text.translate({ord(sign): " " for sign in "*~>\n"})


def _escaped(text: str) -> str:
    return "".join(f"?{sign}" if sign in "?+:'" else sign for sign in text)


FILES: Final[Mapping[str, tuple[Callable[[Iterable[Parcel], datetime], bytes], Mapping[str, Row]]]] = (
    MappingProxyType({"x12_214": (x12_214, X12), "iftsta": (iftsta, IFTSTA), "epcis": (epcis, EPCIS)})
)
"""Each standard's writer and its table."""
