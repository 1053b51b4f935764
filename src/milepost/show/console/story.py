"""A journey for people who have to decide: our words, the source's own words, and how we know each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from milepost.model.events import BY_HAND
from milepost.model.instants import OffsetSource
from milepost.model.journeys import Journey, JourneyEvent
from milepost.show.buyer.timeline import called
from milepost.show.glossary import about_code
from milepost.show.moments import clock, day, offset_name

HOW_KNOWN = {
    OffsetSource.REPORTED: "",
    OffsetSource.INFERRED: "offset worked out from the place",
    OffsetSource.AMBIGUOUS: "offset worked out from the place; clocks changed in that hour",
    OffsetSource.UNZONED: "local time, offset not told",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLine:
    """One event as one source told it."""

    title: str
    symbol: str
    place: str
    raw: str  # the source's own words
    code: str
    about_code: str  # the glossary's page about it
    source: str
    time: str
    zone: str
    how_known: str
    machine_time: str
    heard: str
    copies: int
    status: str
    reason: str
    read_from_words: str  # how sure we are, where no code told it
    report_hash: str
    event_id: str
    by_hand: bool
    who: str  # entered it
    takes_back: bool
    is_retracted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDay:
    """The events of one local date."""

    name: str
    scans: tuple[ScanLine, ...]


def story(journey: Journey, names: Mapping[str, str], entered_by: Mapping[str, str]) -> tuple[StoryDay, ...]:
    """Newest day and newest event first; nothing is left out. `entered_by`: by report, who made an entry."""
    days: dict[date, list[ScanLine]] = {}
    for scan in reversed(journey.events):
        days.setdefault(_local(scan).date(), []).append(_line(scan, names, entered_by))
    return tuple(
        StoryDay(name=day(datetime(when.year, when.month, when.day, tzinfo=UTC)), scans=tuple(scans))
        for when, scans in days.items()
    )


def _local(scan: JourneyEvent) -> datetime:
    """Wall-clock time where it happened; without an offset, the clock as it was told."""
    return scan.event.occurred.local or scan.event.occurred.order_key


def _line(scan: JourneyEvent, names: Mapping[str, str], entered_by: Mapping[str, str]) -> ScanLine:
    event, when = scan.event, _local(scan)
    located = event.place.located
    town = (
        f"{located.city}, {located.region}"
        if located and located.region
        else (located.city if located else "")
    )
    title, symbol = called(event, town or event.place.raw.city)
    offset = event.occurred.local.utcoffset() if event.occurred.local else None
    return ScanLine(
        title="An entry taken back" if event.retracts else title,
        symbol=symbol,
        place=event.place.raw.line or town,
        raw=event.description,
        code="" if event.source == BY_HAND else event.code,  # its status says the same
        about_code=about_code(event.source, event.code),
        source=names.get(event.source, event.source),
        time=clock(when),
        zone=offset_name(offset) if offset is not None else "",
        how_known=HOW_KNOWN[event.occurred.source],
        machine_time=when.isoformat(timespec="seconds") if event.occurred.utc else event.occurred.wall_clock,
        heard=f"{scan.first_heard_at:%Y-%m-%d %H:%M} UTC",
        copies=scan.copies,
        status=event.status.value if event.status else "note",
        reason=event.reason or "",
        read_from_words="" if event.certainty is None else f"read from its words, {event.certainty} % sure",
        report_hash=event.report_hash,
        event_id=scan.event_id,
        by_hand=event.source == BY_HAND,
        who=entered_by.get(event.report_hash, ""),
        takes_back=bool(event.retracts),
        is_retracted=scan.is_retracted,
    )
