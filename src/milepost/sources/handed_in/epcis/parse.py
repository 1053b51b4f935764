"""Reads EPCIS 2.0 documents: each event is a scan of every parcel it names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from milepost.model.imports import Layout, Standing, Stated
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, Scan
from milepost.sources.edi.moments import offset
from milepost.sources.handed_in.epcis.numbers import numbers
from milepost.sources.iso_times import YEARS
from milepost.sources.loose_json import UnreadableError, decode, value_at

NAME = "EPCIS 2.0"
TYPES = frozenset({"ObjectEvent", "AggregationEvent", "TransactionEvent", "AssociationEvent"})
"""Those that are about objects which stay what they are; a transformation makes others of them."""

DOCUMENTS = frozenset({"EPCISDocument", "EPCISQueryDocument"})
EVENTS_MAX = 20_000
ID_LENGTH_MAX = 120


class EventError(ValueError):
    """An event that cannot be used; the text names field and fix."""


def recognizes(body: bytes, _stated: Stated) -> bool:
    """It says so itself; reading it whole is left to `parse`."""
    head = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] in (b"{", b"[") and (b'"EPCIS' in body or b'"bizStep"' in body or b'"epcList"' in body)


def parse(report: Report) -> Parsed:
    """Never raises. An event that cannot be read is refused by its place, field and fix."""
    try:
        events = _events(decode(report.body.removeprefix(b"\xef\xbb\xbf")))
    except (UnreadableError, EventError) as error:
        return Parsed(refusals=(Refusal(reason="unreadable_body", detail=str(error)),), layout=Layout())
    stated = Stated.of(report.subject)
    scans: list[Scan] = []
    standings: list[Standing] = []
    refusals: list[Refusal] = []
    for place, event in enumerate(events, 1):
        where = f"event {place}"
        try:
            found = list(_scans(event))
        except EventError as error:
            refusals.append(Refusal(reason="bad_event", detail=f"{where}, {error}", subject=where))
            continue
        for count, scan in enumerate(found, 1):
            at = where if len(found) == 1 else f"{where}, object {count}"
            if at not in stated.without:
                scans.append(scan)
                standings.append(Standing(at, "", scan.tracking_number or ""))
    return Parsed(scans=tuple(scans), refusals=tuple(refusals), layout=Layout(standings=tuple(standings)))


def _events(told: Any) -> list[Any]:
    """Of a document, of the answer to a query, or one event alone. Raises EventError."""
    found = value_at(told, "epcisBody", "eventList")
    if found is None:
        found = value_at(told, "epcisBody", "queryResults", "resultsBody", "eventList")
    if found is None and isinstance(told, dict) and str(told.get("type")) not in DOCUMENTS:
        found = [told]
    if found is None and isinstance(told, list):
        found = told
    if not isinstance(found, list):
        raise EventError("it is no EPCIS document: epcisBody.eventList is a list of events")
    if len(found) > EVENTS_MAX:
        raise EventError(f"it has {len(found):,} events; {EVENTS_MAX:,} is the most: split it")
    return found


def _scans(event: Any) -> Iterator[Scan]:
    """Raises EventError."""
    if not isinstance(event, dict) or str(event.get("type")) not in TYPES:
        told = event.get("type") if isinstance(event, dict) else ""
        raise EventError(
            f"type: {str(told)[:40]!r} is none about parcels; there are {', '.join(sorted(TYPES))}"
        )
    if event.get("errorDeclaration"):
        raise EventError(
            "errorDeclaration: it takes back what was captured before; enter by hand what is right"
        )
    if event.get("action") == "DELETE":
        raise EventError("action: DELETE ends an object's life and says nothing of a parcel's way")
    parcels = numbers(event)
    if not parcels:
        raise EventError(
            "epcList: no parcel among its objects; name an SSCC, a GSIN or a link with the number"
        )
    moment = _moment(event)
    step, disposition = _word(event.get("bizStep")), _word(event.get("disposition"))
    refs = [CodeRef("disposition", one) for one in [disposition, *_lasting(event)] if one]
    if step == "receiving" and _is_destination(event):
        refs.append(CodeRef("step", "receiving_at_destination"))
    if step:
        refs.append(CodeRef("step", step))
    for number in parcels:
        yield Scan(
            moment=moment,
            code="/".join(one for one in (step, disposition) if one) or "no step",
            refs=tuple(refs),
            text=_text(event),
            place=RawPlace(facility=_place_id(event)),
            tracking_number=number,
        )


def _moment(event: dict[str, Any]) -> datetime:
    """The instant, by the clock of where it happened. Raises EventError."""
    try:
        moment = datetime.fromisoformat(str(event.get("eventTime")))
    except ValueError as error:
        raise EventError("eventTime: write it as 2026-03-04T18:00:00+01:00") from error
    if moment.year not in YEARS:
        raise EventError(
            f"eventTime: the year {moment.year} cannot be; write it as 2026-03-04T18:00:00+01:00"
        )
    if moment.tzinfo is None:
        raise EventError("eventTime: it has no offset; write 2026-03-04T18:00:00+01:00 or …Z")
    zone = offset(str(event.get("eventTimeZoneOffset") or ""))
    if zone is None:
        raise EventError("eventTimeZoneOffset: write the local offset as +01:00")
    return moment.astimezone(zone)


def _word(told: Any) -> str:
    """`departing` of `https://ref.gs1.org/cbv/BizStep-departing` or `urn:epcglobal:cbv:bizstep:departing`."""
    text = told if isinstance(told, str) else ""
    for sign in ("/", ":", "-"):
        text = text.rpartition(sign)[2]
    return text.strip()[:ID_LENGTH_MAX]


def _lasting(event: dict[str, Any]) -> list[str]:
    told = value_at(event, "persistentDisposition", "set")
    return [_word(one) for one in told[:10]] if isinstance(told, list) else []


def _is_destination(event: dict[str, Any]) -> bool:
    """Whether where it was received is where it was to go."""
    here = {_id(event.get("bizLocation")), _id(event.get("readPoint"))} - {""}
    told = event.get("destinationList")
    listed = told if isinstance(told, list) else []
    ends = {_id(one.get("destination")) for one in listed if isinstance(one, dict)}
    return bool(here & ends)


def _place_id(event: dict[str, Any]) -> str:
    return _id(event.get("readPoint")) or _id(event.get("bizLocation"))


def _id(told: Any) -> str:
    found = told.get("id") if isinstance(told, dict) else told
    return found.strip()[:ID_LENGTH_MAX] if isinstance(found, str) else ""


def _text(event: dict[str, Any]) -> str:
    """Where it was, as its own id: places have no names in EPCIS."""
    place = _place_id(event)
    return f"at {place}" if place else ""
