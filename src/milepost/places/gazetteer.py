"""Finds where a scan happened, and its time zone, in a file that comes with Milepost (carriers.md §10)."""

import re
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from milepost.model.errors import OperatorError
from milepost.model.places import Located, Precision, RawPlace
from milepost.places.keys import place_key, spelled_out
from milepost.places.readings import Country, Reading, Region, Words, rounds
from milepost.places.zones import one_zone

CACHED_PLACES_MAX = 20_000
MAPPED_BYTES_MAX = 64_000_000
HOMONYMS_MAX = 50  # towns of one name looked at
SURE_OF_TOWN = 2  # times as many people as the next town of that name: most likely meant
SURE_OF_CLOCK = 10  # times as many: sure enough to compute an instant with its time zone
SURE_ANYWHERE = 20  # times as many as any town of that name in the world, when no country was given
KNOWN_ANYWHERE = 100_000  # people a town needs to be meant without its country
_IATA = re.compile(r"[A-Z]{3}")

_TOWN = (
    "SELECT n.is_main, c.name, c.country, c.admin1, c.lat, c.lon, c.zone, c.population "
    "FROM city_name n JOIN city c ON c.id = n.id WHERE n.key = ?1"
)
_ORDER = f" ORDER BY n.is_main DESC, c.population DESC, c.id LIMIT {HOMONYMS_MAX}"
TOWN_IN_REGION = _TOWN + " AND n.country = ?2 AND c.admin1 = ?3" + _ORDER
TOWN_IN_COUNTRY = _TOWN + " AND n.country = ?2" + _ORDER
TOWN_ANYWHERE = _TOWN + _ORDER
ZIP = "SELECT city, state, lat, lon, zone FROM zip WHERE zip5 = ?1"
AIRPORT = "SELECT city, region, country, lat, lon, zone FROM iata WHERE code = ?1"
AIRPORT_NAMED = "SELECT code FROM airport_name WHERE key = ?1 AND country = ?2"


class PlacesError(OperatorError):
    """The place data cannot be used; the text says what to do."""


class Town(NamedTuple):
    """One row of the file's towns."""

    is_main: int
    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    zone: str
    population: int


class Found(NamedTuple):
    """A place and how many people live there, to weigh two readings of one line."""

    located: Located
    population: int


