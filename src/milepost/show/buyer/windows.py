"""When it comes, in words: a promised window as an answer, a line and a sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup

from milepost.forecast.ledger import basis_of
from milepost.forecast.why import sentence
from milepost.model.promises import DELIVERY, EtaKind, Promise, Promiser
from milepost.show.moments import clock, clocks, date_only, dates, day, days_off, is_near, short_day, weekday
from milepost.tongues.speech import mark, retold, say, say_as, say_marked

WHOLE_DAY = timedelta(hours=11)
"""A window this long within one day names the day and not the hours."""

LATER_BY = timedelta(days=1)
NEAR = {0: mark("Arriving today"), 1: mark("Arriving tomorrow")}
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
        if self.from_at is None or self.is_one_day:
            return _arriving(self.to_at, now)
        if self.from_at <= now:
            return _arriving_by(self.to_at, now)
        if is_near(self.from_at, now) or is_near(self.to_at, now):
            first, last = weekday(self.from_at, now), weekday(self.to_at, now)
            return say("Arriving %(first)s to %(last)s", first=first, last=last)
        return say("Arriving %(dates)s", dates=dates(self.from_at, self.to_at))

    def line(self) -> Markup:
        """What stands under the answer."""
        return say_marked("<b>%(day)s</b>", day=day(self.to_at)) if self._is_whole_day else self._line()

    def sentence(self) -> str:
        """The same as part of a sentence: `between Tue 24 November and Thu 26 November`."""
        told = {"day": day(self.to_at), **self._clocks}
        if self.from_at is None:
            return say("%(day)s, by %(clock)s", **told)
        if not self.is_one_day:
            first, last = short_day(self.from_at), short_day(self.to_at)
            return say_as("inside a sentence", "between %(first)s and %(last)s", first=first, last=last)
        return day(self.to_at) if self._is_whole_day else say("%(day)s, between %(clocks)s", **told)

    def _line(self) -> Markup:
        told = {"day": day(self.to_at), **self._clocks}
        if self.from_at is None:
            return say_marked("%(day)s, by <b>%(clock)s</b>", **told)
        if not self.is_one_day:
            first, last = short_day(self.from_at), short_day(self.to_at)
            return say_marked("Between <b>%(first)s and %(last)s</b>", first=first, last=last)
        return say_marked("%(day)s, between <b>%(clocks)s</b>", **told)

    @property
    def _is_whole_day(self) -> bool:
        return self.from_at is not None and self.is_one_day and self.to_at - self.from_at >= WHOLE_DAY

    @property
    def _clocks(self) -> dict[str, str]:
        """The hours, with the name of their zone where that is no local one."""
        zone = f" {self.zone_name}" if self.zone_name else ""
        both = clocks(self.from_at or self.to_at, self.to_at)
        return {"clock": clock(self.to_at) + zone, "clocks": both + zone}


def _arriving(on: datetime, now: datetime) -> str:
    days = days_off(on, now)
    if days in NEAR:
        return say(NEAR[days])
    if is_near(on, now):
        return say("Arriving %(weekday)s", weekday=weekday(on, now))
    return say("Arriving on %(date)s", date=date_only(on))


def _arriving_by(on: datetime, now: datetime) -> str:
    """The window has begun: what counts is its end."""
    days = days_off(on, now)
    if days in NEAR:
        return say(NEAR[days])
    if is_near(on, now):
        return say("Arriving by %(weekday)s", weekday=weekday(on, now))
    return say("Arriving by %(date)s", date=date_only(on))


def standing(promises: Iterable[Promise]) -> Promise | None:
    """The window a buyer is told: our own forecast if there is one, else the carrier's newest."""
    told = [promise for promise in promises if promise.name == DELIVERY]
    for promiser in (Promiser.MILEPOST, Promiser.CARRIER):
        theirs = [promise for promise in told if promise.promiser is promiser]
        if theirs:
            return max(theirs, key=lambda promise: promise.said_at)
    return None


def reason_of(promise: Promise) -> str:
    """Why it was named, without the carrier's technical word for the sort of date.

    Of our own forecast it is said anew from what it rests on: the sentence that was kept is English.
    """
    basis = basis_of(promise)
    return sentence(basis.why, basis) if basis else retold(SORT_OF_DATE.sub("", promise.reason))


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
