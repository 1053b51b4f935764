"""How the globe is laid flat: a projection chosen by how far the way reaches, and where it lies on the map.

The map is a square of 1,000 units. All three projections look from one point, so there is one formula for
them, and neither the date line nor a pole is a special case.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from milepost.map.sphere import EARTH_KM, Vector, angle, axes, degrees, dot, middle, vector

SIZE = 1000.0
Point = tuple[float, float]
Steps = list[tuple[int, int]]  # points in whole parts of a unit
Box = tuple[float, float, float, float]  # left, top, right, bottom

ROUTE_BOX: Box = (160.0, 150.0, 840.0, 735.0)
"""Where the way itself lies; around it there is room for names, below it for the legend."""

GLOBE_BOX: Box = (90.0, 125.0, 910.0, 735.0)
"""A globe's ends lie further out: beyond them there is nothing to be named."""

WAY_OUT_TOP = 225.0
"""Where the box begins on a map that shows a part: over it lies the link to the whole journey."""

SPAN_KM_MIN = 160.0
"""The box is never narrower on the ground: we know no streets."""

FLAT_DEGREES_MAX = 9.0
EQUAL_AREA_DEGREES_MAX = 28.0
GLOBE_LATITUDE_MAX = 34.0
GLOBE_PULLED = 0.62
"""The globe is seen from nearer to the equator than the middle of the way, as people know it."""

GLOBE_EDGE_DEGREES = 22.0
"""How far behind the farthest stop the globe's edge lies, at least."""

GLOBE_RADIUS = (0.475, 0.60)
"""Of the map's width; smaller only where the way would not fit."""

GLOBE_SHIFT = 0.6
GLOBE_TURNS = (0.0, 90.0, -90.0, 180.0)
WORTH_A_TURN = 10.0  # degrees by which the farthest stop comes nearer
RIM_MAX = 0.985
QUARTER = math.pi / 2
TABLE_HALF = 8_192
SQUEEZES_KEPT = 40
"""A squeeze has two digits, so there are no more of them."""


class Kind(StrEnum):
    """The three projections."""

    GLOBE = "globe"  # orthographic
    EQUAL_AREA = "area"  # Lambert azimuthal
    CONFORMAL = "flat"  # stereographic


@dataclass(frozen=True, slots=True)
class View:
    """A projection and its place on the map. `scale`: units per radian at the middle, before the squeeze."""

    center: Vector
    east: Vector
    north: Vector
    kind: Kind
    squeeze: float  # below one, a globe shows more than its half, so that antipodes stay in sight
    scale: float
    x: float
    y: float

    @property
    def units_per_degree(self) -> float:
        """At the middle."""
        return self.scale * self.squeeze * math.pi / 180

    @property
    def reach(self) -> float:
        """Radians from the center to the farthest corner of the map, or to the globe's edge."""
        if self.kind is Kind.GLOBE:
            return QUARTER / self.squeeze
        far = max(math.hypot(x - self.x, y - self.y) for x in (0, SIZE) for y in (0, SIZE)) / self.scale
        if self.kind is Kind.EQUAL_AREA:
            return 2 * math.asin(min(1.0, far / 2))
        return 2 * math.atan(far / 2)

    def sees(self, point: Vector) -> bool:
        """Whether it is not behind the globe."""
        return self.kind is not Kind.GLOBE or angle(self.center, point) * self.squeeze < QUARTER

    def point(self, place: Vector) -> Point:
        """Where a place lies on the map."""
        across, up = dot(self.east, place), dot(self.north, place)
        factor = self._factor(dot(self.center, place)) * self.scale
        return self.x + across * factor, self.y - up * factor

    def points(self, xs: Sequence[float], ys: Sequence[float], zs: Sequence[float], fine: int) -> Steps:
        """Many at once, in whole steps of a `fine`th of a unit. This is where the time goes."""
        (ex, ey, _), (nx, ny, nz), (cx, cy, cz) = self.east, self.north, self.center
        left, top, scale, nearest = self.x * fine, self.y * fine, self.scale * fine, round
        triples = zip(xs, ys, zs, strict=True)
        if self.kind is Kind.CONFORMAL:
            double = 2 * scale
            return [
                (
                    nearest(
                        left + (ex * x + ey * y) * (k := double / (1.0000001 + cx * x + cy * y + cz * z))
                    ),
                    nearest(top - (nx * x + ny * y + nz * z) * k),
                )
                for x, y, z in triples
            ]
        if self.kind is Kind.EQUAL_AREA:
            root, double = math.sqrt, 2 * scale * scale
            return [
                (
                    nearest(
                        left
                        + (ex * x + ey * y) * (k := root(double / (1.0000001 + cx * x + cy * y + cz * z)))
                    ),
                    nearest(top - (nx * x + ny * y + nz * z) * k),
                )
                for x, y, z in triples
            ]
        factors, middle = _globe_factors(self.squeeze), TABLE_HALF + 0.5
        return [
            (
                nearest(
                    left
                    + (ex * x + ey * y)
                    * (k := factors[int((cx * x + cy * y + cz * z) * TABLE_HALF + middle)] * scale)
                ),
                nearest(top - (nx * x + ny * y + nz * z) * k),
            )
            for x, y, z in triples
        ]

    def _factor(self, cosine: float) -> float:
        """How much a place at this distance from the center (its cosine) is moved outward."""
        if self.kind is Kind.CONFORMAL:
            return 2 / (1.0000001 + cosine)
        if self.kind is Kind.EQUAL_AREA:
            return math.sqrt(2 / (1.0000001 + cosine))
        return _globe_factor(self.squeeze, cosine)


