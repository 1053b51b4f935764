"""What trees add to levels and effects: who is slower than his lane, and how wide the window is.

They learn how orders of one week differ from each other, and nothing of how weeks do: the level is the
history's alone. A model that may learn levels says of next month what was true of last month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

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
GENERAL = 2  # models that are asked of every row
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
        answers = self.trees.predict(rows.features)
        column = {name: at for at, name in enumerate(self.trees.models)}
        answers[:, column[LEVEL]] += rows.level - rows.base
        middle = self._middles(answers, column, rows.has_places)
        edges = answers[:, [column[edge(share)] for share in EDGES]] - answers[:, [column[OWN]]]
        below, above = np.minimum(edges[:, :MEDIAN], 0.0), np.maximum(edges[:, MEDIAN:], 0.0)
        widths = np.sort(np.concatenate((below, np.zeros((len(middle), 1)), above), axis=1), axis=1)
        found: Floats = widths + (middle + rows.base)[:, None]
        return found

    def _middles(self, answers: Floats, column: Mapping[str, int], has_places: NDArray[np.bool_]) -> Floats:
        """The mean of the models, each without its own opinion of the level (its running center)."""
        names = [name for name in (OWN, LEVEL, *PLACED) if name in column]
        centers = [self.centers[name] for name in names]
        found = []
        for row, is_placed in zip(
            answers[:, [column[name] for name in names]].tolist(), has_places.tolist(), strict=True
        ):
            values = [value - center for value, center in zip(row, centers, strict=True)]
            middle = (values[0] + values[1]) / 2
            if is_placed and len(values) > GENERAL:
                middle = (middle + fmean(values[GENERAL:])) / 2
            found.append(middle)
            for at in range(len(values) if is_placed else GENERAL):
                centers[at] += FOLLOW * max(-1.0, min(values[at], 1.0))
        self.centers.update(zip(names, centers, strict=True))
        return np.array(found)


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
