"""Calendar days at the doorstep: working days, holidays, and the hours in which parcels are handed over."""

import importlib
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FROM = time(8)
NOON = time(14)
"""About when a parcel comes on its day, where nothing better is known."""

UNTIL = time(20)
SATURDAY = 5
ALPHA_2 = 2
WORKING_DAYS_MAX = 60
DAYS_MAX = 200
YEARS_REMEMBERED = 512
DAYS_REMEMBERED = 8192


@lru_cache(DAYS_REMEMBERED)
def working_days_after(start: date, days: int, country: str = "") -> date:
    """The date `days` working days later: Monday to Friday, without public holidays of the country."""
    day, left = start, min(days, WORKING_DAYS_MAX)
    for _ in range(DAYS_MAX):
        if left <= 0:
            break
        day += timedelta(days=1)
        left -= is_working(day, country)
    return day


def is_working(day: date, country: str) -> bool:
    """Neither a weekend nor a public holiday there (alpha-2; an unknown country has none)."""
    return day.weekday() < SATURDAY and day not in holidays_of(country, day.year)


def rests(day: date, country: str) -> str:
    """`a Sunday`, `Thanksgiving Day`: why the day is no working day; empty when it is one."""
    named = holidays_of(country, day.year).get(day)
    if named is not None:
        return named
    return f"a {day:%A}" if day.weekday() >= SATURDAY else ""


@lru_cache(YEARS_REMEMBERED)
def holidays_of(country: str, year: int, region: str = "") -> dict[date, str]:
    """Public holidays by date, in English where known; an unknown region has those of its whole country."""
    code = country.upper()
    regions = _regions(code)
    if regions is None:
        return {}
    part = region if region in regions else None
    return dict(_library().country_holidays(code, subdiv=part, years=year, language="en_US"))


def knows(country: str) -> bool:
    """Whether public holidays are known of this country (alpha-2)."""
    return _regions(country.upper()) is not None


@lru_cache(YEARS_REMEMBERED)
def _regions(code: str) -> tuple[str, ...] | None:
    """The regions of this country with holidays of their own; nothing where the library does not know it.

    One country is asked for, since a list of all reads 250 modules in. It knows stock exchanges, too.
    """
    if len(code) != ALPHA_2:
        return None
    try:
        return tuple(_library().country_holidays(code).subdivisions)
    except NotImplementedError:
        return None


def morning_of(day: date, zone: ZoneInfo) -> datetime:
    """When deliveries begin on that local day, aware."""
    return datetime.combine(day, FROM, zone)


def evening_of(day: date, zone: ZoneInfo) -> datetime:
    """When deliveries end on that local day, aware."""
    return datetime.combine(day, UNTIL, zone)


@lru_cache(YEARS_REMEMBERED)
def zone_of(name: str) -> ZoneInfo:
    """The zone; UTC for one that is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@cache
def _library() -> Any:
    """Read in by the first forecast only: it takes a quarter of a second, and most commands make none."""
    return importlib.import_module("holidays")
