"""On which days and at which hours parcels come, from what has come so far; before that, an assumption."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from milepost.forecast import calendar

WORKING, SATURDAY, REST = range(3)
KINDS = (WORKING, SATURDAY, REST)
SATURDAY_AT = 5  # counted from Monday
THURSDAY = 3  # 1970-01-01

DAYS = (1.3, 0.4, 0.1)
"""How many on a day of each kind, against the mean of a week. Our own assumption, for every country."""

HOURS = tuple(0.01 if hour < 8 else 0.06 if hour < 22 else 0.04 for hour in range(24))
"""Which share comes in each hour: by day. Our own assumption too."""

ASSUMED_WORTH = 60
"""The assumption weighs as much as so many deliveries."""

LEAST_DAY = 0.05
EVEN_PART = 0.15  # of each hour's share: no hour stands still
WEEK = 7.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`days`: working day, Saturday, other day of rest; a week adds up to seven. `hours`: parts of a day."""

    days: tuple[float, float, float] = DAYS
    hours: tuple[float, ...] = HOURS

    @property
    def day_so_far(self) -> list[float]:
        """The part of a day that is over at each full hour, 0 to 24."""
        total = sum(self.hours)
        return [0.0, *(part / total for part in accumulate(self.hours))]


def kind(day: int, country: str) -> int:
    """What a day (days since 1970, local) is there."""
    if not calendar.is_rest(day, country):
        return WORKING
    return SATURDAY if (day + THURSDAY) % 7 == SATURDAY_AT else REST


def rhythm_of(came: Sequence[float], country: str) -> Rhythm:
    """From local instants of deliveries, in days since 1970."""
    if not came:
        return Rhythm()
    hours, days = [0] * 24, [0] * len(KINDS)
    by_day: dict[int, int] = {}
    for at in came:
        by_day[int(at)] = by_day.get(int(at), 0) + 1
        hours[int(at % 1 * 24)] += 1
    for day, count in by_day.items():
        days[kind(day, country)] += count
    lengths = [0] * len(KINDS)
    for day in range(min(by_day), max(by_day) + 1):
        lengths[kind(day, country)] += 1
    trust = len(came) / (len(came) + ASSUMED_WORTH)
    mean = len(came) / sum(lengths)
    told = [
        max(trust * count / length / mean + (1 - trust) * assumed, LEAST_DAY) if length else assumed
        for count, length, assumed in zip(days, lengths, DAYS, strict=True)
    ]
    week = 5 * told[WORKING] + told[SATURDAY] + told[REST]
    working, saturday, rest = (WEEK * one / week for one in told)
    return Rhythm(
        (working, saturday, rest),
        tuple(
            EVEN_PART / 24 + (1 - EVEN_PART) * (trust * count / len(came) + (1 - trust) * assumed)
            for count, assumed in zip(hours, HOURS, strict=True)
        ),
    )
