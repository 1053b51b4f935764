"""Times for people: days, clocks and ages in plain words. Each takes aware datetimes."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from babel.dates import format_date, format_time

LOCALE = "en"
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
MINUTES_UNTIL_HOURS = 90
HOURS_UNTIL_DAYS = 36
WEEK_DAYS = 7
REMEMBERED = 4096
"""Days and minutes whose words are remembered: pages say the same few again and again."""


def day(moment: datetime) -> str:
    """`Tuesday 24 November`, in the moment's own offset."""
    return _say(moment, "EEEE d MMMM")


def short_day(moment: datetime) -> str:
    """`Tue 24 November`."""
    return _say(moment, "EEE d MMMM")


def clock(moment: datetime) -> str:
    """`2:26 pm`."""
    return _clock(moment.hour, moment.minute)


def moment(moment: datetime) -> str:
    """`Tuesday 24 November, 2:26 pm`."""
    return f"{day(moment)}, {clock(moment)}"


def long_date(moment: datetime) -> str:
    """`24 November 2026`."""
    return _say(moment, "d MMMM y")


def iso(moment: datetime) -> str:
    """For machines: to the second, with its offset."""
    return moment.isoformat(timespec="seconds")


def near_day(moment: datetime, now: datetime) -> str:
    """`today`, `tomorrow`, `yesterday`, a weekday within six days, else `14 November`."""
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return weekday(moment, now)


def weekday(moment: datetime, now: datetime) -> str:
    """A weekday within six days of now, else `14 November`."""
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    return _say(moment, "EEEE") if abs(days) < WEEK_DAYS else _say(moment, "d MMMM")


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `52 minutes ago`, `4 hours ago`, `3 days ago`; frontend/src/live.ts says the same."""
    seconds = (now - moment).total_seconds()
    if seconds < MINUTE_S:
        return "just now"
    if seconds < MINUTES_UNTIL_HOURS * MINUTE_S:
        return counted(int(seconds // MINUTE_S), "minute") + " ago"
    if seconds < HOURS_UNTIL_DAYS * HOUR_S:
        return counted(round(seconds / HOUR_S), "hour") + " ago"
    return counted(round(seconds / DAY_S), "day") + " ago"


def counted(number: int, noun: str) -> str:
    """`1 day`, `3 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def offset_name(offset: timedelta) -> str:
    """`UTC-05:00`; the plain name of an offset nobody named."""
    minutes = round(offset.total_seconds() / MINUTE_S)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


def _say(moment: datetime, pattern: str) -> str:
    return _day(moment.date(), pattern)


@lru_cache(REMEMBERED)
def _day(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale=LOCALE))


@lru_cache(REMEMBERED)
def _clock(hour: int, minute: int) -> str:
    return str(format_time(time(hour, minute), "h:mm a", locale=LOCALE)).replace("\u202f", " ").lower()
