"""The file of place data, opened read-only, and every question that is asked of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from milepost.model.errors import OperatorError
from milepost.places.keys import place_key, town_key
from milepost.places.tables import Words, read_words
from milepost.places.towns import Town

MAPPED_BYTES_MAX = 64_000_000
NAMESAKES_MAX = 1_000  # rows looked at for the towns of one line
PLACED_MAX = 32  # numbers written into a statement; more are told as JSON
STATEMENTS_MAX = 400
GREAT_TOWNS_MAX = 64  # lists of them kept
GREAT_IN_STATE = 4_000  # people
GREAT_IN_COUNTRY = 100_000

ZIP = "SELECT city, state, lat, lon, zone FROM zip WHERE zip5 = ?1"
AIRPORT = "SELECT city, region, country, lat, lon, zone, major FROM iata WHERE code = ?1"
AIRPORT_NAMED = "SELECT code FROM airport_name WHERE key = ?1 AND country = ?2"
_ONE = "SELECT '', 1, c.name, c.country, c.admin1, c.lat, c.lon, c.zone, c.population"
LONGER = (
    "SELECT count(*) FROM (SELECT 1 FROM city_name WHERE key > ?1 AND key < ?2 AND country = ?3 AND is_main "
    "LIMIT 3)"
)
LAST = "\U0010ffff"
SEVERAL = 3
GREAT = (
    f"{_ONE} FROM city c WHERE c.country = ?2 AND c.admin1 = coalesce(?3, c.admin1) "  # noqa: S608 - our own columns
    "AND c.id < (SELECT id FROM city WHERE population < ?1 ORDER BY id LIMIT 1)"
)
CODE = f"{_ONE} FROM code n JOIN city c ON c.id = n.id WHERE n.code = ?1 AND n.country = ?2"
AREA = (
    f"{_ONE}, n.whole FROM postcode n JOIN city c ON c.id = n.id WHERE n.country = ?1 "
    "AND n.prefix IN (?2, ?3, ?4, ?5) ORDER BY length(n.prefix) DESC LIMIT 1"
)


class PlacesError(OperatorError):
    """The place data cannot be used; the text says what to do."""


class Airport(NamedTuple):
    """One airport and the city it serves; `is_major` when its code alone may well mean it."""

    city: str
    region: str
    country: str
    latitude: float
    longitude: float
    zone: str
    is_major: int


class Shelf:
    """Answers rows; decides nothing. One thread at a time."""

    def __init__(self, path: Path) -> None:
        """Raises PlacesError if the file is missing or is none of ours."""
        if not path.is_file():
            raise PlacesError(f"place data {path} is missing: run `make setup` in a source tree")
        try:
            uri = f"{path.resolve().as_uri()}?immutable=1"
            flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            self._database = apsw.Connection(uri, flags=flags, statementcachesize=STATEMENTS_MAX)
            self._database.execute(f"PRAGMA mmap_size={MAPPED_BYTES_MAX}")
            self.words: Words = read_words(self._rows)
            self._great_towns = lru_cache(maxsize=GREAT_TOWNS_MAX)(self._read_great_towns)
            self.attribution = str(self._rows("SELECT line FROM about")[0][0])
        except apsw.Error as error:
            raise PlacesError(
                f"place data {path} cannot be read ({error}): delete it and run `make setup`"
            ) from error

    def towns(self, keys: Sequence[str], country: str | None, admin1: str = "") -> Mapping[str, list[Town]]:
        """Towns filed under each of these keys, the biggest first; keys without any are left out."""
        filed = list(
            self._database.execute(
                _named(len(keys), in_country=country is not None), (*keys, country) if country else keys
            )
        )
        if not filed:
            return {}
        numbers = list({number for _, number, _ in filed})
        known = {row[0]: row for row in self._cities(numbers, admin1)}
        found: dict[str, list[Town]] = {}
        for key, number, is_main in filed:
            if (row := known.get(number)) is not None:
                found.setdefault(key, []).append(Town(key, is_main, *row[1:]))
        if country is None:
            for some in found.values():
                some.sort(key=_people, reverse=True)
        return found

    def _cities(self, numbers: Sequence[int], admin1: str) -> Iterator[tuple[Any, ...]]:
        """Asked apart from the names: joined, SQLite takes twice as long."""
        in_state = bool(admin1)
        if len(numbers) <= PLACED_MAX:
            return self._database.execute(
                _numbered(len(numbers), in_state=in_state), (*numbers, admin1) if in_state else numbers
            )
        listed = json.dumps(numbers)
        return self._database.execute(
            _numbered(0, in_state=in_state), (listed, admin1) if in_state else (listed,)
        )

    def great_towns(self, country: str, admin1: str) -> Sequence[Town]:
        """Towns that a misspelt name may mean: a state's of some size, or a country's great cities."""
        return self._great_towns(country, admin1)

    def begins_many(self, key: str, country: str) -> bool:
        """Whether several towns' own names begin with this one (`SAN GIOVANNI`)."""
        row = next(iter(self._database.execute(LONGER, (key, key + LAST, country))))
        return int(row[0]) >= SEVERAL

    def zip_code(self, code: str) -> tuple[Any, ...] | None:
        """Town, state, latitude, longitude and zone of a US ZIP code."""
        return next(iter(self._database.execute(ZIP, (code,))), None)

    def airport(self, code: str) -> Airport | None:
        """The airport of three letters."""
        row = next(iter(self._database.execute(AIRPORT, (code,))), None)
        return Airport(*row) if row else None

    def airport_named(self, key: str, country: str) -> Airport | None:
        """The one airport of a country that goes by this name."""
        row = next(iter(self._database.execute(AIRPORT_NAMED, (key, country))), None)
        return self.airport(str(row[0])) if row else None

    def city_of_code(self, code: str, country: str) -> Town | None:
        """The city that the post or an airline writes with these three letters, and no airport has."""
        row = next(iter(self._database.execute(CODE, (code, country))), None)
        return Town(*row) if row else None

    def postal_area(self, prefixes: Sequence[str], country: str) -> tuple[Town, bool] | None:
        """The main town where such postal codes are, and whether it is the only one there."""
        four = (*prefixes, "", "", "", "")[:4]
        row = next(iter(self._database.execute(AREA, (country, *four))), None)
        return (Town(*row[:-1]), bool(row[-1])) if row else None

    def _read_great_towns(self, country: str, admin1: str) -> tuple[Town, ...]:
        people = GREAT_IN_STATE if admin1 else GREAT_IN_COUNTRY
        rows = self._database.execute(GREAT, (people, country, admin1 or None))
        towns = [Town._make(row) for row in rows]
        shorts = self.words.shorts.get("", {})
        return tuple(town._replace(key=town_key(place_key(town.name), shorts)) for town in towns)

    def _rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        return list(self._database.execute(sql))


@lru_cache(maxsize=STATEMENTS_MAX)
def _named(keys: int, *, in_country: bool) -> str:
    where = "key = ?" if keys == 1 else f"key IN ({', '.join('?' * keys)})"
    where += " AND country = ?" if in_country else ""
    return f"SELECT key, id, is_main FROM city_name WHERE {where} LIMIT {NAMESAKES_MAX}"  # noqa: S608 - marks only


@lru_cache(maxsize=STATEMENTS_MAX)
def _numbered(numbers: int, *, in_state: bool) -> str:
    """0 stands for many, told as JSON."""
    marks = ", ".join("?" * numbers) or "SELECT value FROM json_each(?)"
    state = " AND admin1 = ?" if in_state else ""
    return (
        f"SELECT id, name, country, admin1, lat, lon, zone, population FROM city WHERE id IN ({marks}){state}"  # noqa: S608
    )


def _people(town: Town) -> int:
    return town.population
