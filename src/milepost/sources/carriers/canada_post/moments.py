"""Reads Canada Post's times: a clock on the wall beside the name of a zone, and no offset.

Answers of September 2026 say EST and MST where clocks stood on daylight time, so a name may be the zone's
alone. We take it at its word only on the days on which both readings agree; on the others the place decides.
"""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from milepost.sources.iso_times import When, moment_of

ZONES = {
    "N": "America/St_Johns",
    "A": "America/Halifax",
    "E": "America/Toronto",
    "C": "America/Winnipeg",
    "M": "America/Edmonton",
    "P": "America/Vancouver",
}
"""By the first letter of the name: EST and EDT are names of one zone."""

DAY_LENGTH = 10
"""`2023-12-11T00:00:00.000Z` is a day, too: its midnight says nothing."""


def event_time(day: str, time: str, zone: str) -> When | None:
    """The instant, or the clock on the wall where the name leaves doubts, or None when it is no time."""
    wall = moment_of(f"{day[:DAY_LENGTH]}T{time}")
    if wall is None or not time:
        return None
    if wall.tzinfo is not None:
        return When(wall, None)
    moment = _moment(wall, zone.upper())
    return When(moment, None) if moment else When(None, wall.isoformat(timespec="seconds"))


def _moment(wall: datetime, name: str) -> datetime | None:
    if name in ("UTC", "GMT"):
        return wall.replace(tzinfo=UTC)
    place = ZONES.get(name[:1])
    if place is None or name[1:] not in ("ST", "DT"):
        return None
    first, second = (wall.replace(tzinfo=_zone(place), fold=fold) for fold in (0, 1))
    if first.tzname() != name or first.utcoffset() != second.utcoffset():
        return None
    return datetime.fromisoformat(first.isoformat())  # with the offset alone, as if it had been told


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
