"""The file of map data, opened read-only: cells of land and sea, and names."""

import math
import sqlite3
import threading
import zlib
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from milepost.map.levels import DEGREE, GRID, LEVELS, Layer, cell_id
from milepost.map.rings import unpack
from milepost.map.sphere import Vector, angle, vector
from milepost.model.errors import OperatorError

FILE = Path(__file__).with_name("geo.sqlite")
CELLS_KEPT = 700  # decoded: about 12 bytes a point, so some 6 MB
NAMES_MAX = 400  # rows of one question
RANKS_KEPT = 4
POLE = 89.9
STATES_MAX = 200


class MapError(OperatorError):
    """The map data cannot be used; the text says what to do."""


Places = tuple["array[float]", "array[float]", "array[float]"]


class Shape:
    """A ring, a line or a row of dots on the globe, and the circle around it."""

    __slots__ = ("_latitudes", "_longitudes", "_places", "center", "layer", "radius")

    def __init__(self, layer: Layer, longitudes: Sequence[float], latitudes: Sequence[float]) -> None:
        """Takes radians."""
        self.layer, self._longitudes, self._latitudes = layer, longitudes, latitudes
        self._places: Places | None = None
        west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
        across, up = (west + east) / 2, (south + north) / 2
        self.center: Vector = (math.cos(up) * math.cos(across), math.cos(up) * math.sin(across), math.sin(up))
        widest = 1.0 if south < 0 < north else math.cos(min(abs(south), abs(north)))
        self.radius = math.hypot((north - south) / 2, widest * (east - west) / 2)  # radians, rather too much

    @property
    def places(self) -> Places:
        """The points of unit vectors, all x, all y, all z. Worked out when first seen: much never is."""
        if self._places is None:
            cos, sin = math.cos, math.sin
            flat = [cos(latitude) for latitude in self._latitudes]
            xs = array("f", [f * cos(along) for f, along in zip(flat, self._longitudes, strict=True)])
            ys = array("f", [f * sin(along) for f, along in zip(flat, self._longitudes, strict=True)])
            self._places = xs, ys, array("f", [sin(latitude) for latitude in self._latitudes])
            self._longitudes = self._latitudes = ()
        return self._places


class Country(NamedTuple):
    """A country's name, where on its land it is written, and how far its land reaches from there."""

    code: str
    name: str
    place: Vector
    area: int  # thousandths of a square degree
    radius_km: int


class Town(NamedTuple):
    """A town or a state to be named."""

    name: str
    place: Vector
    people: int


