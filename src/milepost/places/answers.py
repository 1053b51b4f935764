"""What is answered: a located place made of rows, and the choice between the readings of one line."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from milepost.model.places import Located, Precision
from milepost.places.shelf import Airport
from milepost.places.tables import DEGREE, Region, Words
from milepost.places.towns import KNOWN_ANYWHERE, SURE_OF_CLOCK, Town


class Found(NamedTuple):
    """A place and how many people live there, to weigh two readings of one line."""

    located: Located
    population: int


class Answers:
    """Makes answers; needs the words for the names of states and zones."""

    def __init__(self, words: Words) -> None:
        """Keeps the states that have a number, which is how towns name theirs."""
        self._zones = words.zones
        self._regions = {(one.country, one.admin1): one for one in words.regions.values() if one.admin1}

    def town(self, town: Town, method: str, *, is_sure: bool) -> Found:
        """A town; its zone only if we are sure enough to compute an instant with it."""
        region = self._regions.get((town.country, town.admin1))
        located = Located(
            city=town.name,
            region=region.code if region else "",
            country=town.country,
            latitude=town.latitude / DEGREE,
            longitude=town.longitude / DEGREE,
            zone=(self._zones[town.zone] or None) if is_sure else None,
            precision=Precision.CITY,
            method=method,
        )
        return Found(located, town.population)

    def zip_code(self, row: Sequence[Any], name: str) -> Found:
        """A US ZIP code's place under the name of its town, or of the one that was written."""
        _, state, latitude, longitude, zone = row
        located = Located(
            city=name,
            region=state,
            country="US",
            latitude=latitude / DEGREE,
            longitude=longitude / DEGREE,
            zone=self._zones[zone] or None,
            precision=Precision.POSTCODE,
            method="US ZIP code",
        )
        return Found(located, KNOWN_ANYWHERE)

    def airport(self, airport: Airport, method: str) -> Found:
        """An airport, under the name of the city it serves."""
        located = Located(
            city=airport.city,
            region=airport.region,
            country=airport.country,
            latitude=airport.latitude,
            longitude=airport.longitude,
            zone=airport.zone,
            precision=Precision.AIRPORT,
            method=method,
        )
        return Found(located, KNOWN_ANYWHERE)

    def country(self, country: str, region: Region | None, zone: str | None, method: str) -> Found:
        """No more than the country, and its state if that is known."""
        located = Located(
            city="",
            region=region.code if region else "",
            country=country,
            latitude=None,
            longitude=None,
            zone=zone,
            precision=Precision.COUNTRY,
            method=method,
        )
        return Found(located, 0)


def choose(found: Sequence[Found]) -> Located | None:
    """The one place all good readings mean, or the far greater one; None between equals."""
    fine = [one for one in found if one.located.precision is not Precision.COUNTRY]
    ranked = sorted(fine or found, key=lambda one: -one.population)
    places = {(one.located.country, one.located.region, one.located.city) for one in ranked}
    if not ranked:
        return None
    if len(places) == 1 or (fine and ranked[0].population >= SURE_OF_CLOCK * ranked[1].population):
        return ranked[0].located
    return None
