"""Times for people: days, clocks and ages in words of the language spoken. Each takes aware datetimes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_interval, format_time, format_timedelta
from babel.lists import format_list

from milepost.tongues.catalogs import ENGLISH, Tongue
from milepost.tongues.speech import mark_many, say, say_as, say_many, spoken

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
MINUTES_UNTIL_HOURS = 90
HOURS_UNTIL_DAYS = 36
WEEK_DAYS = 7
NO_LARGER_UNIT = 1e9
Unit = Literal["minute", "hour", "day"]
REMEMBERED = 8192
"""Days and minutes whose words are remembered: pages say the same few again and again."""

COUNTED: Mapping[str, tuple[str, str]] = {
    "hour": mark_many("%(num)s hour", "%(num)s hours"),
    "day": mark_many("%(num)s day", "%(num)s days"),
    "business day": mark_many("%(num)s business day", "%(num)s business days"),
    "month": mark_many("%(num)s month", "%(num)s months"),
    "photo": mark_many("%(num)s photo", "%(num)s photos"),
    "minute": ("%(num)s minute", "%(num)s minutes"),  # these three stand in the console, which is English
    "parcel": ("%(num)s parcel", "%(num)s parcels"),
    "scan": ("%(num)s scan", "%(num)s scans"),
}


def day(moment: datetime) -> str:
    """`Tuesday 24 November`, in the moment's own offset."""
    return _say(moment, say_as("date pattern", "EEEE d MMMM"))


def short_day(moment: datetime) -> str:
    """`Tue 24 November`."""
    return _say(moment, say_as("date pattern", "EEE d MMMM"))


def clock(moment: datetime) -> str:
    """`2:26 pm`."""
    return _clock(moment.hour, moment.minute, say_as("date pattern", "h:mm a"), spoken())


def clocks(start: datetime, end: datetime) -> str:
    """`1:15 and 4:15 pm`: the half of the day is said once when both have it."""
    first, last = clock(start), clock(end)
    if first[-2:] == last[-2:] in ("am", "pm"):
        first = first[:-3]
    return say("%(first)s and %(last)s", first=first, last=last)


def moment(moment: datetime) -> str:
    """`Tuesday 24 November, 2:26 pm`."""
    return say("%(day)s, %(clock)s", day=day(moment), clock=clock(moment))


def long_date(moment: datetime) -> str:
    """`24 November 2026`."""
    return _say(moment, say_as("date pattern", "d MMMM y"))


def date_only(moment: datetime) -> str:
    """`14 November`."""
    return _say(moment, say_as("date pattern", "d MMMM"))


def dates(start: datetime, end: datetime) -> str:
    """`1 to 3 December`, as the language writes a span of dates."""
    if spoken().tag == ENGLISH and start.month == end.month:
        return f"{start.day} to {date_only(end)}"
    if spoken().tag == ENGLISH:
        return f"{date_only(start)} to {date_only(end)}"
    return str(format_interval(start.date(), end.date(), "MMMMd", locale=spoken().locale))


def iso(moment: datetime) -> str:
    """For machines: to the second, with its offset."""
    return moment.isoformat(timespec="seconds")


def days_off(moment: datetime, now: datetime) -> int:
    """How many dates ahead it is, by its own clock; behind: negative."""
    return (moment.date() - now.astimezone(moment.tzinfo).date()).days


def is_near(moment: datetime, now: datetime) -> bool:
    """Within six days: its weekday says which day is meant."""
    return abs(days_off(moment, now)) < WEEK_DAYS


def near_day(moment: datetime, now: datetime) -> str:
    """`today`, `tomorrow`, `yesterday`, a weekday within six days, else `14 November`."""
    near = {0: say("today"), 1: say("tomorrow"), -1: say("yesterday")}
    return near.get(days_off(moment, now)) or weekday(moment, now)


def weekday(moment: datetime, now: datetime) -> str:
    """A weekday within six days of now, else `14 November`."""
    return _say(moment, "EEEE") if is_near(moment, now) else date_only(moment)


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `52 minutes ago`, `4 hours ago`, `3 days ago`; frontend/src/live.ts says the same."""
    seconds = (now - moment).total_seconds()
    if seconds < MINUTE_S:
        return say("just now")
    if seconds < MINUTES_UNTIL_HOURS * MINUTE_S:
        return _ago(int(seconds // MINUTE_S) * MINUTE_S, "minute")
    if seconds < HOURS_UNTIL_DAYS * HOUR_S:
        return _ago(round(seconds / HOUR_S) * HOUR_S, "hour")
    return _ago(round(seconds / DAY_S) * DAY_S, "day")


def in_minutes(number: int) -> str:
    """`in 4 minutes`; at least one."""
    return _age(-max(1, number) * MINUTE_S, "minute", spoken())


def counted(number: int, noun: str) -> str:
    """`1 day`, `3 days`. The noun is one of COUNTED."""
    return say_many(*COUNTED[noun], number)


def all_of(names: list[str]) -> str:
    """`A, B`: names beside each other."""
    return str(format_list(names, style="unit-short", locale=spoken().locale)) if names else ""


def any_of(names: list[str]) -> str:
    """`A, B, or C`."""
    return str(format_list(list(names), style="or", locale=spoken().locale)) if names else ""


def offset_name(offset: timedelta) -> str:
    """`UTC-05:00`; the plain name of an offset nobody named."""
    minutes = round(offset.total_seconds() / MINUTE_S)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


def _say(moment: datetime, pattern: str) -> str:
    return _day(moment.date(), pattern, spoken())


@lru_cache(REMEMBERED)
def _day(day: date, pattern: str, tongue: Tongue) -> str:
    return str(format_date(day, pattern, locale=tongue.locale))


@lru_cache(REMEMBERED)
def _clock(hour: int, minute: int, pattern: str, tongue: Tongue) -> str:
    return str(format_time(time(hour, minute), pattern, locale=tongue.locale)).replace("\u202f", " ").lower()


def _ago(seconds: int, unit: Unit) -> str:
    return _age(seconds, unit, spoken())


@lru_cache(REMEMBERED)
def _age(seconds: int, unit: Unit, tongue: Tongue) -> str:
    past = timedelta(seconds=-seconds)
    return str(
        format_timedelta(
            past,
            granularity=unit,
            threshold=NO_LARGER_UNIT,
            add_direction=True,
            locale=tongue.locale,
        )
    )
