"""When a UPS activity happened: GMT if told, else local time with its offset, else the wall clock."""

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any

from milepost.sources.loose_json import texts_of

OFFSET = re.compile(r"([+-]?)(\d{1,2})[:.]?(\d{2})?")
OFFSET_MAX = timedelta(hours=14)
CACHED_MAX = 10_000
YEARS = range(1990, 2100)
DATE = re.compile(r"\d{8}")
TIME = re.compile(r"\d{1,6}")


def moment_of(activity: dict[str, Any]) -> tuple[datetime | None, str | None]:
    """(aware moment, None), (None, wall clock), or (None, None) when no time can be read."""
    gmt_day, gmt_time, day, clock, gmt_offset = texts_of(
        activity, "gmtDate", "gmtTime", "date", "time", "gmtOffset"
    )
    gmt, local, offset = _stamp(gmt_day, gmt_time), _stamp(day, clock), offset_of(gmt_offset)
    if gmt is not None:
        if offset is None and local is not None:
            offset = _between(local, gmt)
        offset = offset or timedelta()
        return (gmt + offset).replace(tzinfo=timezone(offset)), None
    if local is None:
        return None, None
    if offset is not None:
        return local.replace(tzinfo=timezone(offset)), None
    return None, local.isoformat()


@lru_cache(CACHED_MAX)
def day_of(text: str) -> date | None:
    """A YYYYMMDD date; None when it cannot be read or cannot be meant."""
    text = text.replace("-", "")
    if not DATE.fullmatch(text):
        return None
    try:
        told = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
    return told if told.year in YEARS else None


@lru_cache(CACHED_MAX)
def time_of(text: str) -> time | None:
    """An HHMMSS time; colons may stand in it and leading zeros may be missing: 74700 is 07:47:00.

    The vendor's own example is such a one (carriers.md §2.3).
    """
    digits = text.replace(":", "")
    if not TIME.fullmatch(digits):
        return None
    digits = digits.zfill(6)
    try:
        return time(int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None


@lru_cache(CACHED_MAX)
def offset_of(text: str) -> timedelta | None:
    """`-05:00`, `-05.00`, `-0500` or `-5`; None for anything else."""
    found = OFFSET.fullmatch(text)
    if not found:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return None if size > OFFSET_MAX else (-size if found[1] == "-" else size)


def _stamp(day: str, clock: str) -> datetime | None:
    on, at = day_of(day), time_of(clock)
    return datetime.combine(on, at) if on and at is not None else None


def _between(local: datetime, gmt: datetime) -> timedelta | None:
    """The offset two told times entail, if it is one that exists."""
    offset = timedelta(minutes=round((local - gmt).total_seconds() / 60))
    is_real = abs(offset) <= OFFSET_MAX and offset % timedelta(minutes=15) == timedelta()
    return offset if is_real else None
