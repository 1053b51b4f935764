"""Reads Royal Mail's tracking answers: summaries of many parcels, and the history of one.

Both are told as `mailPieces`: a list of pieces that each know their newest event, or one piece with all of
them (the vendor's API description 1.0.36). An event's code decides, never a text or a status category.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import foreign, joined, no_time, not_found, opened, refused
from milepost.sources.iso_times import when, window
from milepost.sources.loose_json import (
    Object,
    objects_at,
    text_at,
    texts_of,
    value_at,
)

NOT_FOUND = "E1142"
NO_NEWS = frozenset({"E1284", "E1307", "E1308"})
"""The number is theirs and there is nothing to tell yet."""
REFUSED = {"400": "number_refused", "401": "access_refused", "403": "access_refused", "429": "too_many"}
EVENT = ("eventCode", "eventName", "eventDateTime", "locationName")
NEWEST = ("lastEventCode", "lastEventName", "lastEventDateTime", "lastEventLocationName")
OWN_SITE = re.compile(
    r"(?P<town>\S.*?) +(?:DO|SPDO|PDO|MC|RDC|NDC|HWDC|Worldwide DC|CSP|Delivery Office|Mail Centre|Super Hub"
    r"|Parcel Hub|Post Office)"
)
"""Its own buildings: delivery offices, mail centers, hubs, post offices. They stand in the United Kingdom."""
HOME = "GB"
HOME_CODES = frozenset({"GBR", "GB"})
LEFT_AT = {"EVKSF": "safe place", "EVKDN": "neighbor", "EVKNS": "neighbor", "EVNPO": "PO box"}
OWN_NAME = "royal mail"
PIECES_MAX = 1_000
EVENTS_MAX = 5_000
CACHED_MAX = 10_000


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    pieces = objects_at(answer, "mailPieces")
    if not pieces or "httpCode" in answer:
        return _failed(answer, ", ".join(report.subject), report.subject)
    return joined(_piece(piece, report.subject) for piece in pieces[:PIECES_MAX])


def _piece(piece: Object, asked: Sequence[str]) -> Parsed:
    number = _number(piece, asked)
    if number is None:
        return foreign()
    rows = _rows(piece)
    if piece.get("error") and not rows:
        return _failed({"httpCode": piece.get("status"), "errors": piece["error"]}, number, [number])
    is_home = _is_home(piece)
    read = [_scan(row, number, is_home=is_home) for row in rows]
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        etas=_etas(piece, number),
        proofs=tuple(_proofs(piece, number, {code for code, *_ in rows})),
        shipments=(_facts(piece, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
        notes=tuple(_notes(piece)),
    )


def _rows(piece: Object) -> list[list[str]]:
    """Its events, or the newest where a summary tells no others."""
    rows = [texts_of(row, *EVENT) for row in objects_at(piece, "events")[:EVENTS_MAX]]
    newest = texts_of(value_at(piece, "summary"), *NEWEST)
    return rows or ([newest] if any(newest) else [])


def _number(piece: Object, asked: Sequence[str]) -> str | None:
    """The asked number this piece is about; a parcel has a short barcode and a long one."""
    summary = value_at(piece, "summary")
    names = [text_at(piece, "mailPieceId"), *texts_of(summary, "oneDBarcode", "uniqueItemId")]
    return next((name for name in names if name in asked), None)


def _failed(answer: Object, subject: str, asked: Sequence[str]) -> Parsed:
    """An error: a number nobody knows is news, one without news yet is none, all else is a refusal."""
    first: Object = next(iter(objects_at(answer, "errors")), {})
    code, said, cause = texts_of(first, "errorCode", "errorDescription", "errorCause")
    status, title, more = texts_of(answer, "httpCode", "httpMessage", "moreInformation")
    if code == NOT_FOUND:
        return not_found(asked)
    if code in NO_NEWS:
        return Parsed(notes=(f"no news ({code})",))
    if code.startswith("E1"):
        return refused("number_refused", f"{code}: {cause or said}", subject)
    reason = REFUSED.get(status) or ("source_refused" if code or status else "unknown_shape")
    words = ": ".join(part for part in (code, cause or said or more or title) if part)
    return refused(reason, words or "The answer holds no mail pieces.", subject)


def _scan(row: Sequence[str], number: str, *, is_home: bool) -> Scan | Refusal:
    code, name, time, location = row
    told = when(time)
    if told is None:
        return no_time(number, code or "without code")
    return Scan(
        moment=told.moment,
        wall_clock=told.wall_clock,
        code=code,
        refs=_refs(code),
        text=name,
        place=_place(location, is_home=is_home),
        tracking_number=number,
    )


@lru_cache(maxsize=CACHED_MAX)
def _refs(code: str) -> tuple[CodeRef, ...]:
    return (CodeRef(family="event", code=code),) if code else ()


@lru_cache(maxsize=CACHED_MAX)  # parcels pass the same offices all day
def _place(location: str, *, is_home: bool) -> RawPlace:
    """An office is named after its town; anything else is in a country we know only of a parcel at home."""
    if own := OWN_SITE.fullmatch(location):
        return RawPlace(city=own["town"], country=HOME, facility=location)
    return RawPlace(text=location, country=HOME if location and is_home else "")


def _is_home(piece: Object) -> bool:
    ends = texts_of(value_at(piece, "summary"), "originCountryCode", "destinationCountryCode")
    return all(end in HOME_CODES for end in ends)


def _etas(piece: Object, number: str) -> tuple[EtaTold, ...]:
    """A day, and hours of it where they are known; nothing is promised of a parcel that was signed for."""
    told = value_at(piece, "estimatedDelivery")
    day, start, end = texts_of(told, "date", "startOfEstimatedWindow", "endOfEstimatedWindow")
    if not day or value_at(piece, "signature"):
        return ()
    return window(number, _at(day, start), _at(day, end), _end(piece, "destination"))


def _at(day: str, hour: str) -> str:
    """The hour of the day: alone with its offset, as a whole time, or not told."""
    if not hour:
        return day[:10]
    return hour if "T" in hour else f"{day[:10]}T{hour}"


def _proofs(piece: Object, number: str, codes: set[str]) -> Iterator[ProofTold]:
    signature: Any = value_at(piece, "signature")
    name, at, image = texts_of(signature, "recipientName", "signatureDateTime", "imageId")
    left_at = next((place for code, place in LEFT_AT.items() if code in codes), "")
    if name or at or image or left_at:
        yield ProofTold(
            tracking_number=number,
            received_by=name,
            left_at=left_at,
            has_signature=bool(at or image),
        )


def _facts(piece: Object, number: str) -> ShipmentTold:
    summary = value_at(piece, "summary")
    names = {name: text_at(summary, name) for name in ("oneDBarcode", "uniqueItemId", "productId")}
    return ShipmentTold(
        tracking_number=number,
        service=text_at(summary, "productName"),
        references=tuple((name, text) for name, text in names.items() if text and text != number),
        origin=_end(piece, "origin"),
        destination=_end(piece, "destination"),
    )


def _end(piece: Object, end: str) -> RawPlace:
    return RawPlace(country=text_at(piece, "summary", f"{end}CountryCode"))


def _notes(piece: Object) -> Iterator[str]:
    """Who delivers abroad; it keeps the number."""
    partner = text_at(piece, "summary", "internationalPostalProvider", "title")
    if partner and not partner.casefold().startswith(OWN_NAME):
        yield f"delivered by {partner}"
