"""Learns what each feature says for each label: logistic regression with two heads, on sparse rows.

The inner loop is C (learn.c), compiled here with the machine's own `cc`: in Python it would take hours.
"""

import ctypes
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

EPOCHS = 8
RATE = 0.2
LEFT_OUT = 0.3  # share of features dropped at each look, so that no single one is relied upon
SHRINK = 1e-6
FIRST_SQUARE = 1e-3

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def learn(
    rows: sparse.csr_matrix, targets: Sequence[Labels], sizes: Sequence[int], *, seeds: Sequence[int]
) -> Floats:
    """A weight per feature and label: the mean of one table per seed. Each array of targets is a head."""
    return np.mean([_table(rows, targets, sizes, seed) for seed in seeds], axis=0, dtype=np.float32)


def chances(sums: Floats, sizes: Sequence[int]) -> list[Floats]:
    """Each head's probabilities."""
    found, begin = [], 0
    for size in sizes:
        part = sums[:, begin : begin + size]
        odds = np.exp(part - part.max(1, keepdims=True))
        found.append(odds / odds.sum(1, keepdims=True))
        begin += size
    return found


def _table(rows: sparse.csr_matrix, targets: Sequence[Labels], sizes: Sequence[int], seed: int) -> Floats:
    table = np.zeros((rows.shape[1], sum(sizes)), np.float32)
    squares = np.full(table.shape, FIRST_SQUARE, np.float32)
    ends = rows.indptr.astype(np.int64)
    features, values = rows.indices.astype(np.int32), rows.data.astype(np.float32)
    labels = np.ascontiguousarray(np.stack(targets, axis=1).astype(np.int32))
    order = np.arange(rows.shape[0], dtype=np.int32)
    sized = np.array(sizes, np.int32)
    real = ctypes.c_float
    failed = _library().learn(
        sum(sizes),
        len(sizes),
        *(one.ctypes.data_as(ctypes.c_void_p) for one in (sized, ends, features, values, labels, order)),
        rows.shape[0],
        EPOCHS,
        real(RATE),
        real(SHRINK),
        real(LEFT_OUT),
        ctypes.c_uint64(seed),
        int(np.diff(ends).max()),
        *(one.ctypes.data_as(ctypes.c_void_p) for one in (table, squares)),
    )
    if failed:
        raise MemoryError
    return table


@cache
def _library() -> ctypes.CDLL:
    source = Path(__file__).with_name("learn.c")
    with tempfile.TemporaryDirectory(prefix="milepost-words-") as folder:
        target = Path(folder) / "learn.so"
        subprocess.run(["cc", "-O3", "-shared", "-fPIC", "-o", target, source, "-lm"], check=True)
        return ctypes.CDLL(str(target))
