"""The learned layer over scans: trees on what the level of a step misses, in hours and in log time, mixed.

Needs the extra `milepost[forecast]` to learn. The mixture is settled on the newest part of the history, which
the trees have not seen; then they are grown once more on all of it. Windows come of how far such forecasts
were off lately, per kind of step: first on that newest part, then on what arrives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import exp, log
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from milepost.forecast.learned.trees import DEPTH_MAX
from milepost.forecast.scans.misses import Misses
from milepost.forecast.scans.replay import Seen
from milepost.forecast.scans.yardsticks import HOURS_MIN, Kind
from milepost.model.forecasts import MEDIAN, SHARES

ROWS_MIN = 300
"""Fewer steps teach trees nothing that levels do not know."""

HELD_BACK = 0.2  # the newest stories, for the mixture and the first windows
ROUNDS_MAX = 300
PATIENCE = 30
MISSES_MIN = 60  # of a kind; below, the misses of all kinds make its window

GROWN = ((False, 0), (True, 0), (False, 1))
"""What trees are grown on: hours missed by the level, log time missed by it, hours missed by the plan."""

MIXTURES = tuple(
    (a / 4, b / 4, c / 4, (4 - a - b - c) / 4)
    for a in range(5) for b in range(5 - a) for c in range(5 - a - b)
)  # fmt: skip
"""Weights of the three, and of the level itself."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Steps in order of their story's arrival; `bases_h`: what the level and the plan say remains."""

    features: Array
    bases_h: Array
    left_h: Array

    def part(self, start: int, end: int) -> "Rows":
        """The rows from `start` to before `end`."""
        return Rows(self.features[start:end], self.bases_h[start:end], self.left_h[start:end])


@dataclass(frozen=True, slots=True)
class Learned:
    """Trees for the median: one forest for each of GROWN, and how they are mixed."""

    forests: Sequence[Any]
    mixture: tuple[float, ...]
    rows: int

    def medians(self, features: Array, bases_h: Array) -> Array:
        """Remaining hours, half above and half below; never under a minute."""
        told = _mixed(_answers(self.forests, features, bases_h), bases_h, self.mixture)
        return np.maximum(told, HOURS_MIN)


class Windows:
    """How far medians of one kind of step were off, in hours and in log time; and which of the two fits."""

    def __init__(self) -> None:
        self._misses: dict[tuple[Kind | None, bool], Misses] = {}
        self._is_log: dict[Kind | None, bool] = {}

    def missed(self, kind: Kind, median_h: float, left_h: float) -> None:
        """One forecast and what came."""
        for is_log in (False, True):
            miss = _miss(median_h, left_h, is_log=is_log)
            for key in (kind, None):
                self._misses.setdefault((key, is_log), Misses()).add(miss)

    def choose(self, told: Sequence[tuple[Kind, float, float]]) -> None:
        """Per kind, the sort of misses whose edges met these (kind, median, what remained) best."""
        for key in (None, *{kind for kind, _, _ in told}):
            own = [(median_h, left_h) for kind, median_h, left_h in told if key in (None, kind)]
            self._is_log[key] = self._loss(key, own, is_log=True) < self._loss(key, own, is_log=False)

    def hours(self, kind: Kind, median_h: float) -> tuple[float, ...]:
        """Hours at each of SHARES around a median."""
        own = self._misses.get((kind, False))
        key = kind if own is not None and own.seen >= MISSES_MIN else None
        return self._around(key, median_h, is_log=self._is_log.get(key, True))

    def _around(self, key: Kind | None, median_h: float, *, is_log: bool) -> tuple[float, ...]:
        misses = self._misses.get((key, is_log))
        if misses is None:
            return (median_h,) * len(SHARES)
        moves = [0.0 if place == MEDIAN else move for place, move in enumerate(misses.shares())]
        found = [median_h * exp(move) if is_log else max(median_h + move, 0.0) for move in moves]
        return tuple(
            min(hour, median_h) if place < MEDIAN else max(hour, median_h) for place, hour in enumerate(found)
        )

    def _loss(self, key: Kind | None, own: Sequence[tuple[float, float]], *, is_log: bool) -> float:
        """The pinball loss of the two 80 % edges."""
        loss = 0.0
        for median_h, left_h in own:
            hours = self._around(key, median_h, is_log=is_log)
            for place in (1, 5):
                miss = left_h - hours[place]
                loss += max(SHARES[place] * miss, (SHARES[place] - 1) * miss)
        return loss


