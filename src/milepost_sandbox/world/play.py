"""Play one parcel's part of a story along its route: every step gets its moment, its place and its words."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from milepost_sandbox.stories.words import Span, StepLine, StoryError, TravelLine
from milepost_sandbox.world.numbers import usps
from milepost_sandbox.world.places import at_local, distance_km, homes, local, unambiguous
from milepost_sandbox.world.routes import Route, leg_hours
from milepost_sandbox.world.words import Place, Step

APART: Final = timedelta(minutes=2)
"""Two steps of one order are at least so far apart, so that no two scans can be taken for one."""
PUBLISH_SECONDS: Final = (30, 900)
DWELL_SECONDS: Final = (3_600, 21_600)
LATE_SHARE: Final = 0.25
LATE_SECONDS: Final = (7_200, 108_000)
TRIES_MAX: Final = 500


@dataclass(slots=True, kw_only=True)
class Stage:
    """What playing needs to know and to remember."""

    key: str
    rng: Random
    route: Route
    begin: datetime
    late: bool
    taken: list[datetime] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    elsewhere: Place | None = None

    @property
    def now(self) -> datetime:
        """When the step before happened, UTC."""
        return self.steps[-1].at.astimezone(UTC) if self.steps else self.begin


def play(lines: Sequence[StepLine | TravelLine], stage: Stage) -> tuple[Step, ...]:
    """All steps of the parcel, in their order. Raises StoryError for a place the route does not have."""
    for line in lines:
        if isinstance(line, TravelLine):
            _travel(line, stage)
        elif line.chance >= 1 or stage.rng.random() < line.chance:
            _step(line, stage)
    return tuple(stage.steps)


def _step(line: StepLine, stage: Stage) -> None:
    place = _place(line.point, stage, line.line)
    when = _moment(line, stage, place or stage.route.places[-1])
    detail = _detail(line, stage)
    _add(stage, line.situation, place, when, detail=detail, late=line.late)


def _moment(line: StepLine, stage: Stage, place: Place) -> datetime:
    seconds = _between(stage.rng, line.wait.span)
    if line.wait.kind == "after":
        return stage.now + timedelta(seconds=seconds + stage.rng.randint(0, 59))
    hour, rest = divmod(seconds, 3600)
    first = 1 if line.wait.kind == "tomorrow" else 0
    when = at_local(stage.now, hour, rest // 60, place, first) + timedelta(seconds=stage.rng.randint(0, 59))
    if when < stage.now + APART:
        when = at_local(stage.now, hour, rest // 60, place, first + 1)
    return when


def _detail(line: StepLine, stage: Stage) -> dict[str, str]:
    detail: dict[str, str] = {}
    for key, text in line.detail.items():
        if key == "eta":
            detail["eta_seconds"] = str(_between(stage.rng, _eta_span(text)))
        elif key == "fee":
            low, _, high = text.partition("..")
            detail["fee"] = f"{stage.rng.randint(int(low), int(high or low))}.{stage.rng.randint(0, 99):02d}"
        else:
            detail[key] = stage.rng.choice(text.split("|"))
    if line.situation == "handed_to_post":
        detail["partner_number"] = usps(stage.rng, stage.route.service, stage.rng.randint(1, 9_999_999))
    return detail


def _eta_span(text: str) -> Span:
    low, _, high = text.removeprefix("+").partition("..")
    seconds = {"m": 60, "h": 3600, "d": 86400}
    ends = [int(part[:-1]) * seconds[part[-1]] for part in (low, high or low)]
    return Span(low=ends[0], high=ends[1])


def _travel(line: TravelLine, stage: Stage) -> None:
    end = _index(line.end, stage.route, line.line)
    if line.start == "elsewhere":
        _leg(stage, _place("elsewhere", stage, line.line), end)
        return
    for index in range(_index(line.start, stage.route, line.line), end):
        _leg(stage, stage.route.places[index], index + 1)


def _leg(stage: Stage, start: Place | None, end: int) -> None:
    place = stage.route.places[end]
    start = start or place
    leave = stage.now + timedelta(seconds=stage.rng.randint(*DWELL_SECONDS))
    _add(stage, "departed", start, leave)
    hours = leg_hours(start, place, stage.route.service) * stage.rng.uniform(0.9, 1.25)
    situation = "arrived_hub" if end == len(stage.route.places) - 1 else "arrived"
    _add(stage, situation, place, stage.now + timedelta(seconds=int(hours * 3600)))


def _add(
    stage: Stage,
    situation: str,
    place: Place | None,
    when: datetime,
    *,
    detail: dict[str, str] | None = None,
    late: Span | None = None,
) -> None:
    when = _free_moment(stage, place, when.replace(microsecond=0))
    insort(stage.taken, when)
    delay = stage.rng.randint(*PUBLISH_SECONDS)
    if late is not None:
        delay = _between(stage.rng, late)
    elif stage.late and stage.rng.random() < LATE_SHARE:
        delay = stage.rng.randint(*LATE_SECONDS)
    stage.steps.append(
        Step(
            key=f"{stage.key}-{len(stage.steps):02d}",
            at=local(when, place) if place else when,
            situation=situation,
            place=place,
            detail=detail or {},
            published_at=when + timedelta(seconds=delay),
        )
    )


def _free_moment(stage: Stage, place: Place | None, when: datetime) -> datetime:
    for _ in range(TRIES_MAX):
        when = max(when, stage.now + APART) if stage.steps else when
        when = unambiguous(when, place) if place else when
        near = stage.taken[bisect_right(stage.taken, when - APART) :][:1]
        if not near or near[0] >= when + APART:
            return when
        when = near[0] + APART
    raise StoryError(f"{stage.key}: no free moment for a step; the story is too crowded")


def _between(rng: Random, span: Span) -> int:
    return rng.randint(span.low, span.high)


def _index(point: str, route: Route, line: int) -> int:
    last = len(route.places) - 1
    found = {
        "origin": 0,
        "hub": max(0, min(last - 1, (last + 1) // 2)),
        "last_hub": last - 1,
        "destination": last,
        "export": route.export_index,
        "customs": route.customs_index,
    }.get(point)
    if found is None:
        raise StoryError(f"line {line}: {point} needs a lane that crosses a border")
    return found


def _place(point: str, stage: Stage, line: int) -> Place | None:
    if point == "-":
        return None
    if point == "elsewhere":
        stage.elsewhere = stage.elsewhere or _off_route(stage)
        return stage.elsewhere
    return stage.route.places[_index(point, stage.route, line)]


def _off_route(stage: Stage) -> Place:
    """A city of the destination's country that the parcel has no business in."""
    places, destination = stage.route.places, stage.route.places[-1]
    others = [home for home in homes(destination.country) if home not in places]
    far = [home for home in others if distance_km(home, destination) > 200]
    return stage.rng.choice(far or others or [destination])
