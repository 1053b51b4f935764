"""The ways to look for what a line may mean: by postal code, town, country, stretch or code."""

import re
from collections.abc import Iterator, Sequence

from milepost.places.answers import Answers, Found
from milepost.places.joined import read_joined
from milepost.places.keys import place_key, town_key
from milepost.places.lines import Line
from milepost.places.postal import prefixes_of
from milepost.places.readings import Reading
from milepost.places.shelf import Shelf
from milepost.places.slips import meant_by
from milepost.places.spans import named, spans
from milepost.places.tables import DEGREE, Region, is_joined
from milepost.places.towns import (
    KNOWN_ANYWHERE,
    KNOWN_BESIDE,
    SURE_ANYWHERE,
    SURE_OF_CLOCK,
    Town,
    agreeing,
    among_namesakes,
    km,
    leads,
    of_best_name,
)
from milepost.places.zones import one_zone

AS_ITS_STATE = 50_000  # people a town needs to be meant by the bare name of its state
HALF_NAME_LEAD = 4  # times as many people as its namesakes: meant, though longer names begin with its own
ZIP_KM = 30  # a town that is named beside its ZIP code
US_MAIL = (None, "US", "PR", "VI", "GU", "AS", "MP")
_IATA = re.compile(r"[A-Z]{3}")
_OFFICE = re.compile(r"([A-Z]{2})([A-Z]{3})[A-Z]?")
_LOWER = re.compile(r"[a-z]")


