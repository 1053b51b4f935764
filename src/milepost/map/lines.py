"""The lines of a way: flights along great circles, the road as a smooth curve through its stops."""

import math
from itertools import pairwise

from milepost.map.route import Mark
from milepost.map.sphere import Vector, dot, great_circle, km
from milepost.map.view import Point, View

FLIGHT_KM = 1_200.0
"""A leg longer than this is drawn as a flight."""

FLIGHT_STEPS, ROAD_STEPS = 28, 16
SAMPLES = 8  # of a leg, to fit the map around it
BOW = 0.055
"""A flight is lifted a little, so that there and back are two lines. Of its length on the map."""

LEAN = 0.10  # how much the end of a road turns away from the straight line
PULL = 0.36  # how far it keeps its direction
BEHIND = -0.3  # cosine: a flat map does not reach to the other side of the globe


def way(marks: tuple[Mark, ...]) -> list[Vector]:
    """Points along the long legs, which bend on a map."""
    return [
        point
        for one, other in pairwise(marks)
        if km(one.place, other.place) > FLIGHT_KM
        for point in great_circle(one.place, other.place, SAMPLES)
    ]


def legs(view: View, marks: tuple[Mark, ...]) -> list[list[Point]]:
    """One line on the map for each leg."""
    return [
        _flight(view, one.place, other.place)
        if km(one.place, other.place) > FLIGHT_KM
        else _road(view, marks, number)
        for number, (one, other) in enumerate(pairwise(marks))
    ]


def path(points: list[Point]) -> str:
    """SVG path data, to a tenth of a unit."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if len(points) > 1 else ""


def _flight(view: View, one: Vector, other: Vector) -> list[Point]:
    seen = [
        (view.point(place), step / FLIGHT_STEPS)
        for step, place in enumerate(great_circle(one, other, FLIGHT_STEPS))
        if dot(view.center, place) > BEHIND or view.squeeze < 1
    ]
    if len(seen) < 2:
        return []
    (left, top), (right, bottom) = seen[0][0], seen[-1][0]
    across, down = bottom - top, left - right
    if down > 0 or (abs(down) < abs(across) * 0.15 and across > 0):
        across, down = -across, -down  # always lifted up, and to the left where it runs north and south
    return [
        (x + across * BOW * 4 * part * (1 - part), y + down * BOW * 4 * part * (1 - part))
        for (x, y), part in seen
    ]


def _road(view: View, marks: tuple[Mark, ...], number: int) -> list[Point]:
    """A cubic curve; its ends look along the way where a road leads there too."""
    start, end = (view.point(mark.place) for mark in marks[number : number + 2])
    length = math.dist(start, end)
    if length < 1:
        return [start, end]
    before = marks[number - 1] if number else None
    after = marks[number + 2] if number + 2 < len(marks) else None
    straight = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    leaving = _direction(view, before, marks[number + 1], marks[number]) or _leaning(straight, 1)
    coming = _direction(view, marks[number], after, marks[number + 1]) or _leaning(straight, -1)
    pull = PULL * length
    first = start[0] + leaving[0] * pull, start[1] + leaving[1] * pull
    second = end[0] - coming[0] * pull, end[1] - coming[1] * pull
    return [_bezier((start, first, second, end), step / ROAD_STEPS) for step in range(ROAD_STEPS + 1)]


def _direction(view: View, before: Mark | None, after: Mark | None, here: Mark) -> Point | None:
    """Along the road through a stop, where it comes by road and goes on by road."""
    if before is None or after is None:
        return None
    if max(km(before.place, here.place), km(here.place, after.place)) > FLIGHT_KM:
        return None
    start, end = view.point(before.place), view.point(after.place)
    length = math.dist(start, end)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length) if length > 1 else None


def _leaning(straight: Point, side: int) -> Point:
    return straight[0] + LEAN * side * straight[1], straight[1] - LEAN * side * straight[0]


def _bezier(points: tuple[Point, Point, Point, Point], part: float) -> Point:
    rest = 1 - part
    weights = rest**3, 3 * part * rest**2, 3 * part**2 * rest, part**3
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )
