"""What the remaining time is measured with at a step: a plan, a distance, a routing time, or nothing at all.

Files differ in what they know. Each yardstick is tried on the earlier half of the history and judged on the
later half, per kind of step; the one that errs least is taken there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log
from statistics import median
from typing import NamedTuple

from milepost.forecast.scans.story import Step, Story, hours_between

HOURS_MIN = 1 / 60
ROWS_MIN = 40
"""Fewer rows of a kind choose nothing; the whole file chooses for them."""

KNOWN_SHARE_MIN = 0.9  # a column that is often empty measures nothing by itself
SAME_UNIT = log(1.6)  # a figure this near to the remaining time, in some unit, is one of time
UNITS_H = (1.0, 1 / 60, 24.0, 1 / 3600)
WORDS_MAX = 40  # more different step words than this are free text, not kinds of step
NTH_MAX = 5
ANY = ("", -1)

Kind = tuple[str, int]
"""Which sort of step: its word, and how many legs are left (or which scan it is)."""


class Yardstick(NamedTuple):
    """`name` of a column, "plan" or "" (nothing); how many hours its unit is; whether a sum or a ratio."""

    name: str
    unit_h: float
    is_sum: bool  # remaining = figure + x; else remaining = figure times x


NONE = Yardstick("", 1.0, is_sum=False)
PLAN = "plan"


class Fit(NamedTuple):
    """A yardstick in use: what to add (hours) or multiply by (log), and the usual miss in the same unit."""

    yardstick: Yardstick
    center: float
    scale: float


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """The chosen yardstick of each kind of step, and of all others."""

    kinds: Mapping[Kind, Fit]
    words: frozenset[str]  # step words that make a kind

    def kind_of(self, story: Story) -> Kind:
        """Of the story's last step."""
        return kind_of(story, self.words)

    def fit_of(self, kind: Kind) -> Fit:
        """The yardstick for this kind, or the one for all."""
        return self.kinds.get(kind) or self.kinds[ANY]


def kind_of(story: Story, words: frozenset[str]) -> Kind:
    """Of the story's last step; a word too rare to know says nothing."""
    last = story.steps[-1]
    nth = last.legs_left if last.legs_left is not None else min(len(story.steps), NTH_MAX)
    return (last.word if last.word in words else "", nth)


def measured(yardstick: Yardstick, step: Step) -> float | None:
    """Hours (or any figure, for a ratio) that the yardstick shows at this step; None when it is silent."""
    if not yardstick.name:
        return 1.0
    if yardstick.name == PLAN:
        if step.planned_at is None:
            return None
        left = hours_between(step.at, step.planned_at)
        return left if yardstick.is_sum else max(left, HOURS_MIN)
    figure = step.numbers.get(yardstick.name)
    if figure is None or (figure <= 0 and not yardstick.is_sum):
        return None
    return figure * yardstick.unit_h


def value_of(fit: Fit, figure: float, hours: float) -> float:
    """What the remaining hours add to the fit, in its usual misses (a sum) or in log time (a ratio)."""
    if fit.yardstick.is_sum:
        return (hours - figure - fit.center) / fit.scale
    return log(max(hours, HOURS_MIN) / max(figure, 1e-9)) - fit.center


def hours_of(fit: Fit, figure: float, value: float) -> float:
    """The inverse of `value_of`; never below a minute."""
    if fit.yardstick.is_sum:
        return max(figure + fit.center + value * fit.scale, HOURS_MIN)
    return max(figure * exp(min(fit.center + value, 20.0)), HOURS_MIN)


def choose(stories: Sequence[Story], numbers: Iterable[str], *, to_next: bool = False) -> Yardsticks:
    """From stories in order of time: what measures the hours to arrival, or (`to_next`) to the next scan.

    With nothing to learn from, everything is measured with nothing.
    """
    words = _kind_words(stories)
    rows: dict[Kind, list[tuple[Step, float]]] = defaultdict(list)
    for story in stories:
        for count, (step, end) in enumerate(zip(story.steps, _ends(story, to_next=to_next), strict=True), 1):
            if end is not None and (hours := hours_between(step.at, end)) > 0:
                rows[kind_of(story.so_far(count), words)].append((step, hours))
                rows[ANY].append((step, hours))
    if not rows:
        return Yardsticks({ANY: Fit(NONE, log(24.0), 1.0)}, words)
    tried = _candidates(rows[ANY], sorted(numbers))
    kinds = {kind: _best(found, tried) for kind, found in rows.items() if len(found) >= ROWS_MIN}
    kinds.setdefault(ANY, _fit(NONE, rows[ANY]))
    return Yardsticks(kinds, words)


def _ends(story: Story, *, to_next: bool) -> list[datetime | None]:
    """For each step, the instant that is foreseen from it."""
    if not to_next:
        return [story.delivered_at] * len(story.steps)
    return [*(step.at for step in story.steps[1:]), story.delivered_at]


def _kind_words(stories: Iterable[Story]) -> frozenset[str]:
    words = {step.word for story in stories for step in story.steps}
    return frozenset(words) if len(words) <= WORDS_MAX else frozenset()


def _candidates(rows: Sequence[tuple[Step, float]], numbers: Sequence[str]) -> list[Yardstick]:
    """Nothing, the plan, and each column that is nearly always there and above zero."""
    found = [NONE]
    if sum(step.planned_at is not None for step, _ in rows) >= KNOWN_SHARE_MIN * len(rows):
        found += [Yardstick(PLAN, 1.0, is_sum=True), Yardstick(PLAN, 1.0, is_sum=False)]
    for name in numbers:
        ratios = [
            log(hours / figure)
            for step, hours in rows
            if (figure := step.numbers.get(name)) is not None and figure > 0
        ]
        if len(ratios) < KNOWN_SHARE_MIN * len(rows):
            continue
        found.append(Yardstick(name, 1.0, is_sum=False))
        usual = median(ratios)
        unit = min(UNITS_H, key=lambda hours: abs(usual - log(hours)))
        if abs(usual - log(unit)) <= SAME_UNIT:
            found.append(Yardstick(name, unit, is_sum=True))
    return found


def _best(rows: Sequence[tuple[Step, float]], tried: Sequence[Yardstick]) -> Fit:
    """Fitted on the earlier half, judged on the later one, then fitted on all."""
    half = len(rows) // 2
    return _fit(min(tried, key=lambda found: _error(_fit(found, rows[:half]), rows[half:])), rows)


def _fit(yardstick: Yardstick, rows: Sequence[tuple[Step, float]]) -> Fit:
    shown = [(figure, hours) for step, hours in rows if (figure := measured(yardstick, step)) is not None]
    if not shown:
        return Fit(yardstick, 0.0, 1.0)
    bare = Fit(yardstick, 0.0, 1.0)
    values = [value_of(bare, figure, hours) for figure, hours in shown]
    center = median(values)
    return Fit(yardstick, center, max(median(abs(value - center) for value in values), HOURS_MIN))


def _error(fit: Fit, rows: Sequence[tuple[Step, float]]) -> float:
    """Mean absolute hours; a row on which the yardstick shows nothing counts as wholly wrong."""
    wrong = 0.0
    for step, hours in rows:
        figure = measured(fit.yardstick, step)
        wrong += hours if figure is None else abs(hours - hours_of(fit, figure, 0.0))
    return wrong / max(len(rows), 1)
