"""Calendar days at the doorstep: working days, and the hours in which parcels are handed over."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FROM = time(8)
UNTIL = time(20)
SATURDAY = 5
WORKING_DAYS_MAX = 60


def working_days_after(start: date, days: int) -> date:
    """The date `days` working days (Monday to Friday) later; holidays are not known here."""
    day = start
    for _ in range(min(days, WORKING_DAYS_MAX)):
        day += timedelta(days=3 if day.weekday() == SATURDAY - 1 else 2 if day.weekday() == SATURDAY else 1)
    return day


def morning_of(day: date, zone: ZoneInfo) -> datetime:
    """When deliveries begin on that local day, aware."""
    return datetime.combine(day, FROM, zone)


def evening_of(day: date, zone: ZoneInfo) -> datetime:
    """When deliveries end on that local day, aware."""
    return datetime.combine(day, UNTIL, zone)
