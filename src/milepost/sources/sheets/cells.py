"""What one cell holds, checked: times that name their zone, numbers that no spreadsheet shortened."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.model.imports import Stated
from milepost.sources.iso_times import YEARS

DATE_LENGTH = 10
WRITE_TIME = "write 2026-03-04T18:00:00+01:00"

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}.*", re.DOTALL)
_NATIONAL = re.compile(
    r"(?P<a>\d{1,2})[./-](?P<b>\d{1,2})[./-](?P<year>\d{4})"
    r"(?:,?[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_SHORTENED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_OFFSET_APART = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$|Z$)")


class CellError(ValueError):
    """A cell that cannot be used; the text says how to write it, and quotes nothing personal."""


def check_whole(text: str) -> None:
    """Raises CellError for a number that a spreadsheet has shortened: its last digits are gone."""
    if _SHORTENED.fullmatch(text):
        raise CellError(
            "a spreadsheet shortened this number and its last digits are lost; format the column as text "
            "and take the number from where it came"
        )


def check_year(found: datetime) -> None:
    """Raises CellError for a year that only a slip of the pen can name."""
    if found.year not in YEARS:
        raise CellError(f"the year {found.year} cannot be; {WRITE_TIME}")


def moment_or_wall_clock(text: str, stated: Stated) -> datetime | str:
    """An aware datetime when an offset is told or a zone stated, else the wall clock as ISO 8601.

    A date alone is its first moment. Raises CellError.
    """
    found = _parsed(text, stated.dates)
    check_year(found)
    if found.tzinfo is not None:
        return found
    if not stated.zone:
        return found.isoformat(timespec="seconds")
    return _in_zone(found, stated.zone)


def is_date(text: str) -> bool:
    """Whether it names a day and no time."""
    return len(text) <= DATE_LENGTH


def zone_of(name: str) -> ZoneInfo:
    """Raises CellError for a name that is no zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CellError(
            f"zone {name[:60]!r} is not known; write its IANA name, e.g. Europe/Berlin"
        ) from error


def _parsed(text: str, order: str) -> datetime:
    try:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(_OFFSET_APART.sub("", text))
        national = _NATIONAL.fullmatch(text)
        if national and order in ("dmy", "mdy"):
            return _national(national, order)
    except ValueError as error:
        raise CellError(f"there is no such time; {WRITE_TIME}") from error
    if _NATIONAL.fullmatch(text):
        raise CellError("day and month cannot be told apart; state the order of dates (dmy or mdy)")
    raise CellError(WRITE_TIME)


def _national(found: re.Match[str], order: str) -> datetime:
    day, month = (found["a"], found["b"]) if order == "dmy" else (found["b"], found["a"])
    hour = int(found["hour"] or 0)
    if half := (found["half"] or "")[:1].casefold():
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(  # noqa: DTZ001 - a wall clock; whoever reads it settles its zone
        int(found["year"]), int(month), int(day), hour, int(found["minute"] or 0), int(found["second"] or 0)
    )


def _in_zone(wall_clock: datetime, name: str) -> datetime:
    """An hour that clocks skip or pass twice is not guessed."""
    zone = zone_of(name)
    first, second = wall_clock.replace(tzinfo=zone), wall_clock.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise CellError(f"the clocks of {name} were changed in that hour; {WRITE_TIME}")
    return first