class SqliteGazetteer:
    """Offline place look-up. Safe for several threads; about 0.1 ms for a place not asked before."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file read-only (default: the one in the package). Raises PlacesError if it is missing."""
        self._path = path or Path(__file__).with_name("gazetteer.sqlite")
        if not self._path.is_file():
            raise PlacesError(f"place data {self._path} is missing: run `make setup` in a source tree")
        try:
            uri = f"{self._path.resolve().as_uri()}?immutable=1"
            flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            self._database = apsw.Connection(uri, flags=flags)
            self._database.execute(f"PRAGMA mmap_size={MAPPED_BYTES_MAX}")
            self._words = self._read_words()
        except apsw.Error as error:
            raise PlacesError(
                f"place data {self._path} cannot be read ({error}): delete it and run `make setup`"
            ) from error
        self._regions = {(region.country, region.admin1): region for region in self._words.regions.values()}
        self._lock = threading.Lock()
        self._cached = lru_cache(maxsize=CACHED_PLACES_MAX)(self._find)

    @property
    def attribution(self) -> str:
        """The line that has to be shown where its data is shown (GeoNames, CC BY 4.0)."""
        return str(self._rows("SELECT line FROM about")[0][0])

    def locate(self, place: RawPlace) -> Located | None:
        """The place, or None when it cannot be told; never a guess between equals."""
        return self._cached(place)

    def _find(self, place: RawPlace) -> Located | None:
        with self._lock:
            text = place.text.strip()
            if _IATA.fullmatch(text) and not place.city and text != "USA":
                country = self._words.country(place_key(place.country)) if place.country else None
                if found := self._airport(text, country, "airport code"):
                    return found.located
            coarse: Located | None = None
            for readings in rounds(place, self._words):
                best = _choose([found for reading in readings if (found := self._resolve(reading))])
                if best and best.precision is not Precision.COUNTRY:
                    return best
                coarse = coarse or best
            return self._facility(place, coarse) or coarse

    def _resolve(self, reading: Reading) -> Found | None:
        return self._by_postcode(reading) or self._by_town(reading) or self._by_country(reading)

    def _by_postcode(self, reading: Reading) -> Found | None:
        """A US ZIP code, unless something else that was said speaks against it."""
        if not reading.postcode or reading.country not in (None, "US", "PR", "VI", "GU"):
            return None
        rows = self._rows(ZIP, reading.postcode)
        if not rows:
            return None
        city, state, latitude, longitude, zone = rows[0]
        if reading.region and state != reading.region.code:
            return None
        if reading.country is None and reading.towns and place_key(city) not in reading.towns:
            return None
        located = Located(
            city=city,
            region=state,
            country="US",
            latitude=latitude,
            longitude=longitude,
            zone=zone or None,
            precision=Precision.POSTCODE,
            method="US ZIP code",
        )
        return Found(located, KNOWN_ANYWHERE)

    def _by_town(self, reading: Reading) -> Found | None:
        for town in reading.towns:
            for key in dict.fromkeys((town, spelled_out(town))):
                if found := self._town(key, reading):
                    return found
            if not reading.country:
                continue
            if _IATA.fullmatch(town) and (found := self._airport(town, reading.country, "airport code")):
                return found
            for (code,) in self._rows(AIRPORT_NAMED, town, reading.country):
                return self._airport(code, reading.country, "airport name")
        return None

    def _town(self, key: str, reading: Reading) -> Found | None:
        region, country = reading.region, reading.country
        if region:
            rows = self._rows(TOWN_IN_REGION, key, region.country, region.admin1)
            return self._found(Town(*rows[0]), "town and state", sure=True) if rows else None
        rows = self._rows(TOWN_IN_COUNTRY, key, country) if country else self._rows(TOWN_ANYWHERE, key)
        towns = _of_best_name(Town(*row) for row in rows)
        if not towns:
            return None
        first, others = towns[0], towns[1:]
        lead = min((first.population / max(1, other.population) for other in others), default=float("inf"))
        if country is None:
            if not first.is_main or first.population < KNOWN_ANYWHERE or lead < SURE_ANYWHERE:
                return None
            return self._found(first, "town known everywhere", sure=True)
        same_clock = one_zone(tuple(dict.fromkeys(town.zone for town in towns))) is not None
        if lead < SURE_OF_TOWN:
            return self._one_of_several(country, first.zone if same_clock else None)
        return self._found(first, "town and country", sure=same_clock or lead >= SURE_OF_CLOCK)

    def _found(self, town: Town, method: str, *, sure: bool) -> Found:
        region = self._regions.get((town.country, town.admin1))
        located = Located(
            city=town.name,
            region=region.code if region else "",
            country=town.country,
            latitude=town.latitude,
            longitude=town.longitude,
            zone=(town.zone or None) if sure else None,
            precision=Precision.CITY,
            method=method,
        )
        return Found(located, town.population)

    def _one_of_several(self, country: str, zone: str | None) -> Found:
        return Found(_coarse(country, "", zone, "several towns of that name"), 0)

    def _airport(self, code: str, country: str | None, method: str) -> Found | None:
        rows = self._rows(AIRPORT, code)
        if not rows or (country and rows[0][2] != country):
            return None
        city, region, airport_country, latitude, longitude, zone = rows[0]
        located = Located(
            city=city,
            region=region,
            country=airport_country,
            latitude=latitude,
            longitude=longitude,
            zone=zone,
            precision=Precision.AIRPORT,
            method=method,
        )
        return Found(located, KNOWN_ANYWHERE)

    def _by_country(self, reading: Reading) -> Found | None:
        if reading.country is None or (reading.towns and not reading.told):
            return None
        country, region = self._words.countries[reading.country], reading.region
        if country.one_city and not reading.towns:
            rows = self._rows(TOWN_IN_COUNTRY, place_key(country.name), country.code)
            if rows:
                return self._found(Town(*rows[0]), "country that is one town", sure=True)
        if region:
            zone = one_zone(region.zones) or one_zone(country.zones)
            return Found(_coarse(country.code, region.code, zone, "state"), 0)
        return Found(_coarse(country.code, "", one_zone(country.zones), "country"), 0)

    def _facility(self, place: RawPlace, coarse: Located | None) -> Located | None:
        """A building's code that is an airport's, in a country that is known."""
        if coarse is None or not _IATA.fullmatch(place.facility.strip()):
            return None
        found = self._airport(place.facility.strip(), coarse.country, "facility code")
        return found.located if found else None

    def _rows(self, sql: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        return list(self._database.execute(sql, values))

    def _read_words(self) -> Words:
        countries = {
            code: Country(code, name, tuple(zones.split()), bool(one_city))
            for code, name, zones, one_city in self._rows("SELECT code, name, zones, one_city FROM country")
        }
        regions = {}
        for country, code, key, admin1, zones in self._rows("SELECT * FROM region"):
            region = Region(country, code, admin1, tuple(zones.split()))
            regions[country, code] = regions[country, key] = region
        phrases = [tuple(row[0].split()) for row in self._rows("SELECT phrase FROM noise ORDER BY place")]
        noise = {
            first: tuple(sorted((phrase for phrase in phrases if phrase[0] == first), key=len, reverse=True))
            for first in {phrase[0] for phrase in phrases}
        }
        return Words(
            countries=countries,
            country_names=dict(self._rows("SELECT key, country FROM country_name")),
            regions=regions,
            noise=noise,
        )


def _of_best_name(towns: Iterable[Town]) -> list[Town]:
    """Towns whose own name it is; else those that also go by it."""
    every = list(towns)
    return [town for town in every if town.is_main] or every


def _coarse(country: str, region: str, zone: str | None, method: str) -> Located:
    return Located(
        city="",
        region=region,
        country=country,
        latitude=None,
        longitude=None,
        zone=zone,
        precision=Precision.COUNTRY,
        method=method,
    )


def _choose(found: list[Found]) -> Located | None:
    """The one place all good readings mean, or the far greater one; None between equals."""
    fine = [one for one in found if one.located.precision is not Precision.COUNTRY]
    ranked = sorted(fine or found, key=lambda one: -one.population)
    places = {(one.located.country, one.located.region, one.located.city) for one in ranked}
    if not ranked:
        return None
    if len(places) == 1 or (fine and ranked[0].population >= SURE_OF_CLOCK * ranked[1].population):
        return ranked[0].located
    return None
