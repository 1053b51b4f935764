"""The answer first: one headline, one line under it, one chip — from status, window and open exceptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from milepost.model.exceptions import DeliveryException, Mover, Severity
from milepost.model.journeys import Journey
from milepost.model.statuses import Status
from milepost.react.words import WORDS
from milepost.show.buyer.banners import BY_TIME_ALONE
from milepost.show.buyer.windows import Window, zone_or_none
from milepost.show.moments import clock, date_only, day, days_off, is_near, weekday
from milepost.show.words.sentences import StatusWords, statuses, steps
from milepost.tongues.speech import mark, say, say_marked

GOOD, PLAIN, WARN, BAD = "good", "plain", "warn", "bad"
ON_THE_WAY, TO_THE_DOOR = 2, 3
NAMES_A_DAY = frozenset(
    {Status.EXPECTED, Status.LABEL_CREATED, Status.ACCEPTED, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY}
)
"""While it is one of these, the day it comes is the answer."""

MOVING = frozenset({Status.ACCEPTED, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY})
LESS_THAN_THE_STATUS = frozenset({"held", "attempted", "pickup", "returning", "lost", "destroyed"})
"""Exceptions that only repeat the status: their title would say it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands largest on the page."""

    headline: str
    line: Markup  # under it
    chip: str
    icon: str
    tone: str
    beats: bool  # it moves and all is well


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the five. `state` is done, at or ahead."""

    name: str
    icon: str
    state: str


def answer(
    journey: Journey,
    exceptions: Sequence[DeliveryException],
    window: Window | None,
    zone: str | None,
    now: datetime,
    *,
    is_later: bool = False,
) -> Answer:
    """The headline of one parcel. `exceptions` are the open ones a buyer is shown, worst first.

    `is_later`: the day was moved since it was first named.
    """
    words = statuses()[journey.status]
    headline, line = _lines(journey, exceptions, window, zone, now)
    chip, icon, tone = say(words.chip), words.icon, words.tone
    if journey.delivery_retracted and journey.status is not Status.DELIVERED:
        chip, icon, tone = say("Report taken back"), "triangle-alert", WARN
    elif exceptions and journey.status is not Status.DELIVERED:
        chip, icon, tone = _chip(exceptions[0], chip, tone)
    elif journey.status in MOVING and window is not None and not window.is_past(now):
        on_time = not is_later and journey.status is not Status.OUT_FOR_DELIVERY
        chip = say("%(status)s · on time", status=chip) if on_time else chip
    elif journey.status in MOVING and window is not None:
        chip, icon, tone = say("%(status)s · late", status=chip), "clock", WARN
    beats = tone == GOOD and journey.status in MOVING
    return Answer(headline=headline, line=line, chip=chip, icon=icon, tone=tone, beats=beats)


def _lines(
    journey: Journey,
    exceptions: Sequence[DeliveryException],
    window: Window | None,
    zone: str | None,
    now: datetime,
) -> tuple[str, Markup]:
    words = statuses()[journey.status]
    if journey.status is Status.DELIVERED:
        return _delivered(journey, zone, now)
    if journey.delivery_retracted:
        return say("Not delivered after all"), say_marked(
            "It was reported as delivered, and then seen on its way again."
        )
    told = window if window is not None and not window.is_past(now) else None
    if journey.status in NAMES_A_DAY and window is not None:
        if told is not None:
            return told.answer(now), told.line()
        late = say_marked("It was expected <b>%(window)s</b>", window=window.sentence())
        return say("Running late"), late
    if journey.status is Status.HELD:
        named = [one for one in exceptions if one.kind not in LESS_THAN_THE_STATUS | BY_TIME_ALONE]
        headline = say(WORDS[named[0].kind].title if named else words.title)
        if told:
            before = mark("Before this it was expected <b>%(window)s</b>")
            return headline, say_marked(before, window=told.sentence())
        return headline, _lead(words, exceptions)
    if journey.status is Status.ATTEMPTED and told:
        next_try = mark("The next try is expected <b>%(window)s</b>")
        return say(words.title), say_marked(next_try, window=told.sentence())
    return say(words.title), _lead(words, exceptions)


def _lead(words: StatusWords, exceptions: Sequence[DeliveryException]) -> Markup:
    """What the status means and asks for; nothing where the banner of what is wrong says it already."""
    is_said = any(one.kind in LESS_THAN_THE_STATUS for one in exceptions)
    return say_marked(words.lead) if words.lead and not is_said else Markup()


def _delivered(journey: Journey, zone: str | None, now: datetime) -> tuple[str, Markup]:
    """`Delivered Saturday`, and when by the clock at the door."""
    scan = next((one.event for one in reversed(journey.events) if one.event.status is Status.DELIVERED), None)
    if scan is None or scan.occurred.utc is None:
        when = datetime.fromisoformat(scan.occurred.wall_clock).replace(tzinfo=UTC) if scan else None
        return say("Delivered"), _at(when, mark("%(day)s at <b>%(clock)s, local time</b>"))
    place = scan.place.located.zone if scan.place.located else None
    local_zone = zone_or_none(place) or zone_or_none(zone)
    local = scan.occurred.utc.astimezone(local_zone) if local_zone else scan.occurred.local
    local = local or scan.occurred.utc
    return _delivered_on(local, now), _at(local, mark("%(day)s at <b>%(clock)s</b>"))


def _delivered_on(local: datetime, now: datetime) -> str:
    near = {0: mark("Delivered today"), -1: mark("Delivered yesterday"), 1: mark("Delivered tomorrow")}
    if (days := days_off(local, now)) in near:
        return say(near[days])
    if is_near(local, now):
        return say("Delivered %(weekday)s", weekday=weekday(local, now))
    return say("Delivered on %(date)s", date=date_only(local))


def _at(when: datetime | None, sentence: str) -> Markup:
    return say_marked(sentence, day=day(when), clock=clock(when)) if when else Markup()


def _chip(worst: DeliveryException, chip: str, tone: str) -> tuple[str, str, str]:
    """Whose move it is when it is the buyer's; else what is wrong."""
    if worst.mover is Mover.BUYER and worst.severity is not Severity.WATCH:
        return say("Waiting for you"), "triangle-alert", WARN
    title = say(WORDS[worst.kind].title) if worst.kind not in LESS_THAN_THE_STATUS else chip
    return title, "triangle-alert", BAD if tone == BAD or worst.severity is Severity.CRITICAL else WARN


def five_steps(journey: Journey, tone: str) -> tuple[Step, ...]:
    """Always the same five; an exception colors the current one and replaces nothing."""
    at = statuses()[journey.status].step
    if at < 0:
        at = _as_far_as_it_came(journey)
    is_done = journey.status is Status.DELIVERED
    return tuple(
        Step(
            name=say(one.name),
            icon="triangle-alert" if number == at and tone in (WARN, BAD) and not is_done else one.icon,
            state="done" if number < at or is_done else "at" if number == at else "ahead",
        )
        for number, one in enumerate(steps())
    )


def _as_far_as_it_came(journey: Journey) -> int:
    if journey.out_for_delivery_at is not None or journey.delivered_at is not None:
        return TO_THE_DOOR
    moved = any(one.event.status in (*MOVING, Status.HELD) for one in journey.events)
    return ON_THE_WAY if moved else 1
