"""Reads EDIFACT IFTSTA: every STS is a scan; DTM, LOC, RFF and FTX after it tell more of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from milepost.model.imports import Standing, Stated
from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.reports import Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan
from milepost.sources.edi.interchange import Interchange
from milepost.sources.edi.moments import moment, offset
from milepost.sources.edi.segments import EdiError, Segment, cut
from milepost.sources.sheets.cells import CellError

NAME = "EDIFACT IFTSTA"
TRACKING_QUALIFIERS = ("CW", "CN", "AAS", "AWB", "SRN")
"""References that may be a parcel's number, best first (RFF 1153)."""

BARCODES = frozenset({"BJ", "BN", "AW"})  # GIN: serial shipping container code, serial number
HAPPENED = ("334", "7", "78", "35", "178", "186", "9", "11", "137")
"""DTM 2005, best first: when the status came about … when the message was written."""

EXPECTED = frozenset({"132", "17"})  # estimated arrival, estimated delivery
SHAPES = {
    "101": (6, False),
    "102": (8, False),
    "201": (10, False),
    "203": (12, False),
    "204": (14, False),
    "303": (12, True),
    "304": (14, True),
}
"""DTM 2379: how many digits, and whether a zone follows them."""

EAN = "9"
REASONS_MAX = 5


def recognizes(body: bytes, _stated: Stated) -> bool:
    """An interchange begins with UNA or UNB."""
    return body.lstrip()[:4] in (b"UNA:", b"UNB+") or body.lstrip()[:3] == b"UNA"


def parse(report: Report) -> Parsed:
    """Never raises. What cannot be read is refused by segment, element and fix; the rest goes in."""
    reading = _Reading(Stated.of(report.subject))
    try:
        for segment in _segments(_text(report.body)):
            reading.hear(segment)
    except EdiError as error:
        reading.refuse_file(str(error))
    reading.end()
    return reading.told(of_days="times name a day and no hour")


def _text(body: bytes) -> str:
    """UNOA to UNOD are parts of Latin alphabets; UNOY and most of today's are UTF-8."""
    try:
        return body.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        return body.decode("latin-1").lstrip()


def _segments(text: str) -> Iterator[Segment]:
    """The delimiters are those of the UNA, or the usual ones. Raises EdiError."""
    if not text.startswith("UNA"):
        return cut(text, terminator="'", element="+", component=":", release="?")
    signs = text[3:9]
    if len(signs) < 6 or any(sign.isalnum() for sign in signs):
        raise EdiError("segment 1: a UNA names six signs; this one ends before")
    component, element, release, terminator = signs[0], signs[1], signs[3].strip(), signs[5]
    if len({component, element, terminator}) < 3:
        raise EdiError("segment 1: the UNA names one sign for two purposes")
    return cut(text[9:], terminator=terminator, element=element, component=component, release=release)


