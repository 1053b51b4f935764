"""Points on the globe as unit vectors: no date line and no pole is special there."""

import math
from collections.abc import Iterable, Sequence
from functools import partial

EARTH_KM = 6371.0
Vector = tuple[float, float, float]
NEAR = 1e-9
STEPS_OF_CENTER = 40


def vector(longitude: float, latitude: float) -> Vector:
    """A place, given in degrees."""
    across, up = math.radians(longitude), math.radians(latitude)
    return math.cos(up) * math.cos(across), math.cos(up) * math.sin(across), math.sin(up)


def degrees(point: Vector) -> tuple[float, float]:
    """Longitude and latitude of a point."""
    x, y, z = point
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def angle(one: Vector, other: Vector) -> float:
    """Between two points, in radians."""
    x, y, z = cross(one, other)
    return math.atan2(math.sqrt(x * x + y * y + z * z), dot(one, other))


def km(one: Vector, other: Vector) -> float:
    """The shortest way along the ground."""
    return angle(one, other) * EARTH_KM


def dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def cross(one: Vector, other: Vector) -> Vector:
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def unit(point: Vector) -> Vector:
    """The same direction, of length one; a vector of no length points north."""
    length = math.sqrt(dot(point, point))
    if length < NEAR:
        return 0.0, 0.0, 1.0
    return point[0] / length, point[1] / length, point[2] / length


def between(one: Vector, other: Vector, part: float) -> Vector:
    """A point of the great circle from one to the other."""
    turn = angle(one, other)
    sine = math.sin(turn)
    if sine < NEAR:  # the same place, or right across the globe, where every way is as short
        middle = unit((one[0] + other[0], one[1] + other[1], one[2] + other[2] + NEAR * 2))
        return one if turn < 1 or part < NEAR else other if part > 1 - NEAR else middle
    a, b = math.sin((1 - part) * turn) / sine, math.sin(part * turn) / sine
    return one[0] * a + other[0] * b, one[1] * a + other[1] * b, one[2] * a + other[2] * b


def great_circle(one: Vector, other: Vector, steps: int) -> list[Vector]:
    """The shortest way, both ends included."""
    return [between(one, other, step / steps) for step in range(steps + 1)]


def ring_around(center: Vector, radius_km: float, corners: int = 8) -> list[Vector]:
    """Points at a distance from a place, all around it."""
    east, north = axes(center)
    turn = radius_km / EARTH_KM
    found = []
    for corner in range(corners):
        way = 2 * math.pi * corner / corners
        a, b, c = math.sin(way) * math.sin(turn), math.cos(way) * math.sin(turn), math.cos(turn)
        found.append(
            (
                center[0] * c + east[0] * a + north[0] * b,
                center[1] * c + east[1] * a + north[1] * b,
                center[2] * c + east[2] * a + north[2] * b,
            )
        )
    return found


def axes(center: Vector) -> tuple[Vector, Vector]:
    """East and north of a place; at a pole east is where longitude 90 lies."""
    x, y, _ = center
    flat = math.hypot(x, y)
    east = (-y / flat, x / flat, 0.0) if flat > NEAR else (0.0, 1.0, 0.0)
    return east, cross(center, east)


def middle(points: Sequence[Vector]) -> Vector:
    """The center of the smallest circle around all of them, nearly (Badoiu and Clarkson)."""
    center = unit(total(points))
    for step in range(1, STEPS_OF_CENTER):
        far = min(points, key=partial(dot, center))
        center = unit(between(center, far, 1 / (step + 1)))
    return center


def total(points: Iterable[Vector]) -> Vector:
    xs, ys, zs = zip(*points, strict=True)
    return sum(xs), sum(ys), sum(zs)
