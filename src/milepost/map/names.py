"""Which names a map bears: countries, states, cities, towns; the most important first, none over another."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from milepost.map.atlas import Atlas
from milepost.map.letters import width
from milepost.map.room import NARROW, WIDE, Room, Width
from milepost.map.sphere import Vector
from milepost.map.view import SIZE, Kind, Point, View

EDGE = 30.0  # units that stay free at the map's edge
STATES_FROM, STATES_TO = 26.0, 330.0  # units per degree between which states are named
COUNTRIES_TO = 40.0
TOWNS_FROM = 90.0
TOWN_PEOPLE = 9_000
CITY_RANKS = ((9.0, 1), (20.0, 2), (40.0, 4), (90.0, 7), (1e9, 8))  # up to so many units per degree
COUNTRY_AREAS = ((9.0, 250_000), (20.0, 60_000), (1e9, 8_000))  # thousandths of a square degree
COUNTRIES_MAX, CITIES_MAX, GLOBE_CITIES_MAX, TOWNS_MAX = 14, 16, 10, 14
NEAR_RIM = 0.93  # of a globe's radius
GAP = 8.0  # px from a city's ring to its name
RING = 4.0


class Sort(StrEnum):
    """What kind of a name it is; the style sheet knows these."""

    COUNTRY = "country"
    STATE = "state"
    CITY = "city"
    TOWN = "town"


SIZES = {Sort.COUNTRY: 10.5, Sort.STATE: 10.5, Sort.CITY: 11.5, Sort.TOWN: 11.0}
CAPITALS = {Sort.COUNTRY: 1.38, Sort.STATE: 1.38, Sort.CITY: 1.0, Sort.TOWN: 1.0}
"""How much wider capitals with space between them are."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its place. `side`: of the ring, or `c` for a name that stands in the middle of its area."""

    text: str
    x: float
    y: float
    sort: Sort
    side: str
    is_on_narrow: bool


def names(atlas: Atlas, view: View, room: Room, taken: Iterable[str]) -> tuple[Name, ...]:
    """The names for which there is room beside the way. `taken`: what the way's own stops are called."""
    placed = _Placing(view, room, {name.casefold() for name in taken})
    fine = view.units_per_degree
    if fine < COUNTRIES_TO:
        least = _by(COUNTRY_AREAS, fine)
        lands = ((one.name, one.place) for one in atlas.countries if one.area >= least)
        placed.put(lands, Sort.COUNTRY, COUNTRIES_MAX)
    cities = ((town.name, town.place) for town in atlas.cities(_by(CITY_RANKS, fine)))
    placed.put(cities, Sort.CITY, GLOBE_CITIES_MAX if view.kind is Kind.GLOBE else CITIES_MAX)
    if STATES_FROM < fine < STATES_TO:
        placed.put(((state.name, state.place) for state in atlas.states), Sort.STATE, COUNTRIES_MAX)
    if fine > TOWNS_FROM:
        towns = atlas.towns(view.center, view.reach, TOWN_PEOPLE)
        placed.put(((town.name, town.place) for town in towns), Sort.TOWN, TOWNS_MAX)
    return tuple(placed.found)


class _Placing:
    """Greedy: who comes first has the place."""

    def __init__(self, view: View, room: Room, taken: set[str]) -> None:
        self._view, self._room, self._taken = view, room, taken
        reach = view.reach * (NEAR_RIM if view.kind is Kind.GLOBE else 1)
        self._least = math.cos(min(math.pi, reach))
        self.found: list[Name] = []

    def put(self, told: Iterable[tuple[str, Vector]], sort: Sort, most: int) -> None:
        """As many of these as there is room for."""
        left = most
        for text, x, y in self._seen(told):
            if left <= 0:
                return
            if text.casefold() not in self._taken and self._put(text, x, y, sort):
                self._taken.add(text.casefold())
                left -= 1

    def _seen(self, told: Iterable[tuple[str, Vector]]) -> Iterator[tuple[str, float, float]]:
        view = self._view
        center_x, center_y, center_z = view.center
        for text, place in told:
            if center_x * place[0] + center_y * place[1] + center_z * place[2] < self._least:
                continue
            x, y = view.point(place)
            if EDGE < x < SIZE - EDGE and EDGE < y < SIZE - EDGE:
                yield text, x, y

    def _put(self, text: str, x: float, y: float, sort: Sort) -> bool:
        for side in "c" if sort in (Sort.COUNTRY, Sort.STATE) else "rl":
            if self._room.take(name_box(text, (x, y), sort, side, WIDE), WIDE):
                is_on_narrow = self._room.take(name_box(text, (x, y), sort, side, NARROW), NARROW)
                self.found.append(Name(text, x, y, sort, side, is_on_narrow))
                return True
        return False


def name_box(text: str, at: Point, sort: Sort, side: str, drawn: Width) -> tuple[float, float, float, float]:
    """The room a name needs with its ring, in units, on a map drawn at a width."""
    x, y = at
    wide = width(text, SIZES[sort]) * CAPITALS[sort] * drawn.units_per_px
    half = SIZES[sort] * 0.7 * drawn.units_per_px
    gap, ring = GAP * drawn.units_per_px, RING * drawn.units_per_px
    if side == "c":
        return x - wide / 2, y - half, x + wide / 2, y + half
    if side == "r":
        return x - ring, y - half, x + gap + wide, y + half
    return x - gap - wide, y - half, x + ring, y + half


def _by(steps: Sequence[tuple[float, int]], fine: float) -> int:
    return next(value for most, value in steps if fine < most)
