"""Which of several towns of one name, or named in one line, is meant; or that nobody can tell."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from milepost.places.tables import DEGREE

SURE_OF_TOWN = 3  # times as many people as the next town of that name: most likely meant
SURE_OF_CLOCK = 10  # times as many: sure enough to compute an instant with its time zone
SURE_ANYWHERE = 20  # times as many as any town of that name in the world, when no country was given
KNOWN_ANYWHERE = 100_000  # people a town needs to be meant without its country
KNOWN_BESIDE = 300_000  # people a town needs to be meant against the country that was told beside it
STATELESS_FROM = 5_000  # people a town needs to be meant without its state, where states matter
FAMOUS = 250_000  # and to be meant though others have its name
KNOWN_BY_ANY_NAME = 1_000_000  # and to be meant by its second name
FAMOUS_LEAD = 4  # times as many as the next one
STATES_MATTER = frozenset(("AU", "BR", "CA", "MX", "US"))
NEAR_KM = 60  # two towns of one line
AROUND_KM = 120  # a town from the main town of its province or postal area
SAME_KM = 25  # one town listed twice, or its suburb
SECOND_NAME = 0.1
DEGREE_KM = 111.2
COMPARED_MAX = 12  # namesakes of one word looked at beside those of another


class Town(NamedTuple):
    """One row of the file's towns."""

    key: str
    is_main: int
    name: str
    country: str
    admin1: str
    latitude: int
    longitude: int
    zone: int
    population: int


class Choice(NamedTuple):
    """The town that is meant (None between equals), and how much it leads the next of its name."""

    town: Town | None
    lead: float


def of_best_name(towns: Iterable[Town]) -> list[Town]:
    """The likeliest first: the bigger ones, and those whose own name it is."""
    return sorted(towns, key=weight, reverse=True)


def weight(town: Town) -> float:
    """People, a tenth of them for a town that only goes by this name too."""
    return town.population if town.is_main else town.population * SECOND_NAME


def among_namesakes(towns: Sequence[Town], middle: tuple[float, float] | None) -> Choice:
    """The one far greater than the others; with a `middle`, the one that lies around it."""
    if middle and len(towns) > 1:
        around = [town for town in towns if km(town, middle) <= AROUND_KM]
        if around:
            nearest = min(around, key=lambda town: km(town, middle) / (1 + math.log10(1 + town.population)))
            return Choice(nearest, float("inf"))
    first = towns[0]
    lead = leads(towns)
    return Choice(first if _is_clear(first, lead) else None, lead)


def leads(towns: Sequence[Town]) -> float:
    """How many times heavier the first is than the next that does not lie beside it."""
    first = towns[0]
    here = (first.latitude / DEGREE, first.longitude / DEGREE)
    for other in towns[1:COMPARED_MAX]:
        if other.country != first.country or km(other, here) > SAME_KM:
            return weight(first) / max(1, weight(other))
    return float("inf")


def _is_clear(town: Town, lead: float) -> bool:
    """Where states matter, a smaller town is not meant without its state; nor is one by its second name."""
    if town.country not in STATES_MATTER:
        return lead >= SURE_OF_TOWN
    if not town.is_main and town.population < KNOWN_BY_ANY_NAME:
        return False
    return town.population >= STATELESS_FROM and lead >= (
        FAMOUS_LEAD if town.population >= FAMOUS else SURE_OF_CLOCK
    )


def agreeing(groups: Sequence[Sequence[Town]]) -> Town | None:
    """Of the towns that a line names, the first beside which most others of the line lie.

    None when no two of them lie near each other.
    """
    best: tuple[int, Town] | None = None
    groups = [group[:COMPARED_MAX] for group in groups]
    for at, group in enumerate(groups):
        for town in group:
            here = (town.latitude / DEGREE, town.longitude / DEGREE)
            others = (other for number, other in enumerate(groups) if number != at)
            support = sum(any(km(one, here) <= NEAR_KM for one in other) for other in others)
            if support and (best is None or support > best[0]):
                best = (support, town)
    return best[1] if best else None


def km(town: Town, middle: tuple[float, float]) -> float:
    """Roughly how far; good to a few percent within a country."""
    latitude, longitude = town.latitude / DEGREE, town.longitude / DEGREE
    east = (longitude - middle[1]) * math.cos(math.radians(latitude))
    return DEGREE_KM * math.hypot(latitude - middle[0], east)
