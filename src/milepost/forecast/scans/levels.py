"""What past stories say of a step: how long it takes from there, by kind of step, words, place and way.

The layer without a learning library. It also says how long the next gap usually is: the trees read that too.
"""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import NamedTuple

from milepost.forecast.hierarchy import Hierarchy
from milepost.forecast.scans.misses import Misses
from milepost.forecast.scans.story import Step, Story, hours_between
from milepost.forecast.scans.yardsticks import (
    NONE,
    Fit,
    Kind,
    Yardsticks,
    hours_of,
    measured,
    value_of,
)
from milepost.model.forecasts import MEDIAN

HALF_LIFE_DAYS = 60.0
RECENT_DAYS = 2.0  # half-life of "how it runs these days"
SHRINKAGE = 6.0
MISSES_MIN = 40  # below, the misses of all kinds measured alike count
WORD_COLUMNS_MAX = 6
VALUES_SHARE_MAX = 0.2  # a column with a new word on every fifth row names things, not sorts of things
COLD_LOG_HOURS = 3.0  # about a day, when nothing measures it
COLD = (-1.6, -1.2, -0.6, 0.0, 0.6, 1.2, 1.6)
"""Log-time misses before anything was seen: a factor of five either way, and it says so."""


class Level(NamedTuple):
    """What is known of a story's last step before it is over."""

    kind: Kind
    fit: Fit
    figure: float
    adds: tuple[float, ...]  # what kind, words, place and way each add
    seen: float  # parcels that the finest key remembers
    recent: float  # what the last days add to it
    value: float  # the adds together
    hours: float  # remaining, as these say


class ScanLevels:
    """Levels of remaining time and of gaps. Everything observed is in the past of what is asked."""

    def __init__(
        self,
        arrivals: Yardsticks,
        gaps: Yardsticks,
        word_columns: Sequence[str] = (),
        *,
        half_life_days: float = HALF_LIFE_DAYS,
    ) -> None:
        self.arrivals = arrivals
        self.gaps = gaps
        self.word_columns = tuple(word_columns)
        self._left = Hierarchy(half_life_days, SHRINKAGE)
        self._recent = Hierarchy(RECENT_DAYS, SHRINKAGE)
        self._gaps = Hierarchy(half_life_days, SHRINKAGE)
        self._misses: dict[Hashable, Misses] = {}

    @property
    def depth(self) -> int:
        """How many keys a step has."""
        return len(self.word_columns) + 3

    def level(self, story: Story) -> Level:
        """At the story's last step."""
        step = story.steps[-1]
        kind, fit, figure = _fitted(self.arrivals, story)
        keys = self._keys(kind, step)
        at = _days(step.at)
        adds = tuple(self._left.adds(key, at) for key in keys)
        recent = self._recent.adds(keys[0], at)
        value = sum(adds)
        return Level(
            kind,
            fit,
            figure,
            adds,
            self._left.seen(keys[-1], at),
            recent,
            value,
            hours_of(fit, figure, value),
        )

    def gap(self, story: Story) -> float:
        """Usual hours from the story's last step to the next scan or to arrival."""
        step = story.steps[-1]
        kind, fit, figure = _fitted(self.gaps, story)
        return hours_of(fit, figure, self._gaps.level(self._keys(kind, step), _days(step.at)))

    def misses(self, level: Level) -> tuple[float, ...]:
        """By how much the level was missed at each of SHARES, in the fit's own unit."""
        for key in (level.kind, level.fit.yardstick):
            kept = self._misses.get(key)
            if kept is not None and kept.seen >= MISSES_MIN:
                return kept.shares()
        if level.fit.yardstick.is_sum:
            return tuple(score * 4 for score in COLD)
        return COLD

    def hours(self, level: Level) -> tuple[float, ...]:
        """Remaining hours at each of SHARES."""
        return tuple(hours_of(level.fit, level.figure, level.value + miss) for miss in self.misses(level))

    def median(self, level: Level) -> float:
        """Remaining hours, half above and half below."""
        return hours_of(level.fit, level.figure, level.value + self.misses(level)[MEDIAN])

    def observe_gap(self, story: Story, end: datetime) -> None:
        """The story's last step was followed by a scan or by arrival at `end`."""
        step = story.steps[-1]
        hours = hours_between(step.at, end)
        if hours > 0:
            kind, fit, figure = _fitted(self.gaps, story)
            self._gaps.observe(self._keys(kind, step), _days(end), value_of(fit, figure, hours))

    def observe_arrival(self, story: Story) -> None:
        """It is over: each of its steps learns how long it took from there."""
        if story.delivered_at is None:
            return
        at = _days(story.delivered_at)
        for count, step in enumerate(story.steps, 1):
            hours = hours_between(step.at, story.delivered_at)
            if hours <= 0:
                continue
            kind, fit, figure = _fitted(self.arrivals, story.so_far(count))
            keys = self._keys(kind, step)
            value = value_of(fit, figure, hours)
            miss = value - self._left.level(keys, at)
            for key in (kind, fit.yardstick):
                self._misses.setdefault(key, Misses()).add(miss)
            self._left.observe(keys, at, value)
            self._recent.observe(keys[:1], at, value)

    def _keys(self, kind: Kind, step: Step) -> list[Hashable]:
        keys: list[Hashable] = [kind]
        keys += [(kind, name, step.words.get(name, "")) for name in self.word_columns]
        keys += [(kind, step.place), (kind, step.place, step.to_place)]
        return keys


def word_columns(stories: Sequence[Story]) -> tuple[str, ...]:
    """Columns of words that sort the steps rather than name each of them; the coarsest first."""
    seen: dict[str, set[str]] = {}
    steps = 0
    for story in stories:
        steps += len(story.steps)
        for step in story.steps:
            for name, word in step.words.items():
                seen.setdefault(name, set()).add(word)
    sorting = [name for name, words in seen.items() if 1 < len(words) <= VALUES_SHARE_MAX * steps]
    return tuple(sorted(sorting, key=lambda name: (len(seen[name]), name))[:WORD_COLUMNS_MAX])


def _fitted(yardsticks: Yardsticks, story: Story) -> tuple[Kind, Fit, float]:
    """The kind of the last step and what its yardstick shows; one that shows nothing gives way to none."""
    step = story.steps[-1]
    kind = yardsticks.kind_of(story)
    fit = yardsticks.fit_of(kind)
    figure = measured(fit.yardstick, step)
    if figure is None:
        return (kind[0] + "?", kind[1]), Fit(NONE, COLD_LOG_HOURS, 1.0), 1.0
    return kind, fit, figure


def _days(at: datetime) -> float:
    return at.timestamp() / 86_400
