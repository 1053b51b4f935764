"""When it comes, in words: a promised window as an answer, a line and a sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.model.promises import DELIVERY, EtaKind, Promise, Promiser
from milepost.show.moments import clock, day, near_day, short_day, weekday

WHOLE_DAY = timedelta(hours=11)
"""A window this long within one day names the day and not the hours."""


LATER_BY = timedelta(days=1)
SORT_OF_DATE = re.compile(rf" \(({'|'.join(EtaKind)})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window in the local time of the door. `zone_name` is said where that time is not known."""

    from_at: datetime | None
    to_at: datetime
    zone_name: str = ""

    @classmethod
    def of(cls, promise: Promise, zone: str | None) -> "Window":
        """In the destination's zone, else in the offset it was told with, else UTC and said so."""
        local, name = _zone_of(promise, zone)
        return cls(
            from_at=promise.from_at.astimezone(local) if promise.from_at else None,
            to_at=promise.to_at.astimezone(local),
            zone_name=name,
        )

    @property
    def is_one_day(self) -> bool:
        """It begins and ends on one date."""
        return self.from_at is None or self.from_at.date() == self.to_at.date()

    def is_past(self, now: datetime) -> bool:
        """Its last moment is over."""
        return self.to_at < now

    def answer(self, now: datetime) -> str:
        """`Arriving Tuesday`, `Arriving Wednesday to Friday`, `Arriving 1 to 3 December`."""
        last = near_day(self.to_at, now)
        if self.from_at is None or self.is_one_day:
            return f"Arriving {_on(last)}"
        if self.from_at <= now:
            return f"Arriving {last}" if last in ("today", "tomorrow") else f"Arriving by {last}"
        first, last = weekday(self.from_at, now), weekday(self.to_at, now)
        if last[0].isdigit() and first[0].isdigit() and self.from_at.month == self.to_at.month:
            return f"Arriving {self.from_at.day} to {last}"
        return f"Arriving {first} to {last}"

    def line(self) -> tuple[str, str]:
        """What stands under the answer: the quiet part and the strong part."""
        zone = f" {self.zone_name}" if self.zone_name else ""
        if self.from_at is None:
            return f"{day(self.to_at)}, by", clock(self.to_at) + zone
        if not self.is_one_day:
            return "Between", f"{short_day(self.from_at)} and {short_day(self.to_at)}"
        if self.to_at - self.from_at >= WHOLE_DAY:
            return "", day(self.to_at)
        return f"{day(self.to_at)}, between", _clocks(self.from_at, self.to_at) + zone

    def sentence(self) -> str:
        """The line as part of a sentence."""
        quiet, strong = self.line()
        return f"{quiet[:1].lower() + quiet[1:] if quiet == 'Between' else quiet} {strong}".strip()


def standing(promises: Iterable[Promise]) -> Promise | None:
    """The window a buyer is told: our own forecast if there is one, else the carrier's newest."""
    told = [promise for promise in promises if promise.name == DELIVERY]
    for promiser in (Promiser.MILEPOST, Promiser.CARRIER):
        theirs = [promise for promise in told if promise.promiser is promiser]
        if theirs:
            return max(theirs, key=lambda promise: promise.said_at)
    return None


def reason_of(promise: Promise) -> str:
    """Why it was named, without the carrier's technical word for the sort of date."""
    return SORT_OF_DATE.sub("", promise.reason)


def moved_later(promises: Iterable[Promise], now_told: Promise) -> bool:
    """Whether the day is later than the first one anybody named: then nothing is on time."""
    first = min(
        (promise for promise in promises if promise.name == DELIVERY),
        key=lambda promise: promise.said_at,
        default=now_told,
    )
    return now_told.to_at - first.to_at >= LATER_BY


def zone_or_none(name: str | None) -> ZoneInfo | None:
    """The zone, if the machine knows it."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _zone_of(promise: Promise, zone: str | None) -> tuple[tzinfo, str]:
    found = zone_or_none(zone)
    if found is not None:
        return found, ""
    if promise.offset_minutes:
        return timezone(timedelta(minutes=promise.offset_minutes)), ""
    return UTC, "UTC"


def _on(near: str) -> str:
    return f"on {near}" if near[0].isdigit() else near


def _clocks(start: datetime, end: datetime) -> str:
    """`1:15 and 4:15 pm`: the half of the day is said once when both have it."""
    first, last = clock(start), clock(end)
    same_half = first[-2:] == last[-2:]
    return f"{first[:-3] if same_half else first} and {last}"