class Atlas:
    """Answers shapes and names. Safe for several threads."""

    def __init__(self, path: Path = FILE) -> None:
        """Raises MapError if the file is missing or is none of ours."""
        if not path.is_file():
            raise MapError(f"map data {path} is missing: run `make setup` in a source tree")
        try:
            uri = f"{path.resolve().as_uri()}?immutable=1"
            self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._lock = threading.Lock()
            self.attribution = str(self._rows("SELECT line FROM about")[0][0])
            self.countries = tuple(
                Country(code, name, vector(lon, lat), area, radius)
                for code, name, lon, lat, area, radius in self._rows(
                    "SELECT code, name, lon, lat, area, radius_km FROM country ORDER BY area DESC, name"
                )
            )
            self.states = tuple(
                Town(name, vector(lon, lat), 0)
                for name, lon, lat in self._rows("SELECT name, lon, lat FROM state LIMIT ?", STATES_MAX)
            )
        except (sqlite3.Error, IndexError) as error:
            raise MapError(
                f"map data {path} cannot be read ({error}): delete it, run `make setup`"
            ) from error
        self._by_code = {one.code: one for one in reversed(self.countries) if one.code}
        self._cell = lru_cache(CELLS_KEPT)(self._read_cell)
        self._cities = lru_cache(RANKS_KEPT)(self._read_cities)

    def country(self, code: str) -> Country | None:
        """By its ISO 3166 alpha-2 code."""
        return self._by_code.get(code.upper())

    def shapes(self, level: int, center: Vector, reach: float) -> Iterator[Shape]:
        """Everything of a level that may lie within `reach` (radians) of a place."""
        size = LEVELS[level].cell
        latitude = math.degrees(math.asin(max(-1.0, min(1.0, center[2]))))
        spread = math.degrees(reach)
        first = max(-90, math.floor((latitude - spread) / size) * size)
        for south in range(first, min(90, math.ceil(latitude + spread)), size):
            for west in range(-180, 180, size):
                middle, radius = _circle(west, south, size)
                if _is_near(center, middle, reach + radius):
                    for shape in self._cell(level, west, south):
                        if _is_near(center, shape.center, reach + shape.radius):
                            yield shape

    def cities(self, rank_max: int) -> tuple[Town, ...]:
        """Cities of the world up to a rank, the most important first."""
        return self._cities(rank_max)

    def towns(self, center: Vector, reach: float, people: int) -> list[Town]:
        """Towns near a place, the biggest first. Only for views of a region: `reach` of some degrees."""
        longitude, latitude = (
            math.degrees(math.atan2(center[1], center[0])),
            math.degrees(math.asin(center[2])),
        )
        spread = math.degrees(reach)
        wide = spread / max(0.05, math.cos(math.radians(min(POLE, abs(latitude) + spread))))
        rows = self._rows(
            "SELECT name, lon, lat, people FROM town WHERE lat BETWEEN ? AND ? AND people >= ? "
            "AND (lon BETWEEN ? AND ? OR lon BETWEEN ? AND ? OR lon BETWEEN ? AND ?) "
            "ORDER BY people DESC, name LIMIT ?",
            round((latitude - spread) * DEGREE),
            round((latitude + spread) * DEGREE),
            people,
            *(round((longitude + side + turn) * DEGREE) for turn in (-360, 0, 360) for side in (-wide, wide)),
            NAMES_MAX,
        )
        return [Town(name, vector(lon / DEGREE, lat / DEGREE), many) for name, lon, lat, many in rows]

    def _rows(self, question: str, *values: float) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(question, values).fetchall()

    def _read_cities(self, rank_max: int) -> tuple[Town, ...]:
        rows = self._rows("SELECT name, lon, lat, people FROM city WHERE rank <= ? ORDER BY rowid", rank_max)
        return tuple(
            Town(name, vector(lon / DEGREE, lat / DEGREE), people) for name, lon, lat, people in rows
        )

    def _read_cell(self, level: int, west: int, south: int) -> tuple[Shape, ...]:
        rows = self._rows("SELECT data FROM cell WHERE id = ?", cell_id(level, west, south))
        try:
            return tuple(_shapes(rows[0][0], west, south, LEVELS[level].cell)) if rows else ()
        except (zlib.error, ValueError) as error:
            raise MapError(f"map data is damaged ({error}): delete it and run `make setup`") from error


def _is_near(one: Vector, other: Vector, most: float) -> bool:
    """At most so many radians apart. Asked some thousand times a map."""
    return most >= math.pi or one[0] * other[0] + one[1] * other[1] + one[2] * other[2] >= math.cos(most)


@lru_cache(16_384)
def _circle(west: int, south: int, size: int) -> tuple[Vector, float]:
    """The middle of a cell and the radius around it, in radians."""
    middle = vector(west + size / 2, south + size / 2)
    corners = (vector(west, south), vector(west, south + size))
    return middle, max(angle(middle, corner) for corner in corners)


def _shapes(packed: bytes, west: int, south: int, size: int) -> Iterator[Shape]:
    step = math.radians(size / GRID)
    across, up = math.radians(west), math.radians(south)
    for layer, _rank, steps_x, steps_y in unpack(packed):
        yield Shape(
            layer,
            array("f", [across + along * step for along in steps_x]),
            array("f", [up + along * step for along in steps_y]),
        )
