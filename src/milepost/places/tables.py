"""The small tables of the place data, kept in memory: countries, states, words to leave out."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milepost.places.keys import place_key

WITH_REGIONS = ("US", "CA")  # where a state code without a country is understood
DEGREE = 10_000  # coordinates in the file are ten-thousandths of a degree
_KIND = "(?:(?<![県府都道省])(?:省|自治区|도))?"  # a province, written after its name
_RUNS = re.compile("[\u0e00-\u0e7f]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")  # written without blanks

Rows = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Country:
    """One country: `zones` most used first; `one_city` when its name alone is as good as a town's."""

    code: str
    name: str
    zones: tuple[str, ...]
    one_city: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A state or province. `admin1` is its number in GeoNames; empty where we only know its `middle`.

    `zones` is empty where we do not know all; `middle` is the latitude and longitude of its main town.
    """

    country: str
    code: str
    admin1: str
    zones: tuple[str, ...]
    middle: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Words:
    """What a word of a written place may be, other than a town."""

    countries: Mapping[str, Country]
    country_names: Mapping[str, str]
    regions: Mapping[tuple[str, str], Region]  # by (country, code or name)
    noise: Mapping[str, tuple[tuple[str, ...], ...]]  # phrases by first word, longest first
    weak_noise: frozenset[str]  # single words of it that many towns' names have too: CITY
    streets: frozenset[str]  # words of it that stand behind the name of a street: ROAD
    joined_noise: re.Pattern[str]  # phrases of scripts that leave no blanks
    joined_names: re.Pattern[str]  # countries and provinces in these scripts
    shorts: Mapping[str, Mapping[str, str]]  # words in full, by country; under "" those of everywhere
    zones: Mapping[int, str]

    def country(self, key: str) -> str | None:
        """Alpha-2 code of a country given by code, name or alias."""
        return key if key in self.countries else self.country_names.get(key)

    def region(self, key: str, country: str | None) -> Region | None:
        """A state or province of this country, or of the US or else Canada when the country is not known."""
        for code in (country,) if country else WITH_REGIONS:
            if found := self.regions.get((code, key)):
                return found
        return None


def read_words(rows: Rows) -> Words:
    """Read the tables by way of `rows`, which takes SQL and answers rows."""
    countries = {
        code: Country(code, name, tuple(zones.split()), bool(one_city))
        for code, name, zones, one_city in rows("SELECT code, name, zones, one_city FROM country")
    }
    names: dict[str, str] = dict(rows("SELECT key, country FROM country_name"))
    regions = {}
    known: dict[tuple[Any, ...], Region] = {}
    for country, key, *row in rows("SELECT country, key, code, admin1, zones, lat, lon FROM region"):
        regions[country, key] = known.setdefault((country, *row), _region(country, row))
    told = [row[0] for row in rows("SELECT phrase FROM noise ORDER BY place")]
    phrases = [phrase.rstrip(" ?!") for phrase in told]
    shorts: dict[str, dict[str, str]] = {}
    for country, word, meaning in rows("SELECT country, word, meaning FROM short"):
        shorts.setdefault(country, {})[word] = meaning
    return Words(
        countries=countries,
        country_names=names,
        regions=regions,
        noise=_by_first_word(phrase.split() for phrase in phrases if not _RUNS.fullmatch(phrase)),
        weak_noise=frozenset(phrase.rstrip(" ?") for phrase in told if phrase.endswith("?")),
        streets=frozenset(phrase.rstrip(" !") for phrase in told if phrase.endswith("!")),
        joined_noise=_any_of(phrase for phrase in phrases if _RUNS.fullmatch(phrase)),
        joined_names=_any_of(
            (key for key in (*names, *(key for _, key in regions)) if _RUNS.fullmatch(key)), _KIND
        ),
        shorts=shorts,
        zones=dict(rows("SELECT id, name FROM zone")),
    )


def is_joined(key: str) -> bool:
    """Whether words are written in a script that leaves no blanks between them."""
    return not key.isascii() and _RUNS.search(key) is not None


def _region(country: str, row: Sequence[Any]) -> Region:
    code, admin1, zones, latitude, longitude = row
    middle = (latitude / DEGREE, longitude / DEGREE) if latitude or longitude else None
    return Region(country, code, admin1, tuple(zones.split()), middle)


def _by_first_word(phrases: Iterable[list[str]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], []).append(tuple(phrase))
    return {first: tuple(sorted(some, key=len, reverse=True)) for first, some in found.items()}


def _any_of(phrases: Iterable[str], then: str = "") -> re.Pattern[str]:
    longest_first = sorted({place_key(phrase) for phrase in phrases}, key=lambda one: (-len(one), one))
    return re.compile(f"({'|'.join(map(re.escape, longest_first))}){then}")