def _globe_factor(squeeze: float, cosine: float) -> float:
    turn = math.acos(max(-1.0, min(1.0, cosine)))
    seen = turn * squeeze
    radius = math.sin(seen) if seen < QUARTER else 1 + seen - QUARTER  # behind the edge: outside the disc
    sine = math.sin(turn)
    return radius / sine if sine > 1e-9 else squeeze


@lru_cache(SQUEEZES_KEPT)
def _globe_factors(squeeze: float) -> list[float]:
    """By the cosine, in small steps: asked for each of some ten thousand points."""
    return [_globe_factor(squeeze, step / TABLE_HALF - 1) for step in range(2 * TABLE_HALF + 2)]


def fit(anchors: Sequence[Vector], way: Iterable[Vector] = (), *, is_part: bool = False) -> View:
    """A view in which all anchors, and the way between them, lie in the box of the route."""
    points = [*anchors, *way]
    center = middle(points)
    far = max(math.degrees(angle(center, point)) for point in points)
    if far > EQUAL_AREA_DEGREES_MAX:
        return _globe(center, points, _below_way_out(GLOBE_BOX) if is_part else GLOBE_BOX)
    box = _below_way_out(ROUTE_BOX) if is_part else ROUTE_BOX
    kind = Kind.EQUAL_AREA if far > FLAT_DEGREES_MAX else Kind.CONFORMAL
    raw = View(center, *axes(center), kind, 1.0, 1.0, 0.0, 0.0)
    left, top, right, bottom = _bounds([raw.point(point) for point in points])
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(
        width / max(1e-9, right - left),
        height / max(1e-9, bottom - top),
        width / (SPAN_KM_MIN / EARTH_KM),
    )
    x = (box[0] + box[2]) / 2 - (left + right) / 2 * scale
    y = (box[1] + box[3]) / 2 - (top + bottom) / 2 * scale
    return View(center, *axes(center), kind, 1.0, scale, x, y)


def _below_way_out(box: Box) -> Box:
    return box[0], WAY_OUT_TOP, box[2], box[3]


def around(center: Vector, span_km: float) -> View:
    """A view with one place in its middle; `span_km` is how much ground the box of the route is wide."""
    far = math.degrees(span_km / EARTH_KM) / 2
    kind = Kind.EQUAL_AREA if far > FLAT_DEGREES_MAX else Kind.CONFORMAL
    scale = (ROUTE_BOX[2] - ROUTE_BOX[0]) / (span_km / EARTH_KM)
    y = (ROUTE_BOX[1] + ROUTE_BOX[3]) / 2
    return View(center, *axes(center), kind, 1.0, scale, SIZE / 2, y)


def _globe(center: Vector, points: Sequence[Vector], box: Box) -> View:
    center, far = _turned(center, points)
    squeeze = min(1.0, math.floor(9_000 / (far + GLOBE_EDGE_DEGREES)) / 100)
    raw = View(center, *axes(center), Kind.GLOBE, squeeze, 1.0, 0.0, 0.0)
    left, top, right, bottom = _bounds([raw.point(point) for point in points])
    width, height = box[2] - box[0], box[3] - box[1]
    fitting = min(width / max(1e-9, right - left), height / max(1e-9, bottom - top))
    scale = min(max(min(fitting, GLOBE_RADIUS[1] * SIZE), GLOBE_RADIUS[0] * SIZE), fitting)
    x = SIZE / 2 - (left + right) / 2 * scale * GLOBE_SHIFT
    y = SIZE / 2 - (top + bottom) / 2 * scale * GLOBE_SHIFT
    x += _into(left * scale + x, right * scale + x, box[0], box[2])
    y += _into(top * scale + y, bottom * scale + y, box[1], box[3])
    return View(center, *axes(center), Kind.GLOBE, squeeze, scale, x, y)


def _turned(center: Vector, points: Sequence[Vector]) -> tuple[Vector, float]:
    """The globe pulled to the equator, and the degrees to the farthest point.

    Of a way over a pole it is another side that shows both ends.
    """
    longitude, latitude = degrees(center)
    pulled = max(-GLOBE_LATITUDE_MAX, min(GLOBE_LATITUDE_MAX, latitude * GLOBE_PULLED))
    sides = [vector(longitude + turn, pulled) for turn in GLOBE_TURNS]
    far = [max(math.degrees(angle(side, point)) for point in points) for side in sides]
    best = min(range(len(sides)), key=far.__getitem__)
    best = best if far[best] < far[0] - WORTH_A_TURN else 0
    return sides[best], far[best]


def _into(low: float, high: float, least: float, most: float) -> float:
    """By how much to move a stretch so that it lies within another that is as long at least."""
    return max(0.0, least - low) - max(0.0, high - most)


def _bounds(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
