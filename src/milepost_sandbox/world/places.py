"""The cities and hubs of the made-up world: real names, real positions, read from `places.csv`.

The positions and zones were taken once from GeoNames (CC BY 4.0) and the `zipcodes` package, so the world
needs neither.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from milepost_sandbox.world.words import Place

EARTH_RADIUS_KM = 6371.0
AMBIGUOUS_HOUR_SKIP = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One row of the list: a place, what it serves as, and whose hub it is."""

    place: Place
    roles: frozenset[str]
    hub_of: frozenset[str]


@cache
def spots() -> tuple[Spot, ...]:
    """All rows of `places.csv`, in file order."""
    text = resources.files("milepost_sandbox.world").joinpath("places.csv").read_text("utf-8")
    return tuple(_spot(row) for row in csv.DictReader(text.splitlines()))


def _spot(row: dict[str, str]) -> Spot:
    roles = frozenset(row["roles"].split())
    facility = f"{row['city']} {'Hub' if roles & {'hub', 'gateway'} else 'Station'}"
    place = Place(
        city=row["city"],
        region=row["region"],
        country=row["country"],
        postal_code=row["postal_code"],
        zone=row["zone"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        facility=facility,
    )
    return Spot(place=place, roles=roles, hub_of=frozenset(row["hub_of"].split()))


@cache
def place_named(city: str, country: str) -> Place:
    """The place of this name; raises KeyError when the list has none."""
    for spot in spots():
        if spot.place.city == city and spot.place.country == country:
            return spot.place
    raise KeyError(f"no place {city}, {country} in places.csv")


@cache
def homes(country: str) -> tuple[Place, ...]:
    """Where buyers of a country live."""
    return tuple(spot.place for spot in spots() if spot.place.country == country and "home" in spot.roles)


@cache
def hubs(carrier: str, country: str) -> tuple[Place, ...]:
    """A carrier's hubs in a country; any carrier's when it has none of its own."""
    ours = [s.place for s in spots() if s.place.country == country and s.roles & {"hub", "gateway"}]
    own = [s.place for s in spots() if s.place in ours and carrier in s.hub_of]
    return tuple(own or ours)


@cache
def gateways(carrier: str, country: str) -> tuple[Place, ...]:
    """Where a carrier's parcels leave or enter a country; its hubs when it has no gateway there."""
    found = [s.place for s in spots() if s.place.country == country and "gateway" in s.roles]
    own = [s.place for s in spots() if s.place in found and carrier in s.hub_of]
    return tuple(own or found or hubs(carrier, country) or homes(country)[:1])


@cache
def distance_km(one: Place, other: Place) -> float:
    """The great-circle distance."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    dlat, dlon = lat2 - lat1, math.radians(other.lon - one.lon)
    h = math.sin(dlat / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(h))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(instant: datetime, place: Place) -> datetime:
    """The instant with the offset the place's clocks have at that moment."""
    there = instant.astimezone(_zone(place.zone))
    return there.astimezone(timezone(there.utcoffset() or timedelta(0)))


def unambiguous(instant: datetime, place: Place) -> datetime:
    """The instant, moved out of the hour that local clocks show twice when summer time ends.

    A wall clock alone cannot tell which of the two it was, so the truth would not be knowable.
    """
    there = instant.astimezone(_zone(place.zone))
    if there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset():
        return instant + AMBIGUOUS_HOUR_SKIP
    return instant


def at_local(day_of: datetime, hour: int, minute: int, place: Place, days_later: int = 0) -> datetime:
    """The instant (UTC) of hour:minute by the place's clock, on the local day of `day_of` or later."""
    there = day_of.astimezone(_zone(place.zone))
    wall = datetime(there.year, there.month, there.day, hour, minute) + timedelta(days=days_later)  # noqa: DTZ001
    return wall.replace(tzinfo=_zone(place.zone)).astimezone(UTC)
