"""A parcel's way as the map is told it: its stops, how far it was scanned, how sure each place is."""

from dataclasses import dataclass
from itertools import pairwise

from milepost.map.atlas import Atlas
from milepost.map.sphere import Vector, km, vector
from milepost.model.places import Precision

STOPS_MAX = 24
"""More are thinned out; the first, the last scanned and the last one stay."""

UNCERTAIN_KM = {Precision.AIRPORT: 4.0, Precision.POSTCODE: 8.0, Precision.CITY: 12.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One place of the way. Without coordinates only the country is known, and it is never a dot."""

    name: str  # as the map writes it; empty: not named
    country: str  # ISO 3166 alpha-2
    longitude: float | None = None  # degrees
    latitude: float | None = None
    precision: Precision = Precision.CITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way. `scanned`: the number of the last stop that was scanned; -1 if none was."""

    stops: tuple[Stop, ...]
    scanned: int
    tone: str = "good"  # of the parcel's state: good, plain, warn, bad
    icon: str = "package"  # of its state
    beside: "tuple[Route, ...]" = ()  # of the order's other parcels, on the same map

    @property
    def parcels(self) -> "tuple[Route, ...]":
        """This way and those beside it, in the order of the spots' `parcel`."""
        return (self, *self.beside)

    @property
    def is_over(self) -> bool:
        """Nothing more is expected."""
        return self.scanned == len(self.stops) - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A stop on the globe. `radius_km`: how far off the parcel may have been."""

    stop: Stop
    place: Vector
    radius_km: float
    number: int  # of the stop

    @property
    def is_country(self) -> bool:
        """Nothing finer than the country is known."""
        return self.stop.precision is Precision.COUNTRY


@dataclass(frozen=True, slots=True)
class Way:
    """A parcel's stops that can be shown. `scanned` and `last` are numbers of stops, as in a Mark."""

    parcel: int  # its place among the route's parcels
    marks: tuple[Mark, ...]
    scanned: int
    last: int


def ways(route: Route, atlas: Atlas) -> tuple[Way, ...]:
    """What can be shown of each parcel's way, the first one's first; without a known place it has none."""
    found = (
        Way(parcel, marks(one, atlas), one.scanned, len(one.stops) - 1)
        for parcel, one in enumerate(route.parcels)
    )
    return tuple(way for way in found if way.marks)


def marks(route: Route, atlas: Atlas) -> tuple[Mark, ...]:
    """The stops that can be shown; a country that the map does not know is left out."""
    found = []
    for number, stop in enumerate(route.stops):
        if stop.longitude is not None and stop.latitude is not None:
            radius = UNCERTAIN_KM.get(stop.precision, UNCERTAIN_KM[Precision.CITY])
            found.append(Mark(stop, vector(stop.longitude, stop.latitude), radius, number))
        elif country := atlas.country(stop.country):
            found.append(Mark(stop, country.place, float(country.radius_km), number))
    return _thinned(tuple(found), route.scanned)


def lengths(marks: tuple[Mark, ...], scanned: int) -> tuple[float, float]:
    """Kilometers scanned and kilometers to go, as straight as the globe allows."""
    done = todo = 0.0
    for one, other in pairwise(marks):
        if other.number <= scanned:
            done += km(one.place, other.place)
        else:
            todo += km(one.place, other.place)
    return done, todo


def _thinned(found: tuple[Mark, ...], scanned: int) -> tuple[Mark, ...]:
    if len(found) <= STOPS_MAX:
        return found
    share = len(found) / STOPS_MAX
    kept = {round(number * share) for number in range(STOPS_MAX)}
    ends = {0, len(found) - 1}
    return tuple(
        mark
        for number, mark in enumerate(found)
        if number in kept or number in ends or mark.number == scanned
    )
