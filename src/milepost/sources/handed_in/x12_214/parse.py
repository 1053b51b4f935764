"""Reads X12 214 interchanges: every AT7 is a scan, its MS1 the place, its L11 or B10 the number."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from milepost.model.imports import Standing, Stated
from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.reports import Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan
from milepost.sources.edi.interchange import Interchange
from milepost.sources.edi.moments import DAY_DIGITS, moment
from milepost.sources.edi.segments import EdiError, Segment, cut
from milepost.sources.handed_in.x12_214.time_codes import zone_of
from milepost.sources.sheets.cells import CellError

NAME = "X12 214"
HEAD_LENGTH = 106  # the ISA segment, whose every place is fixed
TRACKING_QUALIFIERS = ("2I", "CN")  # tracking number; carrier's reference (PRO)
ESTIMATES = frozenset({"AG", "X2"})
OLD_DATE_DIGITS = 6  # before 004010 the century stood in an element of its own


def recognizes(body: bytes, _stated: Stated) -> bool:
    """An interchange begins with ISA."""
    return body.lstrip()[:3] == b"ISA"


def parse(report: Report) -> Parsed:
    """Never raises. What cannot be read is refused by segment, element and fix; the rest goes in."""
    reading = _Reading(Stated.of(report.subject))
    try:
        for segment in _segments(report.body.decode("latin-1").lstrip()):
            reading.hear(segment)
    except EdiError as error:
        reading.refuse_file(str(error))
    reading.end()
    return reading.told(of_days="events name a day and no time")


def _segments(text: str) -> Iterator[Segment]:
    """The delimiters are those the ISA names by standing at its fixed places. Raises EdiError."""
    head = text[:HEAD_LENGTH]
    if len(head) < HEAD_LENGTH or head[:3] != "ISA":
        raise EdiError("segment 1: the ISA segment has 106 characters; this one ends before")
    element, component, terminator = head[3], head[104], head[105]
    if element.isalnum() or component.isalnum() or terminator.isalnum() or head.count(element) != 16:
        raise EdiError("segment 1: its delimiters cannot be told; an ISA has 16 elements of fixed length")
    return cut(text, terminator=terminator, element=element, component=component)


@dataclass(slots=True)
class _Event:
    """An AT7 with what stands after it."""

    at7: Segment
    place: RawPlace = RawPlace()


@dataclass(slots=True)
class _Reading(Interchange):
    """An interchange of this kind, segment by segment."""

    is_214: bool = False
    header_number: str = ""
    header_refs: dict[str, str] = field(default_factory=dict)
    loop_refs: dict[str, str] = field(default_factory=dict)
    in_loop: bool = False
    event: _Event | None = None
    waiting: list[_Event] = field(default_factory=list)  # of this loop: its number may stand after them

    def hear(self, segment: Segment) -> None:
        """One more."""
        match segment.tag:
            case "ISA":
                self.begin(segment, 6)
            case "IEA":
                self.ended = True
            case "ST":
                self._begin_set(segment)
            case "SE":
                self._end_loop()
                self.is_214 = False
            case _ if self.is_214 and not self.is_others:
                self._in_set(segment)

    def _begin_set(self, segment: Segment) -> None:
        self._end_loop()
        self.is_214 = segment.at(1) == "214"
        self.header_number, self.header_refs, self.in_loop = "", {}, False
        if not self.is_214:
            self.refuse(
                segment, f"element 1: {segment.at(1)[:8]!r} is not a 214; only those are read", "not_a_214"
            )

    def _in_set(self, segment: Segment) -> None:
        if segment.tag == "B10":
            self.header_number = segment.at(1)
        elif segment.tag == "LX":
            self._end_loop()
            self.in_loop = True
        elif segment.tag == "L11":
            refs = self.loop_refs if self.in_loop else self.header_refs
            refs.setdefault(segment.at(2), segment.at(1))
        elif segment.tag == "AT7":
            self.event = _Event(segment)
            self.waiting.append(self.event)
        elif segment.tag == "MS1" and self.event is not None:
            self.event.place = RawPlace(city=segment.at(1), region=segment.at(2), country=segment.at(3))

    def _end_loop(self) -> None:
        for event in self.waiting:
            where = event.at7.where
            if where in self.stated.without:
                continue
            try:
                self._keep(event, self._number())
            except CellError as error:
                self.refuse(event.at7, str(error))
        self.waiting, self.event, self.loop_refs = [], None, {}

    def _number(self) -> str:
        """Of the loop, else of the whole set. Raises CellError."""
        for refs in (self.loop_refs, self.header_refs):
            for qualifier in TRACKING_QUALIFIERS:
                if refs.get(qualifier):
                    return refs[qualifier]
        if not self.header_number:
            raise CellError("no number: neither an L11 with qualifier 2I or CN nor a B10 names the shipment")
        return self.header_number

    def _keep(self, event: _Event, number: str) -> None:
        """Raises CellError."""
        at7 = event.at7
        date, time, time_code = at7.at(5), at7.at(6), at7.at(7)
        if len(date) == OLD_DATE_DIGITS:
            date, time, time_code = (at7.at(6) or "20") + date, at7.at(7), at7.at(8)
        status, reason, appointment = at7.at(1), at7.at(2), at7.at(3)
        if not (status or appointment):
            raise CellError("AT7 element 1: empty; it names the status")
        try:
            instant, wall_clock = moment(date + time[:6], zone_of(time_code), self.stated)
        except CellError as error:
            raise CellError(f"AT7 elements 5 and 6: {error}") from error
        self.days_only += len(date + time) == DAY_DIGITS
        if status in ESTIMATES:
            self.etas.append(
                EtaTold(
                    tracking_number=number,
                    kind=EtaKind.ESTIMATED,
                    to_at=instant,
                    wall_to=wall_clock if len(date + time) > DAY_DIGITS else (wall_clock or "")[:10] or None,
                    place=event.place,
                )
            )
            return
        refs = [CodeRef("status", status)] if status else [CodeRef("appointment", appointment)]
        refs += [CodeRef("reason", one) for one in (reason, at7.at(4)) if one]
        self.scans.append(
            Scan(
                moment=instant,
                wall_clock=wall_clock,
                code="/".join(one for one in (status or appointment, reason or at7.at(4)) if one),
                refs=tuple(refs),
                text="",
                place=event.place,
                tracking_number=number,
            )
        )
        self.standings.append(Standing(at7.where, "", number))

    def end(self) -> None:
        """The file is over."""
        self._end_loop()
        self.check_end("IEA")
