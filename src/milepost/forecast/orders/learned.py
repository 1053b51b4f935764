"""What trees add to levels and effects: who is slower than his lane, and how wide the window is.

They learn how orders of one week differ from each other, and nothing of how weeks do: the level is the
history's alone. A model that may learn levels says of next month what was true of last month.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from milepost.forecast.learned.growing import ROWS_MIN, Lesson, grow
from milepost.forecast.learned.trees import Floats, Trees
from milepost.forecast.orders.features import Columns
from milepost.forecast.orders.rows import Stage
from milepost.forecast.orders.ways import PART_MIN_DAYS
from milepost.model.forecasts import MEDIAN, SHARES

WEEK_DAYS = 7
SETTLED_DAYS = 14.0
"""Orders of the last two weeks before training are left out: of these only the fast ones are there."""

OWN, LEVEL = "half", "half_by_level"
PLACED = tuple(f"half_with_places_{draw}" for draw in range(3))
"""Grown of the rows with places alone: few rows, so that the mean of several draws is better than one."""

EDGES = tuple(share for share in SHARES if share != 0.5)
EDGE_TREES = 60
PLACED_TREES = 80
CENTERED_BY = 4000  # of the rows that were learned from, the last
FOLLOW = 0.01
"""How quickly the running mean of models' own levels follows; needs no outcome, so it may be quick."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Orders at one stage, ready for trees: a line each."""

    features: Floats
    at: Floats  # days since 1970
    base: Floats  # log days that levels and effects say are left
    level: Floats  # log days of the network alone
    has_places: NDArray[np.bool_]

    def some(self, which: NDArray[np.bool_]) -> "Rows":
        return Rows(*(getattr(self, name)[which] for name in self.__slots__))


@dataclass(slots=True, eq=False)
class Learned:
    """One stage's trees. `centers` follow what its models say beyond the base, on average."""

    columns: Columns
    trees: Trees
    centers: dict[str, float]

    def log_days(self, rows: Rows) -> Floats:
        """Log days left at each of the seven shares, a line per row; rows in order of time."""
        answers = dict(zip(self.trees.models, self.trees.predict(rows.features).T, strict=True))
        told = {OWN: answers[OWN], LEVEL: answers[LEVEL] + rows.level - rows.base}
        told |= {name: answers[name] for name in PLACED if name in answers}
        centered = {name: self._centered(name, values, rows) for name, values in told.items()}
        middle = (centered[OWN] + centered[LEVEL]) / 2
        placed = [centered[name] for name in PLACED if name in centered]
        if placed:
            middle = np.where(rows.has_places, (middle + np.mean(placed, axis=0)) / 2, middle)
        found = np.empty((len(middle), len(SHARES)))
        for at, share in enumerate(SHARES):
            found[:, at] = middle if at == MEDIAN else middle + answers[edge(share)] - answers[OWN]
        found[:, :MEDIAN] = np.minimum(found[:, :MEDIAN], middle[:, None])
        found[:, MEDIAN:] = np.maximum(found[:, MEDIAN:], middle[:, None])
        return np.sort(found, axis=1) + rows.base[:, None]

    def _centered(self, name: str, told: Floats, rows: Rows) -> Floats:
        """Without the model's own opinion of the level: what it adds to the base has a mean of nothing."""
        center = self.centers[name]
        found = np.empty_like(told)
        counts = rows.has_places if name in PLACED else np.ones(len(told), dtype=bool)
        for at, (value, is_counted) in enumerate(zip(told.tolist(), counts.tolist(), strict=True)):
            found[at] = value - center
            if is_counted:
                center += FOLLOW * (max(-1.0, min(value - center, 1.0)))
        self.centers[name] = center
        return found


def learn(rows: Rows, took: Floats, columns: Columns, stage: Stage, seed: int) -> Learned | None:
    """From what orders took, in days; None when they are too few. The trees' centers start at their mean."""
    if len(took) < ROWS_MIN:
        return None
    log_took = np.log(np.maximum(took, PART_MIN_DAYS))
    own = _within_weeks(log_took - rows.base, rows.at)
    by_level = _within_weeks(log_took - rows.level, rows.at)
    lessons = {OWN: Lesson(own), LEVEL: Lesson(by_level)}
    if ROWS_MIN <= rows.has_places.sum() < len(took):
        lessons |= {
            name: Lesson(own, rows=rows.has_places, trees=PLACED_TREES, draw=draw)
            for draw, name in enumerate(PLACED)
        }
    lessons |= {edge(share): Lesson(own, share, trees=EDGE_TREES) for share in EDGES}
    trees = grow(rows.features, columns.names(stage), lessons, seed)
    found = Learned(columns, trees, dict.fromkeys((OWN, LEVEL, *PLACED), 0.0))
    last = rows.some(np.arange(len(took)) >= len(took) - CENTERED_BY)
    answers = dict(zip(trees.models, trees.predict(last.features).T, strict=True))
    found.centers[OWN] = float(answers[OWN].mean())
    found.centers[LEVEL] = float((answers[LEVEL] + last.level - last.base).mean())
    for name in PLACED:
        if name in answers and last.has_places.any():
            found.centers[name] = float(answers[name][last.has_places].mean())
    return found


def edge(share: float) -> str:
    """The name of the model for one edge."""
    return f"share_{share * 100:.0f}"


def _within_weeks(target: Floats, at: Floats) -> Floats:
    """Each week's orders against that week's middle one."""
    weeks = (at // WEEK_DAYS).astype(int)
    found = target.copy()
    for week in np.unique(weeks):
        mine = weeks == week
        found[mine] -= np.median(target[mine])
    return found


def settled(at: Floats, delivered_at: Floats, now: float) -> NDArray[np.bool_]:
    """What may be learned from at an instant: delivered by then, and of a time of which most are."""
    return (delivered_at < now) & (at < now - SETTLED_DAYS)
