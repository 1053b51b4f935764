"""Which days nothing moves: weekends and public holidays at both ends, counted in days since 1970."""

from datetime import date
from functools import cache, lru_cache

from milepost.forecast.days import SATURDAY, holidays_of

DAY_1970 = date(1970, 1, 1).toordinal()
AHEAD_MAX = 60  # days looked ahead


@cache
def is_rest(day: int, country: str, region: str = "") -> bool:
    """Whether nothing is carried on that day (days since 1970, local): a weekend or a public holiday."""
    there = date.fromordinal(day + DAY_1970)
    return there.weekday() >= SATURDAY or there in holidays_of(country, there.year, region)


@lru_cache(maxsize=100_000)
def rest_days(day: int, ahead: int, country: str, region: str = "") -> int:
    """How many of the days after `day`, up to `ahead` days later, are days of rest."""
    return sum(is_rest(day + step, country, region) for step in range(1, min(ahead, AHEAD_MAX) + 1))


@lru_cache(maxsize=100_000)
def days_to_work(day: int, country: str, region: str = "") -> int:
    """Days from `day` to the next working day after it."""
    return next((step for step in range(1, AHEAD_MAX) if not is_rest(day + step, country, region)), AHEAD_MAX)
