"""Trees over the forecast of a parcel: how much sooner or later than told, and how far around that.

They learn what is left over by levels, service guides and the carrier's date; so they begin with nothing, and
a parcel that looks like none they know keeps what it was told. Growing takes the extra `milepost[forecast]`;
asking takes numpy alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from milepost.forecast.learned.growing import Lesson, grow
from milepost.forecast.learned.trees import Trees, from_bytes, to_bytes
from milepost.forecast.parcels.features import NAMES
from milepost.forecast.spreads import mixed, spread_of
from milepost.model.forecasts import SHARES, Spread

ROWS_MIN = 600
"""Stages of parcels; fewer teach trees nothing."""

TREES = 40
OPTIONS = {"num_leaves": 15, "max_depth": 5, "learning_rate": 0.08}
"""Small: seven forests are asked for each forecast, in the transaction that hears of a scan."""

TRUST = 0.7
"""How much of what is said is theirs; the rest stays as it was, for parcels of which they saw few."""

LEFT_MIN_H = 1.0
SOONER_MAX, LATER_MAX = -2.5, 2.2
"""Log time: a parcel that strayed further has a story of its own, and no tree should tell it of another."""

MODELS = tuple(f"share_{100 * share:.0f}" for share in SHARES)
SEED = 5


@dataclass(frozen=True, slots=True, eq=False)
class ParcelTrees:
    """Seven forests, one for each of SHARES: log time beyond the median that was told without them."""

    trees: Trees

    def spread(self, told: Spread, row: Sequence[float]) -> Spread:
        """The same forecast with what they add. `row` as of features.row_of."""
        point = max(told.point, LEFT_MIN_H)
        moves = self.trees.predict(np.array([row]))[0].tolist()
        own = spread_of([point * exp(move) for move in sorted(moves)])
        return mixed([told, own], [1 - TRUST, TRUST])

    def to_bytes(self) -> bytes:
        """As they are kept: arrays, nothing that runs."""
        return to_bytes(self.trees, {"of": "parcels"})


def read_trees(kept: bytes) -> ParcelTrees:
    """Raises TreesError for anything that is not exactly what was written."""
    return ParcelTrees(from_bytes(kept)[0])


def grown(rows: Sequence[Sequence[float]], told_h: Sequence[float], took_h: Sequence[float]) -> ParcelTrees:
    """From rows, the medians that were told, and what came, in hours."""
    strayed = [log(max(took, 0.1) / max(told, LEFT_MIN_H)) for told, took in zip(told_h, took_h, strict=True)]
    target = np.clip(np.array(strayed), SOONER_MAX, LATER_MAX)
    lessons = {
        model: Lesson(target, share, trees=TREES, options=OPTIONS)
        for model, share in zip(MODELS, SHARES, strict=True)
    }
    return ParcelTrees(grow(np.array(rows, dtype=float), NAMES, lessons, SEED))
