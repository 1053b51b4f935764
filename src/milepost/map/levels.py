"""How finely the map data is kept: levels of detail, each cut into cells, and what lies in a cell.

The build (`tools/build_geo.py`) and the reader share this file and `rings.py`, so they cannot disagree.
"""

from enum import IntEnum
from typing import NamedTuple

GRID = 32_767
"""Steps across a cell: about 10 m at the finest level."""

DEGREE = 1_000
"""Towns lie on thousandths of a degree: about 100 m."""


class Level(NamedTuple):
    """One level of detail. All in degrees."""

    cell: int  # size of a cell
    tolerance: float  # detail smaller than this was left out
    segment: float  # no straight line is longer, so that it bends with the projection
    area: float  # islands and lakes smaller than this (square degrees) were left out
    states: float  # state lines up to this rank (Natural Earth's `min_zoom`)
    rivers: float  # rivers up to this rank (Natural Earth's `scalerank`)
    towns: tuple[int, int, int]  # people from which a town is a small, a middle and a big dot


LEVELS = (
    Level(30, 0.11, 2.5, 0.06, 2.2, 2, (350_000, 900_000, 3_000_000)),
    Level(15, 0.034, 1.5, 0.006, 4.2, 4, (100_000, 300_000, 1_500_000)),
    Level(6, 0.011, 0.75, 0.0008, 6.2, 6, (25_000, 120_000, 700_000)),
    Level(3, 0.0036, 0.375, 0.0, 8.2, 8, (5_000, 50_000, 400_000)),
)
UNITS_MAX = (12.0, 38.0, 125.0)
"""A level is used up to so many map units per degree; a unit is a thousandth of the map's width."""


class Layer(IntEnum):
    """What a ring in a cell is: the first two are areas, then lines, then dots."""

    LAND = 0
    LAKE = 1
    BORDER = 2
    STATE = 3
    RIVER = 4
    TOWN_SMALL = 5
    TOWN_MIDDLE = 6
    TOWN_BIG = 7


AREAS = frozenset({Layer.LAND, Layer.LAKE})
DOTS = frozenset({Layer.TOWN_SMALL, Layer.TOWN_MIDDLE, Layer.TOWN_BIG})


def level_for(units_per_degree: float) -> int:
    """The coarsest level whose missing detail nobody would see."""
    return sum(units_per_degree >= most for most in UNITS_MAX)


def cell_id(level: int, west: int, south: int) -> int:
    """The row of a cell, named by its south-west corner in degrees."""
    return (level * 1_000 + west + 180) * 1_000 + south + 90