@dataclass(slots=True)
class _Event:
    """An STS with what stands after it."""

    sts: Segment
    times: dict[str, Segment] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    place: RawPlace = RawPlace()
    words: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Reading(Interchange):
    """An interchange of this kind, segment by segment."""

    is_iftsta: bool = False
    message_refs: dict[str, str] = field(default_factory=dict)
    message_times: dict[str, Segment] = field(default_factory=dict)
    consignment: str = ""
    consignment_refs: dict[str, str] = field(default_factory=dict)
    consignment_times: dict[str, Segment] = field(default_factory=dict)
    consignment_place: RawPlace = RawPlace()
    in_consignment: bool = False
    barcode: str = ""
    event: _Event | None = None
    waiting: list[_Event] = field(default_factory=list)

    def hear(self, segment: Segment) -> None:
        """One more."""
        match segment.tag:
            case "UNB":
                self.begin(segment, 2)
            case "UNZ":
                self.ended = True
            case "UNH":
                self._begin_message(segment)
            case "UNT":
                self._end_consignment()
                self.is_iftsta = False
            case _ if self.is_iftsta and not self.is_others:
                self._in_message(segment)

    def _begin_message(self, segment: Segment) -> None:
        self._end_consignment()
        self.is_iftsta = segment.at(2) == "IFTSTA"
        self.message_refs, self.message_times, self.in_consignment = {}, {}, False
        if not self.is_iftsta:
            detail = f"element 2: {segment.at(2)[:8]!r} is not an IFTSTA; only those are read"
            self.refuse(segment, detail, "not_an_iftsta")

    def _in_message(self, segment: Segment) -> None:
        match segment.tag:
            case "CNI":
                self._end_consignment()
                self.in_consignment = True
                self.consignment = segment.at(2)
            case "STS":
                self.event = _Event(segment)
                self.waiting.append(self.event)
            case "RFF":
                self._refs().setdefault(segment.at(1), segment.at(1, 2))
            case "DTM":
                self._times().setdefault(segment.at(1), segment)
            case "LOC":
                self._put_place(_place(segment))
            case "GIN" if segment.at(1) in BARCODES:
                self.barcode = segment.at(2)
            case "FTX" if self.event is not None:
                self.event.words += [word for word in (segment.at(4, one) for one in range(1, 6)) if word]
            case _:
                pass  # NAD and what else names people is left alone

    def _refs(self) -> dict[str, str]:
        if self.event is not None:
            return self.event.refs
        return self.consignment_refs if self.in_consignment else self.message_refs

    def _times(self) -> dict[str, Segment]:
        if self.event is not None:
            return self.event.times
        return self.consignment_times if self.in_consignment else self.message_times

    def _put_place(self, place: RawPlace) -> None:
        if self.event is None:
            self.consignment_place = place
        elif self.event.place.is_empty:
            self.event.place = place

    def _end_consignment(self) -> None:
        for event in self.waiting:
            if event.sts.where in self.stated.without:
                continue
            try:
                self._keep(event)
            except CellError as error:
                self.refuse(event.sts, str(error))
        self.waiting, self.event, self.barcode, self.consignment = [], None, "", ""
        self.consignment_refs, self.consignment_times, self.consignment_place = {}, {}, RawPlace()

    def _keep(self, event: _Event) -> None:
        """Raises CellError."""
        number = self._number(event)
        code = event.sts.at(2)
        if not code:
            raise CellError("STS element 2: empty; it names the status")
        self._expect(event, number)
        instant, wall_clock = self._moment(event)
        reasons = [event.sts.at(one) for one in range(3, 3 + REASONS_MAX) if event.sts.at(one)]
        self.scans.append(
            Scan(
                moment=instant,
                wall_clock=wall_clock,
                code="/".join([code, *reasons]),
                refs=(CodeRef("status", code), *self._reasons(event)),
                text=" ".join(event.words),
                place=self.consignment_place if event.place.is_empty else event.place,
                tracking_number=number,
            )
        )
        self.standings.append(Standing(event.sts.where, "", number))

    def _reasons(self, event: _Event) -> Iterator[CodeRef]:
        """EAN's reasons are numbered otherwise than the UN's."""
        for element in range(3, 3 + REASONS_MAX):
            if event.sts.at(element):
                family = "ean_reason" if event.sts.at(element, 3) == EAN else "reason"
                yield CodeRef(family, event.sts.at(element))

    def _number(self, event: _Event) -> str:
        """Of the parcel, else of its consignment, else of the whole message. Raises CellError."""
        if self.barcode:
            return self.barcode
        for refs in (event.refs, self.consignment_refs):
            if found := next((refs[one] for one in TRACKING_QUALIFIERS if refs.get(one)), ""):
                return found
        found = self.consignment or next(
            (self.message_refs[one] for one in TRACKING_QUALIFIERS if self.message_refs.get(one)), ""
        )
        if not found:
            raise CellError("no number: neither GIN, RFF (CW, CN, AAS, AWB, SRN) nor CNI names the parcel")
        return found

    def _moment(self, event: _Event) -> tuple[datetime | None, str | None]:
        """Raises CellError."""
        for times in (event.times, self.consignment_times, self.message_times):
            for qualifier in HAPPENED:
                if qualifier in times:
                    return self._read(times[qualifier])
        raise CellError("no time: a DTM with qualifier 334, 7 or 78 says when it happened")

    def _read(self, dtm: Segment) -> tuple[datetime | None, str | None]:
        """Raises CellError."""
        text, shape = dtm.at(1, 2), dtm.at(1, 3)
        if shape not in SHAPES:
            raise CellError(f"DTM in {dtm.where}: format {shape[:4]!r} is none we read; write 203 or 303")
        digits, has_zone = SHAPES[shape]
        zone = offset(text[digits:].strip()) if has_zone else None
        try:
            found = moment(text[:digits] if has_zone else text, zone, self.stated)
        except CellError as error:
            raise CellError(f"DTM in {dtm.where}: {error}") from error
        self.days_only += digits <= 8
        return found

    def _expect(self, event: _Event, number: str) -> None:
        """When it is expected. Raises CellError."""
        for qualifier, dtm in event.times.items():
            if qualifier in EXPECTED:
                instant, wall_clock = self._read(dtm)
                self.etas.append(
                    EtaTold(
                        tracking_number=number,
                        kind=EtaKind.ESTIMATED,
                        to_at=instant,
                        wall_to=wall_clock,
                        place=event.place,
                    )
                )

    def end(self) -> None:
        """The file is over."""
        self._end_consignment()
        self.check_end("UNZ")


def _place(segment: Segment) -> RawPlace:
    """Component 4 is the name; without one, a UN/LOCODE is all that is told."""
    name, code, country = segment.at(2, 4), segment.at(2), segment.at(3) or segment.at(3, 4)
    if name:
        return RawPlace(city=name, country=country)
    return RawPlace(text=code, country=country, facility=code) if code else RawPlace(country=country)
