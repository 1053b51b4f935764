"""Element 623: which zone an X12 time is told in. Named zones keep their summer time; `LT` says nothing."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

NAMED = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AT": "America/Halifax",
    "NT": "America/St_Johns",
    "HT": "Pacific/Honolulu",
    "TT": "America/Anchorage",  # Alaska
}
FIXED_HOURS = {
    "UT": 0,
    "GM": 0,
    "ES": -5,
    "ED": -4,
    "CS": -6,
    "CD": -5,
    "MS": -7,
    "MD": -6,
    "PS": -8,
    "PD": -7,
    "AS": -4,
    "AD": -3,
    "HS": -10,
}


def zone_of(code: str) -> ZoneInfo | timezone | None:
    """None where the code is missing, local time, or not one of these."""
    if code in NAMED:
        return ZoneInfo(NAMED[code])
    if code in FIXED_HOURS:
        return timezone(timedelta(hours=FIXED_HOURS[code]))
    if code.isascii() and code.isdigit() and 1 <= int(code) <= 24:
        number = int(code)  # 01 … 12 are ahead of UTC, 13 … 24 behind it by 12 … 1
        return timezone(timedelta(hours=number if number <= 12 else number - 25))
    return None
