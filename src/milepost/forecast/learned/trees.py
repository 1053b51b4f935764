"""Decision trees as plain arrays: kept without pickle, asked without the library that grew them.

Every tree is a full one of the same depth: the children of node n are 2n + 1 and 2n + 2, a branch that ended
early goes on with its last answer below. So all trees of all models are walked at once, a step per level.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEPTH_MAX = 7
TREES_MAX = 20_000
BYTES_MAX = 64_000_000
ROWS_AT_ONCE = 64
"""Rows walked together: more do not fit the processor's near memory."""

MARK = b"milepost trees 1\n"
ARRAYS = ("feature", "threshold", "left_if_missing", "answer")
TYPES = {"feature": "<i2", "threshold": "<f8", "left_if_missing": "|b1", "answer": "<f8"}
ZERO = 1e-35
"""What LightGBM takes for zero."""

Floats = NDArray[np.float64]
_One = tuple[NDArray[np.int16], Floats, NDArray[np.bool_], Floats]  # one tree's arrays


class TreesError(ValueError):
    """Bytes that are no trees of ours, or not those that were signed."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Several models over the same features; each answers the sum of its trees."""

    names: tuple[str, ...]  # of the features, in order
    models: tuple[str, ...]
    counts: tuple[int, ...]  # trees of each model
    feature: NDArray[np.int16]  # trees x inner nodes
    threshold: Floats
    left_if_missing: NDArray[np.bool_]
    answer: Floats  # trees x leaves
    _asked: NDArray[np.int32] = field(init=False, repr=False)  # each node's column, in rows laid out twice

    def __post_init__(self) -> None:
        right = np.where(self.left_if_missing, 0, len(self.names))
        object.__setattr__(self, "_asked", (self.feature + right).astype(np.int32).ravel())

    def predict(self, rows: Floats) -> Floats:
        """One column of answers per model. `rows` has one column per name; NaN is "not told"."""
        starts = np.cumsum((0, *self.counts[:-1]))
        parts = [
            np.add.reduceat(self._leaves(rows[at : at + ROWS_AT_ONCE]), starts, axis=1)
            for at in range(0, len(rows), ROWS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty((0, len(self.models)))

    def _leaves(self, rows: Floats) -> Floats:
        """Each tree's answer to each row.

        A row is laid out twice, missing values once as less than everything and once as more: a node asks the
        half that sends them where they belong.
        """
        trees, inner = self.feature.shape
        missing = np.isnan(rows)
        both = np.concatenate((np.where(missing, -np.inf, rows), np.where(missing, np.inf, rows)), axis=1)
        values, threshold = both.ravel(), self.threshold.ravel()
        line = (np.arange(len(rows), dtype=np.int32) * both.shape[1])[:, None]
        base = np.arange(trees, dtype=np.int32) * inner
        node = np.zeros((len(rows), trees), dtype=np.int32)
        for _ in range((inner + 1).bit_length() - 1):
            at = base + node
            right = values.take(self._asked.take(at) + line) > threshold.take(at)
            node += node
            node += 1
            node += right
        leaf = np.arange(trees, dtype=np.int32) * (inner + 1) - inner
        found: Floats = self.answer.ravel().take(leaf + node)
        return found


def from_lightgbm(dumps: Mapping[str, Mapping[str, Any]]) -> Trees:
    """Trees of models as `Booster.dump_model()` tells them. Raises TreesError for others."""
    first = next(iter(dumps.values()))
    names = tuple(first["feature_names"])
    depth = max(_depth(tree["tree_structure"]) for dump in dumps.values() for tree in dump["tree_info"])
    if depth > DEPTH_MAX:
        raise TreesError(f"a tree is {depth} deep; grow them with max_depth={DEPTH_MAX} at most")
    grown = [tree["tree_structure"] for dump in dumps.values() for tree in dump["tree_info"]]
    inner = 2 ** max(depth, 1) - 1
    feature = np.zeros((len(grown), inner), dtype=TYPES["feature"])
    threshold = np.full((len(grown), inner), np.inf)
    left = np.ones((len(grown), inner), dtype=bool)
    answer = np.zeros((len(grown), inner + 1))
    for number, tree in enumerate(grown):
        _fill(tree, 0, (feature[number], threshold[number], left[number], answer[number]))
    counts = tuple(len(dump["tree_info"]) for dump in dumps.values())
    return Trees(names, tuple(dumps), counts, feature, threshold, left, answer)


def to_bytes(trees: Trees, about: Mapping[str, Any]) -> bytes:
    """Header in JSON and arrays behind it, with their digest. `about` is the model's own story."""
    body = b"".join(getattr(trees, name).astype(TYPES[name]).tobytes() for name in ARRAYS)
    head = {
        "names": trees.names,
        "models": trees.models,
        "counts": trees.counts,
        "inner": trees.feature.shape[1],
        "sha256": hashlib.sha256(body).hexdigest(),
        "about": dict(about),
    }
    return MARK + json.dumps(head, ensure_ascii=False).encode() + b"\n" + body


def from_bytes(data: bytes) -> tuple[Trees, dict[str, Any]]:
    """The trees and their story. Raises TreesError for anything that is not exactly what was written."""
    mark, _, rest = data[:BYTES_MAX].partition(b"\n")
    line, _, body = rest.partition(b"\n")
    if mark + b"\n" != MARK:
        raise TreesError("these are no trees of ours")
    try:
        head = json.loads(line)
        names, models, counts = (tuple(head[name]) for name in ("names", "models", "counts"))
        inner, total = int(head["inner"]), sum(counts)
    except (ValueError, KeyError, TypeError) as error:
        raise TreesError(f"the header cannot be read: {error}") from None
    if hashlib.sha256(body).hexdigest() != head["sha256"]:
        raise TreesError("the trees are not those that were written: their digest differs")
    if not 0 < total <= TREES_MAX or len(models) != len(counts):
        raise TreesError(f"{total} trees are more than the {TREES_MAX} that are walked, or none")
    arrays, at = {}, 0
    for name in ARRAYS:
        shape = (total, inner + (name == "answer"))
        size = shape[0] * shape[1] * np.dtype(TYPES[name]).itemsize
        arrays[name] = np.frombuffer(body[at : at + size], dtype=TYPES[name]).reshape(shape)
        at += size
    return Trees(names, models, counts, **arrays), head["about"]


def _depth(node: Mapping[str, Any]) -> int:
    if "split_feature" not in node:
        return 0
    return 1 + max(_depth(node["left_child"]), _depth(node["right_child"]))


def _fill(node: Mapping[str, Any], at: int, into: _One) -> None:
    """Write a node and all below it. A leaf above the last level goes left for ever."""
    feature, threshold, left, answer = into
    inner = len(feature)
    if at >= inner:
        answer[at - inner] = node["leaf_value"]
    elif "split_feature" not in node:
        _fill(node, 2 * at + 1, into)
    else:
        if node["decision_type"] != "<=":
            raise TreesError(f"a split by {node['decision_type']!r}: give categories as numbers")
        if node["missing_type"] == "Zero":
            raise TreesError("zero is a value here: train with zero_as_missing=false")
        feature[at] = node["split_feature"]
        threshold[at] = node["threshold"]
        # A feature that never was missing in training: LightGBM takes a missing one for zero.
        is_nan = node["missing_type"] == "NaN"
        left[at] = node["default_left"] if is_nan else node["threshold"] >= -ZERO
        _fill(node["left_child"], 2 * at + 1, into)
        _fill(node["right_child"], 2 * at + 2, into)
