"""Rings, lines and dots of one cell as bytes: steps on a grid of the cell, packed together."""

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from milepost.map.levels import GRID, Layer

HEADER = struct.Struct("<BBH")
RANKS = 10  # ranks are kept in tenths
PACKED_BYTES_MAX = 4_000_000  # of one cell; the biggest is a tenth of it


class Steps(NamedTuple):
    """One ring, line or row of dots, in grid steps from the cell's south-west corner."""

    layer: Layer
    rank: float
    xs: Sequence[int]
    ys: Sequence[int]


def pack(cell: Iterable[Steps]) -> bytes:
    """All of a cell. Only the step from point to point is kept: that compresses best."""
    out = bytearray()
    for one in cell:
        out += HEADER.pack(one.layer, round(one.rank * RANKS), len(one.xs))
        for along in (one.xs, one.ys):
            out += array("h", [b - a for a, b in zip([0, *along], along, strict=False)]).tobytes()
    return zlib.compress(bytes(out), 9)


def unpack(packed: bytes) -> Iterator[Steps]:
    """What `pack` packed. Raises zlib.error, struct.error or ValueError for anything else."""
    raw = zlib.decompressobj().decompress(packed, PACKED_BYTES_MAX)
    at = 0
    while at < len(raw):
        layer, rank, count = HEADER.unpack_from(raw, at)
        at += HEADER.size
        steps = array("h")
        steps.frombytes(raw[at : at + 4 * count])
        at += 4 * count
        yield Steps(
            Layer(layer), rank / RANKS, list(accumulate(steps[:count])), list(accumulate(steps[count:]))
        )


def on_grid(degrees: float, cell_at: int, cell_size: int) -> int:
    """A coordinate as steps in its cell."""
    return min(GRID, max(0, round((degrees - cell_at) / cell_size * GRID)))
