"""A spread of hours on the calendar of the door: the window in days, and the odds of each day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from milepost.forecast.days import UNTIL, evening_of, holidays_of, morning_of, zone_of
from milepost.forecast.spreads import share_by
from milepost.forecast.stages import OUT
from milepost.model.forecasts import Spread
from milepost.model.lessons import Way

SHOWN = 80
"""The window that is shown: so many of a hundred parcels come inside it."""

DAYS_MAX = 21
ODDS_MIN = 0.01
CLOSED_MAX = 10
"""Days in a row on which nobody delivers, at most."""

STEP = timedelta(minutes=30)
OUT_WINDOW_MIN = timedelta(hours=2)

Delivers = Callable[[str, int], bool]
"""Whether a carrier delivers on that day of the week (Monday is 0)."""


class Window(NamedTuple):
    """UTC."""

    low_at: datetime
    point_at: datetime
    high_at: datetime


class DayOdds(NamedTuple):
    """The chance that it comes on that local day."""

    day: date
    share: float


def window(spread: Spread, now: datetime, way: Way, stage: str, delivers: Delivers) -> Window:
    """The window to show: whole days at the door, hours once it is out for delivery."""
    zone = zone_of(way.zone)
    low_h, high_h = spread.window(SHOWN)
    low, high = now + timedelta(hours=low_h), now + timedelta(hours=high_h)
    point = now + timedelta(hours=spread.point)
    evening = evening_of(now.astimezone(zone).date(), zone)
    if stage == OUT and now < evening - STEP and point <= evening:
        high = min(max(_up(high), _down(low) + OUT_WINDOW_MIN), evening)
        return Window(_down(max(low, now)), min(point, high).astimezone(UTC), high.astimezone(UTC))
    first, last = (open_day(at.astimezone(zone), way, delivers) for at in (low, high))
    low_at, high_at = morning_of(first, zone).astimezone(UTC), evening_of(last, zone).astimezone(UTC)
    return Window(low_at, min(max(point, low_at), high_at), high_at)


def open_day(local: datetime, way: Way, delivers: Delivers) -> date:
    """The day on which what is due then is brought: the next, after the evening or on a closed day."""
    day = local.date() + timedelta(days=local.time() > UNTIL)
    for _ in range(CLOSED_MAX):
        if is_open(day, way, delivers):
            break
        day += timedelta(days=1)
    return day


def is_open(day: date, way: Way, delivers: Delivers) -> bool:
    """Whether parcels are brought on that day: no public holiday, and this carrier delivers on it."""
    return delivers(way.carrier, day.weekday()) and day not in holidays_of(way.country.upper(), day.year)


def odds(spread: Spread, as_of: datetime, way: Way, delivers: Delivers) -> list[DayOdds]:
    """The chance of each day, together 1 with what comes later still."""
    zone = zone_of(way.zone)
    day = as_of.astimezone(zone).date()
    found: dict[date, float] = {}
    before = 0.0
    for ahead in range(DAYS_MAX):
        one = day + timedelta(days=ahead)
        until = share_by(spread, (evening_of(one, zone) - as_of) / timedelta(hours=1))
        came_on = one
        if not is_open(one, way, delivers):
            came_on = open_day(datetime.combine(one, time(12), zone), way, delivers)
        found[came_on] = found.get(came_on, 0.0) + until - before
        before = until
    return [DayOdds(one, share) for one, share in sorted(found.items()) if share >= ODDS_MIN]


def _down(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(minute=30 * (at.minute // 30), second=0, microsecond=0)


def _up(at: datetime) -> datetime:
    return _down(at + STEP - timedelta(microseconds=1))
