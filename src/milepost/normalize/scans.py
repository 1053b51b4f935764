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
from milepost.normalize.meaning import meaning_of
from milepost.normalize.years import with_year
from milepost.ports.places import Gazetteer

PLACES_REMEMBERED = 20_000


def events(
    parsed: Parsed, report: Report, codes: CodeBook, gazetteer: Gazetteer
) -> tuple[TrackingEvent, ...]:
    """Every scan as a tracking event, in the order the source listed them."""
    return tuple([event(scan, report, codes, gazetteer) for scan in parsed.scans])


def event(scan: Scan, report: Report, codes: CodeBook, gazetteer: Gazetteer) -> TrackingEvent:
    """One scan in our words."""
    place = _place(scan.place, gazetteer)
    meaning = meaning_of(scan.refs, codes, logical=scan.logical)
    return TrackingEvent(
        source=report.source,
        shop_id=report.shop_id,
        order_number=scan.order_number,
        tracking_number=scan.tracking_number,
        occurred=instant(scan, place, report.heard_at),
        heard_at=report.heard_at,
        status=meaning.status,
        reason=meaning.reason,
        responsible=meaning.responsible,
        evidence=meaning.evidence,
        code=scan.code,
        description=scan.text.strip(),
        place=place,
        report_hash=report.body_hash,
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
