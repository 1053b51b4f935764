"""Why a forecast moved: each cause with its hours, which add up to the whole move.

The old reckoning is turned into the new one a cause at a time (what was learned, the carrier's date, the
silence, the new stage), and what the median moves at each step is that cause's share.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import structs

from milepost.forecast.days import rests, zone_of
from milepost.forecast.memory import Memory
from milepost.forecast.reckoning import Reckoning
from milepost.forecast.saying import point
from milepost.forecast.stages import (
    ARRIVED,
    CUSTOMS,
    HELD,
    LABELED,
    LANDED,
    MISSED,
    OUT,
    PURCHASE,
    RELEASED,
    Standing,
)
from milepost.model.forecasts import Basis, Why, WhyKind
from milepost.tongues.speech import mark, mark_many, say, say_many, written

HOUR = timedelta(hours=1)
STAGE_WHY = {
    ARRIVED: WhyKind.ROUTE,
    LANDED: WhyKind.ROUTE,
    OUT: WhyKind.OUT,
    MISSED: WhyKind.MISSED,
    HELD: WhyKind.HELD,
    CUSTOMS: WhyKind.CUSTOMS,
    RELEASED: WhyKind.RELEASED,
}
CLOSED_NAMED_MAX = 20
SAID_MIN_H = 2.0
"""What moved it by less is kept as a fact and left out of the sentence."""

SENTENCES_MAX = 2
WEEKEND = "the weekend"
DAY_FROM_H = 22.0
SAID = {
    WhyKind.HANDLING: (
        mark("The carrier got it %(by)s later than expected."),
        mark("The carrier got it %(by)s sooner than expected."),
    ),
    WhyKind.ROUTE: (
        mark("A part of the way took %(by)s longer than expected."),
        mark("A part of the way took %(by)s less than expected."),
    ),
    WhyKind.SILENCE: (
        mark("It has not been seen for longer than usual here, which makes it %(by)s later."),
        mark("It is on its way, %(by)s ahead of what we thought."),
    ),
    WhyKind.CLOSED: (
        mark("Nothing is delivered on %(about)s: %(by)s more."),
        mark("Nothing is delivered on %(about)s."),
    ),
    WhyKind.OUT: (mark("It is out for delivery."), mark("It is out for delivery.")),
    WhyKind.MISSED: (
        mark("It was out for delivery and did not get to the door; another try usually takes a working day."),
        mark("It was out for delivery and did not get to the door."),
    ),
    WhyKind.HELD: (mark("It is being held on its way."), mark("It is being held on its way.")),
    WhyKind.CUSTOMS: (mark("Customs is looking at it."), mark("Customs is looking at it.")),
    WhyKind.RELEASED: (
        mark("It moves again after it was held."),
        mark("It moves again, %(by)s sooner than expected."),
    ),
    WhyKind.ETA: (
        mark("The carrier now names a date %(by)s later."),
        mark("The carrier now names a date %(by)s sooner."),
    ),
    WhyKind.WAY: (
        mark("Now that it is known where it comes from, it is %(by)s later."),
        mark("Now that it is known where it comes from, it is %(by)s sooner."),
    ),
    WhyKind.NETWORK: (
        mark("Parcels like it have lately been %(by)s slower."),
        mark("Parcels like it have lately been %(by)s faster."),
    ),
}
"""Later, sooner. `first` has a sentence of its own."""

SAID_OF_WEEKEND = (
    mark("Nothing is delivered on the weekend: %(by)s more."),
    mark("Nothing is delivered on the weekend."),
)
RESTS_ON = mark_many(
    "It rests on %(num)s parcel like it that arrived.", "It rests on %(num)s parcels like it that arrived."
)
CARRIERS_DATE = mark("The carrier's own date counts too.")
HOURS = mark_many("%(num)s hour", "%(num)s hours")
DAYS = mark_many("%(num)s day", "%(num)s days")


def whys(
    before: Basis, said_at: datetime, now: Reckoning, memory: Memory, reason: str | None
) -> tuple[Why, ...]:
    """What moved the point from the entry `before` to the reckoning `now`; their hours add up to the move."""
    way = structs.replace(now.way, origin=before.origin, service=before.service)
    old = Reckoning(
        way,
        Standing(before.stage, before.since, before.since),
        before.carrier_to,
        said_at,
        before.rescheduled,
        now.begun_at,
    )
    at = said_at + timedelta(hours=before.spread.point)
    found: list[Why] = []
    for kind, reckoning in _steps(old, now):
        later = point(reckoning, memory)
        found.append(Why(kind, (later - at) / HOUR, ""))
        at = later
    if now.standing.since != before.since:  # the last step: a part of it may be a weekend
        found[-1:] = _with_closed(found[-1], before, now, at, reason)
    return _together(found)


def _together(found: list[Why]) -> tuple[Why, ...]:
    """One of each kind."""
    hours: dict[WhyKind, float] = {}
    about: dict[WhyKind, str] = {}
    for why in found:
        hours[why.kind] = hours.get(why.kind, 0.0) + why.hours
        about[why.kind] = about.get(why.kind) or why.about
    return tuple(Why(kind, by, about[kind]) for kind, by in hours.items() if by)


def _steps(old: Reckoning, now: Reckoning) -> Iterator[tuple[WhyKind, Reckoning]]:
    """The reckonings between the old and the new one, each with the cause that leads to it."""
    yield WhyKind.NETWORK, old
    if old.way != now.way:
        old = old._replace(way=now.way)
        yield WhyKind.WAY, old
    told = old
    if now.carrier_to is not None:  # one that no longer counts went with what stopped the parcel
        told = old._replace(carrier_to=now.carrier_to, rescheduled=now.rescheduled)
        yield WhyKind.ETA, told
    if now.standing.since == old.standing.since and now.standing.stage == old.standing.stage:
        yield WhyKind.SILENCE, now
        return
    yield (
        _on_the_way(old.standing.stage),
        told._replace(as_of=max(old.as_of, min(now.standing.since, now.as_of))),
    )
    yield _of_stage(old.standing.stage, now.standing.stage), now


def _of_stage(before: str, after: str) -> WhyKind:
    return STAGE_WHY.get(after) or _on_the_way(before)


def _on_the_way(before: str) -> WhyKind:
    """What took its time until now: the seller, or the carrier."""
    return WhyKind.HANDLING if before in (PURCHASE, LABELED) else WhyKind.ROUTE


def _with_closed(moved: Why, before: Basis, now: Reckoning, at: datetime, reason: str | None) -> list[Why]:
    """A step to a new stage, and apart from it the closed days that are now on the way and were not."""
    more = now.closed_h(at) - before.closed_h
    closed = min(more, moved.hours) if more > 0 and moved.hours > 0 else 0.0
    about = reason or "" if moved.kind in (WhyKind.HELD, WhyKind.CUSTOMS, WhyKind.MISSED) else ""
    found = [Why(moved.kind, moved.hours - closed, about)]
    if closed:
        found.append(Why(WhyKind.CLOSED, closed, _closed_day(now, at)))
    return found


def _closed_day(now: Reckoning, until: datetime) -> str:
    """The name of the holiday on the way, else the last day of the weekend."""
    zone = zone_of(now.way.zone)
    first: date = now.standing.since.astimezone(zone).date()
    last = until.astimezone(zone).date()
    names = [
        rests(first + timedelta(days=ahead), now.way.country.upper())
        for ahead in range(1, min((last - first).days, CLOSED_NAMED_MAX) + 1)
    ]
    holidays = [name for name in names if name and not name.startswith("a ")]
    return holidays[0] if holidays else WEEKEND


def sentence(found: tuple[Why, ...], basis: Basis) -> str:
    """The causes that count most, as plain sentences; of a first forecast, what it rests on."""
    if any(why.kind is WhyKind.FIRST for why in found) or not found:
        return _first(basis)
    told = [why for why in found if abs(why.hours) >= SAID_MIN_H or why.kind in _ALWAYS]
    told.sort(key=lambda why: (why.kind not in _ALWAYS, -abs(why.hours)))
    if told and told[0].kind is WhyKind.OUT:
        del told[1:]  # how it came to be so is of no interest any more
    return " ".join(_say(why) for why in told[:SENTENCES_MAX]) or say("Small things added up.")


_ALWAYS = frozenset({WhyKind.OUT, WhyKind.MISSED, WhyKind.HELD, WhyKind.CUSTOMS})


def _first(basis: Basis) -> str:
    if basis.parcels:
        told = say_many(*RESTS_ON, basis.parcels)
    else:
        told = say("It rests on published service times: no parcel like it has arrived yet.")
    return f"{told} {say(CARRIERS_DATE)}" if basis.carrier_to is not None else told


def _say(why: Why) -> str:
    later, sooner = SAID_OF_WEEKEND if why.about == WEEKEND else SAID[why.kind]
    return say(later if why.hours > 0 else sooner, by=lasting(abs(why.hours)), about=why.about)


def lasting(hours: float) -> str:
    """`5 hours`, `1 day`, `2.5 days`."""
    if hours < DAY_FROM_H:
        whole = max(round(hours), 1)
        return say_many(*HOURS, whole)
    days = round(hours / 24 * 2) / 2
    return say_many(*DAYS, int(days)) if days.is_integer() else say("%(num)s days", num=written(days))
