"""Times as EDI tells them: digits without signs, and a code for the zone, where there is one."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from milepost.model.imports import Stated
from milepost.sources.sheets.cells import CellError, check_year, moment_or_wall_clock

SHAPES = {
    6: "%y%m%d",
    8: "%Y%m%d",
    10: "%y%m%d%H%M",
    12: "%Y%m%d%H%M",
    14: "%Y%m%d%H%M%S",
}
"""By how many digits there are: with the century where it can be told."""

DAY_DIGITS = 8
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")


def moment(
    digits: str, zone: ZoneInfo | timezone | None, stated: Stated
) -> tuple[datetime | None, str | None]:
    """The instant, or the wall clock where no zone is told or stated. Raises CellError."""
    shape = SHAPES.get(len(digits))
    if shape is None or not digits.isascii() or not digits.isdigit():
        raise CellError("not a date and time; write CCYYMMDD and HHMM")
    try:
        found = datetime.strptime(digits, shape)  # noqa: DTZ007 - its zone is settled right below
    except ValueError as error:
        raise CellError("there is no such date and time") from error
    check_year(found)
    if zone is not None:
        return found.replace(tzinfo=zone), None
    told = moment_or_wall_clock(found.isoformat(), stated)
    return (told, None) if isinstance(told, datetime) else (None, told)


def offset(text: str) -> timezone | None:
    """`+01`, `-0530` or `UTC`; names of zones that several countries use are nothing."""
    if text.upper() in ("UTC", "GMT", "Z"):
        return UTC
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
