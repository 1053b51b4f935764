"""Everything under the way: land, lakes, rivers, borders and towns, as path data for one view."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from milepost.map.atlas import Atlas, Shape
from milepost.map.levels import AREAS, DOTS, Layer, level_for
from milepost.map.pen import Pen
from milepost.map.sphere import Vector, angle, vector
from milepost.map.view import QUARTER, SIZE, Kind, View

FINE = 4
"""Steps a unit: a quarter of a thousandth of the map's width."""

MARGIN = 16 * FINE  # around the map, so that water lines end outside
LINE_NEAREST, GLOBE_NEAREST = 7, 8  # steps between two points of a line
AREA_SPAN_MIN, GLOBE_SPAN_MIN = 9, 14  # steps: islands and lakes that would be a speck
DOTS_MAX = 800
GRID_STEP = 15  # degrees between two lines of the globe's grid
POINTS_MAX = 15_000
"""More points than this make the page heavy: then the next coarser level is drawn."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Path data by layer; an absent one is empty. Numbers are `FINE` steps a unit."""

    paths: dict[Layer, str]
    grid: str  # of a globe
    level: int
    points: int


def ground(atlas: Atlas, view: View) -> Ground:
    """Draws the land that a view shows, with as much detail as can be seen in it and a page can carry."""
    for level in range(level_for(view.units_per_degree), -1, -1):
        drawn = _drawn(atlas, view, level)
        if drawn.points <= POINTS_MAX or level == 0:
            return drawn
    raise AssertionError("there is always a level 0")


def _drawn(atlas: Atlas, view: View, level: int) -> Ground:
    is_globe = view.kind is Kind.GLOBE
    nearest, least = (GLOBE_NEAREST, GLOBE_SPAN_MIN) if is_globe else (LINE_NEAREST, AREA_SPAN_MIN)
    pens = {layer: Pen(nearest) for layer in Layer}
    dots: dict[Layer, set[tuple[int, int]]] = {layer: set() for layer in DOTS}
    low, high = -MARGIN, round(SIZE) * FINE + MARGIN
    for shape in atlas.shapes(level, view.center, view.reach):
        if is_globe and shape.layer is Layer.RIVER:
            continue
        if shape.layer in AREAS and shape.radius * view.scale * FINE * 2 < least:
            continue
        points = view.points(*shape.places, FINE)
        if shape.layer in DOTS:
            dots[shape.layer].update(_seen_dots(view, shape, points))
            continue
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        if right < low or left > high or bottom < low or top > high:
            continue
        is_area = shape.layer in AREAS
        if is_area and right - left + bottom - top < least:
            continue
        if left < low or right > high or top < low or bottom > high:
            points = _without_unseen(points, low, high)
        (pens[shape.layer].area if is_area else pens[shape.layer].line)(points)
    _put_dots(pens, dots)
    paths = {layer: data for layer, pen in pens.items() if (data := pen.data())}
    counted = sum(pen.points for pen in pens.values())
    return Ground(paths, _grid(view) if is_globe else "", level, counted)


def _without_unseen(points: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    """Without points that lie, with the one kept before and the next one, off the same edge of the map.

    Compared with the last one kept, not with the one before: else corners are cut, and inland turns to sea.
    """
    sides = [
        (1 if x < low else 2 if x > high else 0) | (4 if y < low else 8 if y > high else 0) for x, y in points
    ]
    kept, side = [points[0]], sides[0]
    last = len(points) - 1
    for number in range(1, last):
        if not side & sides[number] & sides[number + 1]:
            kept.append(points[number])
            side = sides[number]
    kept.append(points[last])
    return kept


def _seen_dots(view: View, shape: Shape, points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    most = round(SIZE) * FINE
    if view.kind is not Kind.GLOBE:
        return [(x, y) for x, y in points if 0 <= x <= most and 0 <= y <= most]
    cx, cy, cz = view.center
    least = math.cos(min(math.pi, QUARTER / view.squeeze * 0.96))
    return [
        point
        for point, x, y, z in zip(points, *shape.places, strict=True)
        if cx * x + cy * y + cz * z > least and 0 <= point[0] <= most and 0 <= point[1] <= most
    ]


def _put_dots(pens: dict[Layer, Pen], dots: dict[Layer, set[tuple[int, int]]]) -> None:
    """The big ones all, the small ones as long as there is room."""
    left = DOTS_MAX
    for layer in (Layer.TOWN_BIG, Layer.TOWN_MIDDLE, Layer.TOWN_SMALL):
        found = sorted(dots[layer])
        share = -(-len(found) // left) if left > 0 else 0  # every so manyth
        for x, y in found[::share] if share else ():
            pens[layer].dot(x, y)
            left -= 1


def _grid(view: View) -> str:
    """Lines of latitude and longitude, which make the globe round."""
    pen = Pen(GLOBE_NEAREST * 2)
    meridians = [[vector(lon, lat) for lat in range(-75, 76, 5)] for lon in range(-180, 180, GRID_STEP)]
    circles = [[vector(lon, lat) for lon in range(-180, 181, 5)] for lat in range(-75, 76, GRID_STEP)]
    for line in meridians + circles:
        run: list[Vector] = []
        for point in [*line, None]:
            if point is not None and angle(view.center, point) * view.squeeze < QUARTER:
                run.append(point)
                continue
            if len(run) > 1:
                xs, ys, zs = zip(*run, strict=True)
                pen.line(view.points(xs, ys, zs, FINE))
            run = []
    return pen.data()
