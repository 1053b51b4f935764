"""Trees are grown here, with LightGBM (the extra `milepost[forecast]`), and handed on as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milepost.forecast.learned.trees import DEPTH_MAX, Floats, Trees, from_lightgbm

ROWS_MIN = 400
"""Fewer teach trees nothing that levels and effects do not know."""

OPTIONS: Mapping[str, Any] = {
    "objective": "quantile",
    "learning_rate": 0.07,
    "num_leaves": 31,
    "max_depth": DEPTH_MAX,
    "max_bin": 63,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
LEAF_PART = 0.001  # of the rows, at least in a leaf
LEAF_MIN = 30
TREES_FIRST = 40
ROWS_PER_TREE = 200
"""Few rows grow few trees: more would learn them by heart, and the windows would be too narrow."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one model learns: a share's edge of a target, on some rows or (None) on all."""

    target: Floats
    share: float = 0.5
    rows: NDArray[np.bool_] | None = None
    trees: int = 150
    draw: int = 0  # another draw of rows and features
    options: Mapping[str, Any] = field(default_factory=dict)


def grow(rows: Floats, names: tuple[str, ...], lessons: Mapping[str, Lesson], seed: int) -> Trees:
    """A model per lesson over the same features. The same seed and rows make the same trees."""
    lightgbm = import_module("lightgbm")
    dumps: dict[str, Any] = {}
    tables: dict[bytes | None, Any] = {}
    for model, lesson in lessons.items():
        which = None if lesson.rows is None else lesson.rows.tobytes()
        mine = slice(None) if lesson.rows is None else lesson.rows
        target = lesson.target[mine]
        leaf = max(LEAF_MIN, int(LEAF_PART * len(target)))
        options = {**OPTIONS, "alpha": lesson.share, "seed": seed + lesson.draw, "min_data_in_leaf": leaf}
        if which not in tables:
            tables[which] = lightgbm.Dataset(
                rows[mine], target, feature_name=list(names), params=options, free_raw_data=False
            ).construct()
        trees = min(lesson.trees, TREES_FIRST + len(target) // ROWS_PER_TREE)
        table = tables[which].set_label(target)
        dumps[model] = lightgbm.train({**options, **lesson.options}, table, trees).dump_model()
    return from_lightgbm(dumps)
