"""Reading ISO 8601 times as they come: with an offset, with Z, without either, or a day alone."""

from datetime import datetime
from typing import NamedTuple

from milepost.model.instants import clock_of
from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold

YEARS = range(1990, 2200)
"""A year outside is a slip of the pen; near the ends of the calendar it cannot even be moved to UTC."""

YEAR_UNTOLD = "--"
LEAP_YEAR = "2024-"  # has every day that any year has


class When(NamedTuple):
    """Exactly one of the two: the instant, or the clock on the wall where no offset was told."""

    moment: datetime | None
    wall_clock: str | None


def moment_of(text: str) -> datetime | None:
    """With an offset, with Z, or naive: that is kept as it came. None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def when(text: str) -> When | None:
    """What the text says, or None when it is no time. A year left out is `--`, as in `--12-31T23:50`."""
    if text.startswith(YEAR_UNTOLD):
        told = when(LEAP_YEAR + text.removeprefix(YEAR_UNTOLD))
        if told is None or told.wall_clock is None:
            return None
        return When(None, YEAR_UNTOLD + told.wall_clock.removeprefix(LEAP_YEAR))
    moment = moment_of(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        return When(None, clock_of(moment))
    return When(moment, None)


def window(number: str, start: str, end: str, place: RawPlace = RawPlace()) -> tuple[EtaTold, ...]:  # noqa: B008 - frozen
    """The delivery window between two times; a day alone, or its midnight in Z, is the whole local day."""
    told_from, told_to = _edge(start), _edge(end)
    if told_from is None and told_to is None:
        return ()
    return (
        EtaTold(
            tracking_number=number,
            kind=EtaKind.ESTIMATED,
            from_at=told_from.moment if told_from else None,
            to_at=told_to.moment if told_to else None,
            wall_from=told_from.wall_clock if told_from else None,
            wall_to=told_to.wall_clock if told_to else None,
            place=place,
        ),
    )


def _edge(text: str) -> When | None:
    told = when(text)
    if told is None or text.startswith(YEAR_UNTOLD):
        return None
    moment = told.moment or datetime.fromisoformat(told.wall_clock or "")
    if moment.hour == moment.minute == moment.second == 0 and not moment.utcoffset():
        return When(None, moment.date().isoformat())
    return told
