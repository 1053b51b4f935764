"""The towns of the place data, and the names each goes by, out of GeoNames' list and the US ZIP codes."""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from build_gazetteer_names import NEAR, keys_of

from milepost.places.keys import place_key, town_key

OWN_CLOCKS = {  # towns that keep another time than their state, whatever a table says
    ("US", "NV", "West Wendover"): "America/Denver",
    ("US", "NV", "Jackpot"): "America/Boise",
    ("US", "IN", "Vincennes"): "America/Indiana/Vincennes",
}
VILLAGES_LEFT_OUT = frozenset(["BZ", "CI", "CV", "GM", "HN", "IR", "PA", "PE", "RO", "TR", "UA"])
KOREAN_KIND = re.compile(r"-(si|gun|eup|myeon)$")  # people say Seongnam, not Seongnam-si
VILLAGE = 1_000  # people
SMALL_TOWN = 600  # assumed population of a US town that only the post office lists
ZONE = re.compile(r"[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+")  # one ZIP names a village instead of a zone
MILITARY = ("AA", "AE", "AP")  # the post office's states for ships and bases anywhere


class Town(NamedTuple):
    """One row of `city`; `keys` are what it is filed under, with True for its own name."""

    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    zone: str
    population: int
    keys: dict[str, bool]


class Code(NamedTuple):
    """One US ZIP code; `names` are the towns that the post office accepts for it, its own name first."""

    zip5: str
    city: str
    state: str
    latitude: float
    longitude: float
    zone: str
    names: tuple[str, ...]


def listed_towns(cities: Mapping[str, Mapping[str, Any]], shorts: Mapping[str, str]) -> list[Town]:
    """GeoNames' towns."""
    return [
        Town(
            KOREAN_KIND.sub("", row["name"]) if row["countrycode"] == "KR" else row["name"],
            row["countrycode"],
            row["admin1code"],
            row["latitude"],
            row["longitude"],
            OWN_CLOCKS.get((row["countrycode"], row["admin1code"], row["name"]), row["timezone"]),
            row["population"],
            dict(keys_of(row["name"], row["alternatenames"], row["countrycode"], row["population"], shorts)),
        )
        for row in sorted(cities.values(), key=lambda row: int(row["geonameid"]))
        if not (0 < row["population"] < VILLAGE and row["countrycode"] in VILLAGES_LEFT_OUT)
    ]


def more_towns(table: Iterable[Mapping[str, str]], shorts: Mapping[str, str]) -> list[Town]:
    """Towns of a table of our own, which GeoNames' list does not have."""
    return [
        Town(
            row["name"],
            row["country"],
            row["admin1"],
            float(row["latitude"]),
            float(row["longitude"]),
            row["zone"],
            int(row["population"]),
            dict(keys_of(row["name"], (), row["country"], int(row["population"]), shorts)),
        )
        for row in table
    ]


class Named:
    """Towns by country and by every name, the biggest first."""

    def __init__(self, towns: Iterable[Town]) -> None:
        """Takes the towns biggest first: a town's number is its place in that order."""
        self._by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._own: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, town in enumerate(towns):
            for key, is_own in town.keys.items():
                (self._own if is_own else self._by_key)[town.country, key].append(number)

    def all(self, country: str, name: str, shorts: Mapping[str, str]) -> list[int]:
        """Towns of that name; if there are none, those that also go by it."""
        key = country, town_key(place_key(name), shorts)
        return self._own.get(key) or self._by_key.get(key) or []

    def is_own(self, country: str, key: str) -> bool:
        """Whether any town is called so."""
        return (country, key) in self._own

    def main(self, country: str, name: str, shorts: Mapping[str, str]) -> int:
        """The biggest. Raises LookupError: a table names a town that there is not."""
        if found := self.all(country, name, shorts):
            return found[0]
        message = f"tools/gazetteer: there is no town {name!r} in {country}: correct the table that names it"
        raise LookupError(message)


def also_named(
    towns: list[Town], table: Iterable[Mapping[str, str]], shorts: Mapping[str, str]
) -> list[Town]:
    """The towns with the names of a table of our own: `called` in answers, and filed under `names` too."""
    named = Named(towns)
    for row in table:
        number = named.main(row["country"], row["town"], shorts)
        town = towns[number]
        given = [town_key(place_key(name), shorts) for name in row["names"].split("|")]
        keys = {key: not named.is_own(row["country"], key) for key in given} | town.keys
        if row["called"]:
            keys[town_key(place_key(row["called"]), shorts)] = True
        towns[number] = town._replace(name=row["called"] or town.name, keys=keys)
    return towns


def us_codes(
    rows: Iterable[Mapping[str, Any]], towns: Iterable[Town], shorts: Mapping[str, str]
) -> list[Code]:
    """US ZIP codes. Where GeoNames and the ZIP list differ on name or zone, GeoNames is right (86003)."""
    known = {
        (key, town.admin1): town
        for town in towns
        if town.country == "US"
        for key, own in town.keys.items()
        if own
    }
    codes = []
    for row in sorted(rows, key=lambda row: row["zip_code"]):
        if row["country"] != "US" or row["state"] in MILITARY or not row["lat"]:
            continue
        town = known.get((town_key(place_key(row["city"]), shorts), row["state"]))
        zone = (
            OWN_CLOCKS.get(("US", row["state"], row["city"]))
            or (town.zone if town else row["timezone"])
            or ""
        )
        codes.append(
            Code(
                row["zip_code"],
                town.name if town else row["city"],
                row["state"],
                float(row["lat"]),
                float(row["long"]),
                zone if ZONE.fullmatch(zone) else "",
                (row["city"], *(row["acceptable_cities"] or ())),
            )
        )
    return codes


def post_towns(codes: Iterable[Code], towns: Iterable[Town], shorts: Mapping[str, str]) -> list[Town]:
    """US towns known only by their ZIP codes, at the middle of these; zone empty where they differ."""
    known = {
        (key, town.admin1) for town in towns if town.country == "US" for key, own in town.keys.items() if own
    }
    groups: dict[tuple[str, str], list[Code]] = defaultdict(list)
    names: dict[tuple[str, str], str] = {}
    for code in codes:
        for name in code.names:
            key = town_key(place_key(name), shorts), code.state
            if key not in known and len(key[0]) >= NEAR:
                groups[key].append(code)
                names.setdefault(key, name)
    found = []
    for (key, state), group in sorted(groups.items()):
        zones = Counter(code.zone for code in group)
        found.append(
            Town(
                names[key, state],
                "US",
                state,
                sum(code.latitude for code in group) / len(group),
                sum(code.longitude for code in group) / len(group),
                next(iter(zones)) if len(zones) == 1 else "",
                SMALL_TOWN,
                {key: True},
            )
        )
    return found
