"""Quiet hours: when a message that comes in them goes out instead."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from milepost.model.people import Quiet

DAY = timedelta(days=1)
STEP = timedelta(minutes=30)
STEPS_MAX = 8
"""Where clocks are changed in the hour that a quiet time ends, its end is looked for as far as this."""


def quiet_until(quiet: Quiet | None, now: datetime) -> datetime | None:
    """The end (UTC) of the quiet time that `now` lies in; None outside of one."""
    if quiet is None or not is_quiet(quiet, now):
        return None
    local = now.astimezone(ZoneInfo(quiet.zone))
    end = time.fromisoformat(quiet.to_time)
    on = local.date() if local.time() < end else local.date() + DAY
    until = datetime.combine(on, end, ZoneInfo(quiet.zone)).astimezone(UTC)
    for _ in range(STEPS_MAX):
        if until > now and not is_quiet(quiet, until):
            break
        until += STEP
    return until


def is_quiet(quiet: Quiet, moment: datetime) -> bool:
    """Whether the clocks of that zone show an hour in it."""
    start, end = time.fromisoformat(quiet.from_time), time.fromisoformat(quiet.to_time)
    shown = moment.astimezone(ZoneInfo(quiet.zone)).time()
    if start <= end:
        return start <= shown < end
    return shown >= start or shown < end
