"""Reads La Poste's tracking answers: one envelope for one number, a list of them for several.

Each envelope has a return code of its own, whatever the status of the call says (the vendor's API
description, Suivi 1.0.0). The event's code decides; labels, steps of the timeline and `isFinal` repeat it in
other words.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan, ShipmentTold
from milepost.sources.answers import decoded, foreign, joined, no_time, not_found, refused
from milepost.sources.iso_times import moment_of, when, window
from milepost.sources.loose_json import (
    Object,
    is_true_at,
    objects_at,
    text_at,
    texts_of,
    value_at,
)

GOOD = frozenset({"200", "201"})
NOT_FOUND = "104"
REFUSED = {
    "400": "number_refused",
    "401": "access_refused",
    "403": "access_refused",
    "UNAUTHORIZED": "access_refused",
    "TOO_MANY_REQUESTS": "too_many",
}
EVENT = ("code", "label", "date", "country")
AT_ORIGIN, AT_DESTINATION = frozenset({"PC2", "ET2"}), frozenset({"ET3"})
"""Codes that say in which of the parcel's countries something happened; no other event tells a place."""
WAITING = "AG1"
ENVELOPES_MAX = 1_000
EVENTS_MAX = 5_000
CACHED_MAX = 10_000


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = decoded(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    envelopes = answer[:ENVELOPES_MAX] if isinstance(answer, list) else [answer]
    if not envelopes:
        return refused("unknown_shape", "The answer is an empty list.", ", ".join(report.subject))
    return joined(
        _envelope(one, position, len(envelopes), report.subject) for position, one in enumerate(envelopes)
    )


def _envelope(envelope: Any, position: int, count: int, asked: Sequence[str]) -> Parsed:
    if not isinstance(envelope, dict):
        return refused("unknown_shape", "An entry of the answer is not an object.")
    told = text_at(envelope, "shipment", "idShip") or text_at(envelope, "idShip")
    number = told if told in asked else asked[position] if not told and count == len(asked) else None
    code = text_at(envelope, "returnCode") or text_at(envelope, "code")
    shipment = value_at(envelope, "shipment")
    if code not in GOOD or not isinstance(shipment, dict):
        return _failed(envelope, code, number)
    if number is None:
        return foreign()
    return _shipment(shipment, number)


def _failed(envelope: Object, code: str, number: str | None) -> Parsed:
    """A number nobody knows yet is news, all else is a refusal."""
    if code == NOT_FOUND and number is not None:
        return not_found([number])
    said = text_at(envelope, "returnMessage") or text_at(envelope, "message")
    reason = REFUSED.get(code) or ("source_refused" if code else "unknown_shape")
    words = ": ".join(part for part in (code, said) if part)
    return refused(reason, words or "The answer holds no shipment.", number or "")


def _shipment(shipment: Object, number: str) -> Parsed:
    read = [_scan(row, shipment, number) for row in objects_at(shipment, "event")[:EVENTS_MAX]]
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        etas=_etas(shipment, number),
        shipments=(_facts(shipment, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
        notes=tuple(_notes(shipment)),
    )


def _scan(row: Object, shipment: Object, number: str) -> Scan | Refusal:
    code, label, date, country = texts_of(row, *EVENT)
    told = when(date)
    if told is None:
        return no_time(number, code or "without code")
    return Scan(
        moment=told.moment,
        wall_clock=told.wall_clock,
        code=code,
        refs=_refs(code),
        text=label,
        place=RawPlace(country=country) if country else _place(code, shipment),
        tracking_number=number,
    )


@lru_cache(maxsize=CACHED_MAX)
def _refs(code: str) -> tuple[CodeRef, ...]:
    return (CodeRef(family="event", code=code),) if code else ()


def _place(code: str, shipment: Object) -> RawPlace:
    """Where the code itself says it: in one of the two countries, or at the point where the parcel waits."""
    if code in AT_ORIGIN:
        return _end(shipment, "origin")
    if code in AT_DESTINATION:
        return _end(shipment, "arrival")
    if code == WAITING:
        return _point(shipment)
    return RawPlace()


def _point(shipment: Object) -> RawPlace:
    name = text_at(shipment, "contextData", "removalPoint", "name")
    return RawPlace(text=name, country=text_at(shipment, "contextData", "arrivalCountry") if name else "")


def _etas(shipment: Object, number: str) -> tuple[EtaTold, ...]:
    """The hours where they make a window, else the day; nothing is promised of a parcel that has arrived."""
    if is_true_at(shipment, "isFinal") or text_at(shipment, "deliveryDate"):
        return ()
    day, start, end = texts_of(shipment, "estimDate", "estimHourMin", "estimHourMax")
    place = _end(shipment, "arrival")
    begins, ends = moment_of(start), moment_of(end)
    if begins and ends and (begins.tzinfo is None) == (ends.tzinfo is None) and begins < ends:
        return window(number, start, end, place)
    return window(number, day[:10], day[:10], place)


def _facts(shipment: Object, number: str) -> ShipmentTold:
    """The partner's number, where another post or carrier takes it on, is its number there."""
    partner = value_at(shipment, "contextData", "partner")
    name, network, reference = texts_of(partner, "name", "network", "reference")
    entered = moment_of(text_at(shipment, "entryDate"))
    return ShipmentTold(
        tracking_number=number,
        service=text_at(shipment, "product"),
        handed_over_as=((name or network, reference),) if reference and reference != number else (),
        ship_date=entered.date() if entered else None,
        origin=_end(shipment, "origin"),
        destination=_end(shipment, "arrival"),
    )


def _end(shipment: Object, end: str) -> RawPlace:
    return RawPlace(country=text_at(shipment, "contextData", f"{end}Country"))


def _notes(shipment: Object) -> Iterator[str]:
    if is_true_at(shipment, "contextData", "isParcelBack"):
        yield "flagged as a return"
