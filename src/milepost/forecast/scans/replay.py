"""A history lived through once more, in order of time: each scan foreseen with what was known at its instant.

A story teaches only after its arrival. Of things at one instant, scans come first, then arrivals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from milepost.forecast.scans.features import Columns, Trail, columns_of, row_of
from milepost.forecast.scans.levels import ScanLevels, word_columns
from milepost.forecast.scans.story import Story, hours_between
from milepost.forecast.scans.yardsticks import Kind, choose
from milepost.model.forecasts import MEDIAN

GROWN_BY = 1.25
"""Learned anew when so much more has arrived since the last time."""

REFITS_MAX = 3
PROGRESS_EVERY = 500


class Learner(Protocol):
    """What the learned layer must be able to do; `learned.py` fills it with LightGBM."""

    name: str

    def learn(self, seen: Sequence["Seen"]) -> bool:
        """From steps whose stories have arrived, in order of arrival. False: too few."""

    def foresee(self, seen: Sequence["Seen"]) -> None:
        """Sets `learned_h` of each."""


@dataclass(slots=True)
class Seen:
    """One step as it stood when it was scanned. `left_h` is the answer: to score, and to learn later."""

    story: int
    nth: int  # which scan of its story, from 1
    at: datetime
    row: list[float]
    kind: Kind
    level_h: float
    plan_h: float  # what the plan says is left, may be below zero; without a plan the level
    left_h: float | None  # None: never arrived
    shares_h: tuple[float, ...]  # of the levels alone
    learned_h: tuple[float, ...] = ()

    @property
    def told_h(self) -> tuple[float, ...]:
        """What would have been shown."""
        return self.learned_h or self.shares_h


class Happening(NamedTuple):
    """What comes next on the clock: `nth` scan of a story, or 0 for its arrival."""

    at: datetime
    is_arrival: bool
    story: int
    nth: int


@dataclass(slots=True)
class Past:
    """What a replay made: every step in order of time."""

    levels: ScanLevels
    columns: Columns
    seen: list[Seen] = field(default_factory=list)
    refits: int = 0


def replay(
    stories: Sequence[Story],
    score_from: datetime,
    learner: Learner | None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Past:
    """Foresee every step. Columns and yardsticks are chosen from stories over before `score_from`, only."""
    past = _chosen(stories, score_from)
    happenings = _in_order(stories)
    trails: dict[int, Trail] = {}
    steps_of: dict[int, list[Seen]] = {}
    arrived: list[Seen] = []
    waiting: list[Seen] = []
    learned_from = 0
    for done, (at, is_arrival, number, nth) in enumerate(happenings):
        if done % PROGRESS_EVERY == 0:
            progress(done, len(happenings))
        if (
            at >= score_from
            and learner
            and past.refits < REFITS_MAX
            and len(arrived) > learned_from * GROWN_BY
        ):
            _foresee(learner, past, waiting)
            past.refits += learner.learn(arrived)
            learned_from = len(arrived)
        story = stories[number]
        if is_arrival:
            past.levels.observe_gap(story, at)
            past.levels.observe_arrival(story)
            arrived += steps_of.pop(number, [])
            continue
        if nth > 1:
            past.levels.observe_gap(story.so_far(nth - 1), at)
        seen = _see(story, number, nth, past, trails.setdefault(number, Trail()))
        past.seen.append(seen)
        if seen.left_h is not None:
            steps_of.setdefault(number, []).append(seen)
        if at >= score_from:
            waiting.append(seen)
    _foresee(learner, past, waiting)
    progress(len(happenings), len(happenings))
    return past


def first_estimates(past: Past) -> list[float]:
    """For each step, what the first forecast of its story left over: hours, never below zero."""
    ends: dict[int, tuple[datetime, float]] = {}
    found = []
    for seen in past.seen:
        at, hours = ends.setdefault(seen.story, (seen.at, seen.told_h[MEDIAN]))
        found.append(max(hours - hours_between(at, seen.at), 0.0))
    return found


def _chosen(stories: Sequence[Story], score_from: datetime) -> Past:
    known = [story for story in stories if story.delivered_at is not None and story.delivered_at < score_from]
    words = word_columns(known)
    numbers = sorted({name for story in known for step in story.steps for name in step.numbers})
    levels = ScanLevels(choose(known, numbers), choose(known, numbers, to_next=True), words)
    return Past(levels, columns_of(known, words, levels.depth))


def _in_order(stories: Sequence[Story]) -> list[Happening]:
    found = [
        Happening(step.at, is_arrival=False, story=number, nth=nth)
        for number, story in enumerate(stories)
        for nth, step in enumerate(story.steps, 1)
    ]
    found += [
        Happening(story.delivered_at, is_arrival=True, story=number, nth=0)
        for number, story in enumerate(stories)
        if story.delivered_at is not None
    ]
    return sorted(found)


def _see(story: Story, number: int, nth: int, past: Past, trail: Trail) -> Seen:
    so_far = story.so_far(nth)
    row, level, median_h = row_of(so_far, past.levels, past.columns, trail)
    at, planned_at = so_far.steps[-1].at, so_far.steps[-1].planned_at
    plan_h = hours_between(at, planned_at) if planned_at is not None else median_h
    left_h = hours_between(at, story.delivered_at) if story.delivered_at is not None else None
    shares_h = past.levels.hours(level)
    return Seen(number, nth, at, row, level.kind, median_h, plan_h, left_h, shares_h)


def _foresee(learner: Learner | None, past: Past, waiting: list[Seen]) -> None:
    if learner is not None and past.refits and waiting:
        learner.foresee(waiting)
    waiting.clear()
