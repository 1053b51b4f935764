"""The year of a time told without one: `31 Dec 23:50`, heard on 2 January, was in the year before."""

from datetime import datetime, timedelta

UNTOLD = "--"  # stands for the year, as in ISO 8601 before 2004: --12-31T23:50:00
AHEAD = timedelta(days=1)
"""How far after hearing of it a scan may lie: clocks on the wall are up to 14 hours ahead of UTC."""

YEARS_BACK = 8
"""Two 29 Februaries lie at most so far apart (1896 and 1904); any other day is found within two."""


def with_year(wall_clock: str, heard_at: datetime) -> str:
    """The same time in the latest year that is no later than a day after `heard_at` (reliability.md E-04).

    A parcel's life is shorter than a year, so no earlier one can be meant. A time with a year stays as it is.
    Raises ValueError for a day that is in no year; a source's parser has looked (`iso_times.when`).
    """
    if not wall_clock.startswith(UNTOLD):
        return wall_clock
    latest = heard_at.replace(tzinfo=None) + AHEAD
    for year in range(latest.year, latest.year - YEARS_BACK - 1, -1):
        moment = _in_year(wall_clock, year)
        if moment is not None and moment <= latest:
            return moment.isoformat(timespec="seconds")
    message = f"there is no such day in any year: {wall_clock}"
    raise ValueError(message)


def _in_year(wall_clock: str, year: int) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{year}-{wall_clock.removeprefix(UNTOLD)}")
    except ValueError:
        return None
