"""From scans, in a source's words, to tracking events in ours."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from milepost.model.carriers import CodeBook
from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant
from milepost.model.places import Place, RawPlace
from milepost.model.reports import Report
from milepost.model.scans import Parsed, Scan
from milepost.model.statuses import Status
from milepost.normalize.meaning import meaning_of, meaning_of_words
from milepost.normalize.years import with_year
from milepost.ports.places import Gazetteer
from milepost.ports.words import SentenceReader

PLACES_REMEMBERED = 20_000


def events(
    parsed: Parsed,
    report: Report,
    codes: CodeBook,
    gazetteer: Gazetteer,
    words: SentenceReader | None = None,
) -> tuple[TrackingEvent, ...]:
    """Every scan as a tracking event, in the order the source listed them."""
    return tuple([event(scan, report, codes, gazetteer, words) for scan in parsed.scans])


def event(
    scan: Scan, report: Report, codes: CodeBook, gazetteer: Gazetteer, words: SentenceReader | None = None
) -> TrackingEvent:
    """One scan in our words: its code first, and its sentence only where no code is known."""
    place = _place(scan.place, gazetteer)
    # The instant follows what the source said of the place, never what we read into a sentence.
    happened = instant(scan, place, report.heard_at)
    meaning = meaning_of(scan.refs, codes, logical=scan.logical)
    if meaning.status is Status.UNKNOWN and words is not None and scan.text:
        meaning = meaning_of_words(scan.text, meaning, words, has_code=bool(scan.code))
        if meaning.place and scan.place.is_empty:
            place = Place(raw=scan.place, located=gazetteer.locate(RawPlace(text=meaning.place)))
    return TrackingEvent(
        source=report.source,
        shop_id=report.shop_id,
        order_number=scan.order_number,
        tracking_number=scan.tracking_number,
        occurred=happened,
        heard_at=report.heard_at,
        status=meaning.status,
        reason=meaning.reason,
        responsible=meaning.responsible,
        evidence=meaning.evidence,
        code=scan.code,
        description=scan.text.strip(),
        place=place,
        report_hash=report.body_hash,
        certainty=meaning.certainty,
    )


def instant(scan: Scan, place: Place, heard_at: datetime) -> Instant:
    """The scan's own offset; else the one zone of its place, marked; else the wall clock alone.

    A year that the source left out is the one that fits `heard_at` (UTC).
    """
    if scan.moment is not None:
        return Instant.reported(scan.moment)
    wall_clock = with_year(scan.wall_clock or "", heard_at)
    if place.located is not None and place.located.zone is not None:
        return Instant.inferred(wall_clock, ZoneInfo(place.located.zone))
    return Instant.unzoned(wall_clock)


@lru_cache(PLACES_REMEMBERED)  # parcels pass the same hubs all day
def _place(raw: RawPlace, gazetteer: Gazetteer) -> Place:
    if raw.is_empty:
        return Place(raw=raw, located=None)
    return Place(raw=raw, located=gazetteer.locate(raw))