class Finder:
    """Finds what each reading of a line means. One thread at a time."""

    def __init__(self, shelf: Shelf) -> None:
        """Looks into this shelf."""
        self._shelf = shelf
        self._words = shelf.words
        self._answers = Answers(shelf.words)
        self._shorts = shelf.words.shorts.get("", {})

    def resolved(self, some: Sequence[Reading], line: Line) -> Iterator[Found | None]:
        """What each reading means; a town in the state that was told with it leaves no doubt."""
        for reading in some:
            found = self._resolve(reading, line)
            yield found
            if found and reading.told and reading.region and found.located.city:
                return

    def _resolve(self, reading: Reading, line: Line) -> Found | None:
        return self._by_postcode(reading, line) or self._by_town(reading, line) or self._by_country(reading)

    def _by_postcode(self, reading: Reading, line: Line) -> Found | None:
        """A US ZIP code, unless something else that was said speaks against it."""
        if not line.postcode or reading.country not in US_MAIL:
            return None
        row = self._shelf.zip_code(line.postcode)
        if not row:
            return None
        city, state, *_ = row
        if reading.region and state != reading.region.code:
            return None
        if not reading.towns or town_key(place_key(city), self._shorts) in self._fuller(reading.towns, "US"):
            return self._answers.zip_code(row, city)
        if reading.country is None:
            return None
        here = row[2] / DEGREE, row[3] / DEGREE
        keys = [*self._keys(reading.towns), *(span.key for span in spans(reading.towns, self._shorts))]
        towns = self._shelf.towns(keys, "US", state)
        near = (town for key in keys for town in towns.get(key, ()) if km(town, here) <= ZIP_KM)
        named_town = next(near, None)
        return self._answers.zip_code(row, named_town.name if named_town else city)

    def _by_town(self, reading: Reading, line: Line) -> Found | None:
        if not reading.towns:
            return None
        region, country = reading.region, reading.country
        keys = self._keys(reading.towns)
        admin1 = region.admin1 if region else ""
        towns = self._shelf.towns(keys, country, admin1)
        if not towns and country and (fuller := self._fuller(reading.towns, country)) != keys:
            keys, towns = fuller, self._shelf.towns(fuller, country, admin1)
        if reading.is_region_alone:
            towns = {
                key: great for key, some in towns.items() if (great := list(filter(_as_its_state, some)))
            }
        if groups := [of_best_name(towns[key]) for key in dict.fromkeys(keys) if key in towns]:
            return self._of_groups(groups, reading, line)
        return self._airport_of(reading) if country else None

    def _keys(self, towns: Sequence[str]) -> list[str]:
        return [town_key(town, self._shorts) for town in towns]

    def _fuller(self, towns: Sequence[str], country: str) -> list[str]:
        """The same with words in full that are cut short in that country (`ELK GROVE VLG`)."""
        short = self._words.shorts.get(country, {})
        return [
            town_key(" ".join([short.get(word, word) for word in town.split()]), self._shorts)
            for town in towns
        ]

    def _of_groups(self, groups: Sequence[Sequence[Town]], reading: Reading, line: Line) -> Found | None:
        """One town of those that each word of the line may mean."""
        region, country = reading.region, reading.country
        if len(groups) > 1 and (town := agreeing(groups)) and (country or town.population >= KNOWN_ANYWHERE):
            return self._answers.town(town, "towns near each other", is_sure=True)
        if region and region.admin1:
            biggest = max((group[0] for group in groups), key=_people)
            return self._answers.town(biggest, "town and state", is_sure=True)
        if country is None:
            return self._known_anywhere(groups, KNOWN_ANYWHERE, "town known everywhere")
        found = [self._namesake(group, region, country, line) for group in groups]
        fine = [one for one in found if one.located.city]
        return max(fine or found, key=lambda one: one.population)

    def _namesake(self, group: Sequence[Town], region: Region | None, country: str, line: Line) -> Found:
        middle = region.middle if region else self._middle(line, country) if len(group) > 1 else None
        town, lead = among_namesakes(group, middle)
        same_clock = one_zone(tuple(dict.fromkeys(self._words.zones[one.zone] for one in group))) is not None
        if town and middle is None and self._is_half_a_name(town, lead):
            town = None
        if town:
            return self._answers.town(town, "town and country", is_sure=same_clock or lead >= SURE_OF_CLOCK)
        zone = self._words.zones[group[0].zone] if same_clock else None
        return self._answers.country(country, None, zone, "several towns of that name")

    def _is_half_a_name(self, town: Town, lead: float) -> bool:
        """`SAN GIOVANNI`, `NEUSTADT`: how many longer names begin, unless the town itself is well known."""
        if town.population >= KNOWN_ANYWHERE or (town.is_main and lead >= HALF_NAME_LEAD):
            return False
        return self._shelf.begins_many(town.key, town.country)

    def _middle(self, line: Line, country: str) -> tuple[float, float] | None:
        """Where the county or the postal codes of this line are."""
        for county in line.counties:
            for towns in self._shelf.towns([town_key(county, self._shorts)], country).values():
                return towns[0].latitude / DEGREE, towns[0].longitude / DEGREE
        for code in line.codes:
            if (prefixes := prefixes_of(code, country)) and (
                area := self._shelf.postal_area(prefixes, country)
            ):
                return area[0].latitude / DEGREE, area[0].longitude / DEGREE
        return None

    def _known_anywhere(self, groups: Sequence[Sequence[Town]], people: int, method: str) -> Found | None:
        known = []
        for group in groups:
            is_named = group[0].is_main or is_joined(group[0].key)
            if is_named and group[0].population >= people and leads(group) >= SURE_ANYWHERE:
                known.append(group[0])
        return self._answers.town(known[0], method, is_sure=True) if len(known) == 1 else None

    def _airport_of(self, reading: Reading) -> Found | None:
        country = reading.country or ""
        for town in reading.towns:
            if _IATA.fullmatch(town) and (
                found := self.airport(town, country, "airport code", only_major=True)
            ):
                return found
            airport = self._shelf.airport_named(town_key(town, {}), country)
            if airport and airport.is_major:
                return self._answers.airport(airport, "airport name")
        return None

    def airport(
        self, code: str, country: str | None, method: str, *, only_major: bool = False
    ) -> Found | None:
        airport = self._shelf.airport(code)
        if airport is None or (only_major and not airport.is_major):
            return None
        if country and airport.country != country and not (country == "US" and airport.country in US_MAIL):
            return None
        return self._answers.airport(airport, method)

    def _by_country(self, reading: Reading) -> Found | None:
        if reading.country is None or (reading.towns and not reading.told):
            return None
        country, region = self._words.countries[reading.country], reading.region
        if country.one_city and not reading.towns:
            key = town_key(place_key(country.name), self._shorts)
            for towns in self._shelf.towns([key], country.code).values():
                return self._answers.town(towns[0], "country that is one town", is_sure=True)
        if region:
            zone = one_zone(region.zones) or one_zone(country.zones)
            return self._answers.country(country.code, region, zone, "state")
        return self._answers.country(country.code, None, one_zone(country.zones), "country")

    def stretches(self, reading: Reading, line: Line) -> Found | None:
        """A town named somewhere in a run of unknown words."""
        region, country = reading.region, reading.country
        found = [] if reading.is_region_alone else spans(reading.towns, self._shorts)
        keys = list(dict.fromkeys(span.key for span in found))
        if not keys:
            return None
        towns = self._shelf.towns(keys, country, region.admin1 if region else "")
        best = {key: of_best_name(some) for key, some in towns.items()}
        groups = named(found, best, in_region=bool(region and region.admin1))
        if not groups:
            return None
        if country is None:
            return self._known_anywhere(groups, KNOWN_BESIDE, "town known everywhere")
        return self._of_groups(groups, reading, line)

    def misspelt(self, reading: Reading) -> Found | None:
        """A town of a state that is told, or else a great city, with a letter or two wrong in its name."""
        region, country = reading.region, reading.country
        if country is None or len(reading.towns) != 1 or is_joined(reading.towns[0]):
            return None
        admin1 = region.admin1 if region else ""
        key = self._keys(reading.towns)[0]
        town = meant_by(key, self._shelf.great_towns(country, admin1), is_state_told=bool(admin1))
        return self._answers.town(town, "misspelt town", is_sure=bool(admin1)) if town else None

    def codes(self, runs: Sequence[str], country: str | None, written: str) -> Iterator[Found | None]:
        """Three letters of an airport, or five or six of an office of exchange (`USJFKA`)."""
        if len(runs) != 1:
            return
        code = runs[0]
        if (office := _OFFICE.fullmatch(code)) and office[1] in self._words.countries:
            if town := self._shelf.city_of_code(office[2], office[1]):
                yield self._answers.town(town, "office of exchange", is_sure=True)
            elif (
                (airport := self._shelf.airport(office[2]))
                and airport.country == office[1]
                and airport.is_major
            ):
                yield self._answers.airport(airport, "office of exchange")
        elif _IATA.fullmatch(code) and re.search(rf"\b{code}\b", written):
            airport = self._shelf.airport(code)
            is_set_apart = _LOWER.search(written) is not None
            if airport and airport.is_major and (airport.country == country or is_set_apart):
                yield self._answers.airport(airport, "airport code")

    def whole_area(self, line: Line, country: str | None) -> Found | None:
        """A postal code alone, where all such codes are one town's."""
        if country is None:
            return None
        for code in line.codes:
            if (prefixes := prefixes_of(code, country)) and (
                area := self._shelf.postal_area(prefixes, country)
            ):
                town, is_whole = area
                return self._answers.town(town, "postal code", is_sure=True) if is_whole else None
        return None

    def elsewhere(self, runs: Sequence[str], country: str) -> Iterator[Found | None]:
        """A great city of another country: consolidators tell the destination's beside it."""
        if not runs or self._shelf.towns(self._keys(runs), country):
            return
        joined = [run for run in runs if is_joined(run)]
        reading = (
            read_joined(joined, None, self._words) if joined else Reading(tuple(runs), None, None, told=False)
        )
        if not reading.towns:
            return
        if joined:
            found = spans(reading.towns, self._shorts)
            towns = self._shelf.towns(
                list(dict.fromkeys(span.key for span in found)) or [""], reading.country
            )
            groups = named(found, towns, in_region=False)
        else:
            towns = self._shelf.towns(self._keys(reading.towns), None)
            groups = [of_best_name(some) for some in towns.values()]
        yield self._known_anywhere(groups, KNOWN_BESIDE, "town known everywhere, against the country told")


def _people(town: Town) -> int:
    return town.population


def _as_its_state(town: Town) -> bool:
    return bool(town.is_main) and town.population >= AS_ITS_STATE
