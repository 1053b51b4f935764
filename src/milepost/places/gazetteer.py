"""Finds where a scan happened, and its time zone, in a file that comes with Milepost (carriers.md §10).

A line is tried as it stands, then without the words that name no place, then in stretches, and last by codes.
Whatever is not clear is left open.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from milepost.model.places import Located, Precision, RawPlace
from milepost.places.answers import Found, choose
from milepost.places.finder import Finder
from milepost.places.joined import read_joined
from milepost.places.keys import place_key
from milepost.places.lines import quietest, take_apart, variants
from milepost.places.readings import Reading, readings
from milepost.places.shelf import PlacesError, Shelf
from milepost.places.tables import is_joined

__all__ = ["PlacesError", "SqliteGazetteer"]

CACHED_PLACES_MAX = 20_000
IATA_LETTERS = 3
_IATA = re.compile(r"[A-Z]{3}")


class SqliteGazetteer:
    """Offline place look-up. Safe for several threads; about 0.1 ms for a place not asked before."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file read-only (default: the one in the package). Raises PlacesError if it is missing."""
        self._shelf = Shelf(path or Path(__file__).with_name("gazetteer.sqlite"))
        self._words = self._shelf.words
        self._finder = Finder(self._shelf)
        self._lock = threading.Lock()
        self._cached = lru_cache(maxsize=CACHED_PLACES_MAX)(self._find)

    @property
    def attribution(self) -> str:
        """The line that has to be shown where its data is shown (GeoNames, CC BY 4.0)."""
        return self._shelf.attribution

    def locate(self, place: RawPlace) -> Located | None:
        """The place, or None when it cannot be told; never a guess between equals."""
        return self._cached(place)

    def _find(self, place: RawPlace) -> Located | None:
        with self._lock:
            country = self._country(place.country)
            text = place.text.strip()
            if len(text) == IATA_LETTERS and _IATA.fullmatch(text) and not place.city and text != "USA":
                is_word = text in self._words.noise
                if found := self._finder.airport(text, country, "airport code", only_major=is_word):
                    return found.located
            coarse: Located | None = None
            for best in self._tries(place, country):
                if best.precision is not Precision.COUNTRY:
                    return best
                coarse = coarse or best
            return self._facility(place, coarse) or coarse

    def _country(self, told: str) -> str | None:
        if not told or told in self._words.countries:
            return told or None
        return self._words.country(place_key(told))

    def _tries(self, place: RawPlace, country: str | None) -> Iterator[Located]:
        """The answers of each way to look, the most literal first."""
        postal = place.postal_code.strip()
        for written in dict.fromkeys((place.city or place.text, place.text or place.city)):
            line = take_apart(written, postal)
            region = place_key(place.region) if place.region else ""
            first: list[Reading] = []
            for runs in variants(line.parts, country, self._words):
                fewer = list(readings(runs, country, region, self._words))
                first = first or fewer
                yield from self._best(self._finder.resolved(fewer, line))
            runs = quietest(line.parts, country, self._words)
            fewer = list(readings(runs, country, region, self._words))
            if any(map(is_joined, runs)):
                fewer = [read_joined(runs, country, self._words)]
                yield from self._best(self._finder.resolved(fewer, line))
            proved = [one for one in fewer if one.country]  # `PERTH WA` is not just any Perth
            yield from self._best(self._finder.stretches(reading, line) for reading in proved or fewer)
            yield from self._best(self._finder.codes(runs, country, written))
            yield from self._best(self._finder.misspelt(reading) for reading in first)
            if line.codes and not all(reading.towns for reading in fewer):
                yield from self._best(self._finder.whole_area(line, reading.country) for reading in fewer)
            if country:
                yield from self._best(self._finder.elsewhere(runs, country))

    def _best(self, found: Iterable[Found | None]) -> Iterator[Located]:
        if best := choose([one for one in found if one]):
            yield best

    def _facility(self, place: RawPlace, coarse: Located | None) -> Located | None:
        """A building's code that is an airport's, in a country that is known."""
        if coarse is None or not _IATA.fullmatch(place.facility.strip()):
            return None
        found = self._finder.airport(place.facility.strip(), coarse.country, "facility code")
        return found.located if found else None
