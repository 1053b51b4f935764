"""Which days nothing moves: weekends and public holidays at both ends, from the `holidays` library."""

from datetime import date
from functools import cache, lru_cache

import holidays

SATURDAY = 5
DAY_1970 = date(1970, 1, 1).toordinal()
AHEAD_MAX = 60  # days looked ahead


@cache
def is_rest(day: int, country: str, region: str = "") -> bool:
    """Whether nothing is carried on that day (days since 1970, local): a weekend or a public holiday."""
    there = date.fromordinal(day + DAY_1970)
    return there.weekday() >= SATURDAY or there in _holidays(country, region, there.year)


@lru_cache(maxsize=100_000)
def rest_days(day: int, ahead: int, country: str, region: str = "") -> int:
    """How many of the days after `day`, up to `ahead` days later, are days of rest."""
    return sum(is_rest(day + step, country, region) for step in range(1, min(ahead, AHEAD_MAX) + 1))


@lru_cache(maxsize=100_000)
def days_to_work(day: int, country: str, region: str = "") -> int:
    """Days from `day` to the next working day after it."""
    return next((step for step in range(1, AHEAD_MAX) if not is_rest(day + step, country, region)), AHEAD_MAX)


@cache
def working_days_after(day: int, count: int, country: str, region: str = "") -> int:
    """The day (since 1970) that many working days later."""
    for _ in range(min(count, AHEAD_MAX)):
        day += days_to_work(day, country, region)
    return day


@cache
def _holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Empty for a country the library does not know; a region it does not know has its country's days."""
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return frozenset()
    subdivision = region if region in known[country] else None
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
