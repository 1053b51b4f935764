"""The forecast of one parcel after its last scan, and as time passes without another.

Fed in order of time: `observe` each story when a scan was added and when it is over; ask `spread` any time.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from milepost.forecast.scans.features import Columns, Trail, columns_of, row_of
from milepost.forecast.scans.levels import ScanLevels, word_columns
from milepost.forecast.scans.story import Story, hours_between
from milepost.forecast.scans.waiting import left_after
from milepost.forecast.scans.yardsticks import Kind, choose
from milepost.forecast.spreads import spread_of
from milepost.model.forecasts import Spread

TRAILS_MAX = 50_000
"""Open stories whose expectations are kept in mind; of an older one they are worked out again."""


class Trees(Protocol):
    """What a learned layer answers for one row: the hours at each of SHARES."""

    def hours_of(self, row: Sequence[float], level_h: float, plan_h: float, kind: Kind) -> Sequence[float]:
        """Remaining hours at the scan itself."""


class ScansModel:
    """Levels, and trees when there are any. Made from past stories; learns from each one that is observed."""

    def __init__(self, history: Sequence[Story] = (), trees: Trees | None = None) -> None:
        known = sorted(
            (story for story in history if story.delivered_at is not None),
            key=lambda story: story.steps[0].at,
        )
        words = word_columns(known)
        numbers = sorted({name for story in known for step in story.steps for name in step.numbers})
        self._levels = ScanLevels(choose(known, numbers), choose(known, numbers, to_next=True), words)
        self._columns: Columns = columns_of(known, words, self._levels.depth)
        self._trees = trees
        self._trails: OrderedDict[str, tuple[int, Trail]] = OrderedDict()
        for story in known:
            self._observe_whole(story)

    def spread(self, story: Story, now: datetime) -> Spread | None:
        """The hours that remain at `now` (aware), given that nothing came since the last scan.

        None without a scan, after arrival, or when `now` is before the last scan.
        """
        if not story.steps or story.delivered_at is not None or now < story.steps[-1].at:
            return None
        row, level, median_h = row_of(story, self._levels, self._columns, self._trail_before(story))
        hours: Sequence[float] = self._levels.hours(level)
        if self._trees is not None:
            last = story.steps[-1]
            plan_h = hours_between(last.at, last.planned_at) if last.planned_at is not None else median_h
            hours = self._trees.hours_of(row, median_h, plan_h, level.kind)
        return left_after(spread_of(hours), hours_between(story.steps[-1].at, now))

    def observe(self, story: Story) -> None:
        """A scan was added to the story, or it is over. Call once for each, in order of time."""
        if story.delivered_at is not None:
            self._levels.observe_gap(story, story.delivered_at)
            self._levels.observe_arrival(story)
            self._trails.pop(story.key, None)
        elif len(story.steps) > 1:
            self._levels.observe_gap(story.so_far(len(story.steps) - 1), story.steps[-1].at)

    def _observe_whole(self, story: Story) -> None:
        for count in range(2, len(story.steps) + 1):
            self.observe(story.so_far(count))
        self.observe(story)

    def _trail_before(self, story: Story) -> Trail:
        """What the steps before the last were expected to do, kept as it was said then."""
        count, kept = self._trails.get(story.key, (0, Trail()))
        if count > len(story.steps) - 1:
            count, kept = 0, Trail()
        for nth in range(count + 1, len(story.steps)):
            row_of(story.so_far(nth), self._levels, self._columns, kept)
        self._trails[story.key] = (len(story.steps) - 1, kept)
        self._trails.move_to_end(story.key)
        while len(self._trails) > TRAILS_MAX:
            self._trails.popitem(last=False)
        return Trail(kept.first_level_h, kept.surprise_h, kept.next_gap_h)
