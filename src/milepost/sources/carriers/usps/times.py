"""Reads the Postal Service's times: GMT to the second where given, else a local clock cut to the minute."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from milepost.model.instants import clock_of
from milepost.sources.iso_times import moment_of
from milepost.sources.loose_json import Object, texts_of

OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})")
DAY = timedelta(hours=24)
OFFSETS_MAX = 200


def day_of(text: str) -> date | None:
    """The day of a timestamp such as `2024-11-15 11:09:19.000000`."""
    moment = moment_of(text)
    return moment.date() if moment else None


def scan_time(row: Object) -> tuple[datetime | None, str | None]:
    """The instant, or the wall clock where no offset was told, or neither.

    `GMTTimestamp` has the true second. `eventTimestamp` is local even if it ends in Z (carriers.md section
    4.2: 18:58:40Z is right, 13:58Z is wrong).
    """
    gmt, offset_told, local_told = texts_of(row, "GMTTimestamp", "GMTOffset", "eventTimestamp")
    offset = _offset(offset_told)
    instant = moment_of(gmt)
    if instant is not None:
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return instant.astimezone(offset or UTC), None
    local = moment_of(local_told)
    if local is None:
        return None, None
    if local.utcoffset():
        return local, None
    local = local.replace(tzinfo=None)
    return (local.replace(tzinfo=offset), None) if offset else (None, clock_of(local))


@lru_cache(maxsize=OFFSETS_MAX)
def _offset(text: str) -> timezone | None:
    """`-05:00`; the vendor's own example is `-7:00`, which ISO 8601 does not know."""
    found = OFFSET.fullmatch(text)
    if not found:
        return UTC if text == "Z" else None
    width = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    if width >= DAY:
        return None
    return timezone(-width if found["sign"] == "-" else width)
