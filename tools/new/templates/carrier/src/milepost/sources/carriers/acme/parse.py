"""Reads Acme's tracking answers. Pure: what cannot be read is a refusal, nothing is raised or guessed."""

from datetime import datetime

import msgspec

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan, ShipmentTold


class Event(msgspec.Struct):
    """One row; `time` is ISO 8601, sometimes without an offset."""

    time: str
    code: str = ""
    text: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


class Window(msgspec.Struct, rename={"from_": "from"}):
    """When Acme means to deliver; both ends with an offset."""

    from_: datetime
    to: datetime


class Parcel(msgspec.Struct):
    """Everything Acme says of one number."""

    number: str
    service: str = ""
    window: Window | None = None
    events: list[Event] = []


class Answer(msgspec.Struct):
    """The body of a tracking answer."""

    parcels: list[Parcel] = []


ANSWER = msgspec.json.Decoder(Answer)


def parse(report: Report) -> Parsed:
    """Scans, delivery windows and service of every parcel in the answer."""
    try:
        answer = ANSWER.decode(report.body)
    except msgspec.ValidationError as error:
        return Parsed(refusals=(_refusal("unknown_shape", str(error)),))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Parsed(refusals=(_refusal("unreadable_body", "The answer is not JSON."),))
    read = [_read(parcel, event) for parcel in answer.parcels for event in parcel.events]
    return Parsed(
        scans=tuple(item for item in read if isinstance(item, Scan)),
        etas=tuple(_eta(parcel.number, parcel.window) for parcel in answer.parcels if parcel.window),
        shipments=tuple(ShipmentTold(tracking_number=p.number, service=p.service) for p in answer.parcels),
        refusals=tuple(item for item in read if isinstance(item, Refusal)),
    )


def _read(parcel: Parcel, event: Event) -> Scan | Refusal:
    try:
        when = datetime.fromisoformat(event.time)
    except ValueError:
        return _refusal("no_time", f"The event {event.code} has no time we can read.", parcel.number)
    return Scan(
        moment=when if when.tzinfo else None,
        wall_clock=None if when.tzinfo else event.time,
        code=event.code,
        refs=(CodeRef(family="event", code=event.code),),
        text=event.text.strip(),
        place=RawPlace(city=event.city, region=event.region, country=event.country),
        tracking_number=parcel.number,
    )


def _eta(number: str, window: Window) -> EtaTold:
    return EtaTold(tracking_number=number, kind=EtaKind.ESTIMATED, from_at=window.from_, to_at=window.to)


def _refusal(reason: str, detail: str, subject: str = "") -> Refusal:
    return Refusal(reason=reason, detail=detail, subject=subject)