class TreeLearner:
    """Fills `replay.Learner`: learns from steps that have arrived, foresees the next in order of time."""

    name = "levels and trees"

    def __init__(self, seed: int = 5) -> None:
        self._seed = seed
        self._windows = Windows()
        self._pending: list[tuple[float, int, Kind, float, float]] = []
        self._told = 0
        self.learned: Learned | None = None

    def learn(self, seen: Sequence[Seen]) -> bool:
        """From steps in order of their story's arrival. False: too few; the last model stays."""
        kept = [step for step in seen if step.left_h is not None and step.left_h > 0]
        start = _newest(kept)
        if len(kept) < ROWS_MIN or not 0 < start < len(kept):
            return False
        rows = _rows(kept)
        late = rows.part(start, len(kept))
        trial, whole = learn(rows, start, seed=self._seed)
        if self.learned is None:
            told = [
                (step.kind, float(median_h), float(left_h))
                for step, median_h, left_h in zip(
                    kept[start:], trial.medians(late.features, late.bases_h), late.left_h, strict=True
                )
            ]
            for one in told:
                self._windows.missed(*one)
            self._windows.choose(told)
        self.learned = whole
        return True

    def foresee(self, seen: Sequence[Seen]) -> None:
        """Sets `learned_h` of each; windows follow what arrived before it was scanned."""
        if self.learned is None or not seen:
            return
        rows = _rows(seen)
        medians = self.learned.medians(rows.features, rows.bases_h)
        for step, median_h in zip(seen, medians.tolist(), strict=True):
            now = step.at.timestamp()
            while self._pending and self._pending[0][0] < now:
                self._windows.missed(*heappop(self._pending)[2:])
            step.learned_h = self._windows.hours(step.kind, median_h)
            if step.left_h is not None:
                self._told += 1
                heappush(
                    self._pending, (now + step.left_h * 3600, self._told, step.kind, median_h, step.left_h)
                )


def learn(rows: Rows, start: int, *, seed: int) -> tuple[Learned, Learned]:
    """Grown on the rows before `start`, with the mixture that meets the others best; and grown on all."""
    early, late = rows.part(0, start), rows.part(start, len(rows.left_h))
    options = _options(len(early.left_h), seed)
    stopped = [_stopped(early, late, grown, options) for grown in range(len(GROWN))]
    trial = [forest for forest, _ in stopped]
    mixture = _best_mixture(trial, late)
    more = 1.0 + HELD_BACK / 2  # more rows bear a few more rounds
    whole = [
        _grow(rows, grown, options, int(rounds * more)) if mixture[grown] else forest
        for grown, (forest, rounds) in enumerate(stopped)
    ]
    return Learned(trial, mixture, start), Learned(whole, mixture, len(rows.left_h))


def _newest(kept: Sequence[Seen]) -> int:
    """Where the newest stories begin; no story lies on both sides."""
    start = int(len(kept) * (1 - HELD_BACK))
    while 0 < start < len(kept) and kept[start].story == kept[start - 1].story:
        start += 1
    return start


def _rows(seen: Sequence[Seen]) -> Rows:
    return Rows(
        np.array([step.row for step in seen]),
        np.array([(step.level_h, step.plan_h) for step in seen]),
        np.array([step.left_h if step.left_h is not None else np.nan for step in seen]),
    )


def _options(rows: int, seed: int) -> dict[str, Any]:
    return {
        "objective": "l1", "learning_rate": 0.06, "num_leaves": 31 if rows > 8_000 else 15,
        "max_depth": DEPTH_MAX, "min_data_in_leaf": 20, "feature_fraction": 0.7, "bagging_fraction": 0.8,
        "bagging_freq": 1, "max_bin": 127, "num_threads": 1, "verbose": -1, "seed": seed,
        "deterministic": True, "force_col_wise": True,
    }  # fmt: skip


def _target(rows: Rows, grown: int) -> Array:
    is_log, base = GROWN[grown]
    base_h: Array = rows.bases_h[:, base]
    if is_log:
        logs: Array = np.log(np.maximum(rows.left_h, HOURS_MIN) / np.maximum(base_h, HOURS_MIN))
        return logs
    return rows.left_h - base_h


def _grow(rows: Rows, grown: int, options: Mapping[str, Any], rounds: int) -> Any:
    return lightgbm.train(dict(options), lightgbm.Dataset(rows.features, _target(rows, grown)), rounds)


def _stopped(early: Rows, late: Rows, grown: int, options: Mapping[str, Any]) -> tuple[Any, int]:
    """A forest stopped where the held-back rows are met best; and how many rounds that took."""
    data = lightgbm.Dataset(early.features, _target(early, grown))
    check = lightgbm.Dataset(late.features, _target(late, grown), reference=data)
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    found = lightgbm.train(dict(options), data, ROUNDS_MAX, valid_sets=[check], callbacks=[stop])
    return found, max(found.best_iteration, 10)


def _answers(forests: Sequence[Any], features: Array, bases_h: Array) -> list[Array]:
    """Remaining hours as each forest has it."""
    found = []
    for forest, (is_log, base) in zip(forests, GROWN, strict=True):
        raw, base_h = np.asarray(forest.predict(features)), bases_h[:, base]
        on_log = np.exp(np.clip(raw, -10, 10)) * np.maximum(base_h, HOURS_MIN) if is_log else raw + base_h
        found.append(np.maximum(on_log, 0.0))
    return found


def _mixed(parts: Sequence[Array], bases_h: Array, mixture: Sequence[float]) -> Array:
    return np.asarray(np.tensordot(np.array(mixture), np.stack([*parts, bases_h[:, 0]]), 1))


def _best_mixture(forests: Sequence[Any], late: Rows) -> tuple[float, ...]:
    parts = _answers(forests, late.features, late.bases_h)
    return min(
        MIXTURES, key=lambda each: float(np.abs(_mixed(parts, late.bases_h, each) - late.left_h).mean())
    )


def _miss(median_h: float, left_h: float, *, is_log: bool) -> float:
    if is_log:
        return log(max(left_h, HOURS_MIN) / max(median_h, HOURS_MIN))
    return left_h - median_h
