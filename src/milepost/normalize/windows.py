"""Settling a carrier's delivery window: which instants its dates and local times stand for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from milepost.model.reading import EtaRead
from milepost.model.scans import EtaTold
from milepost.ports.places import Gazetteer

DATE_LENGTH = 10  # "YYYY-MM-DD": a day without a time
LAST_SECOND = timedelta(days=1) - timedelta(seconds=1)


def eta(told: EtaTold, source: str, gazetteer: Gazetteer) -> EtaRead | None:
    """The window in UTC, or None when neither end was told.

    A window told without an offset is read at the destination's zone; if that is unknown too it is read
    as UTC and `offset_minutes` stays None, so that nobody takes it for more than a day's grain.
    """
    zone = _zone(told, gazetteer)
    start = told.from_at or _at(told.wall_from, zone, end=False)
    end = told.to_at or _at(told.wall_to, zone, end=True) or _end_of_day(start)
    if end is None:
        return None
    known = (told.to_at or told.from_at) is not None or zone is not None
    offset = end.utcoffset()
    return EtaRead(
        source=source,
        tracking_number=told.tracking_number,
        kind=told.kind,
        from_at=start.astimezone(UTC) if start else None,
        to_at=end.astimezone(UTC),
        offset_minutes=round(offset.total_seconds() / 60) if known and offset is not None else None,
    )


def _zone(told: EtaTold, gazetteer: Gazetteer) -> ZoneInfo | None:
    if told.place.is_empty:
        return None
    located = gazetteer.locate(told.place)
    return ZoneInfo(located.zone) if located is not None and located.zone else None


def _at(wall_clock: str | None, zone: ZoneInfo | None, *, end: bool) -> datetime | None:
    if not wall_clock:
        return None
    moment = datetime.fromisoformat(wall_clock).replace(tzinfo=zone or UTC)
    if len(wall_clock) == DATE_LENGTH and end:
        return moment + LAST_SECOND
    return moment


def _end_of_day(start: datetime | None) -> datetime | None:
    if start is None:
        return None
    return start.replace(hour=0, minute=0, second=0, microsecond=0) + LAST_SECOND
