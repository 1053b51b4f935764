"""Random ways between real towns, of every length: across a county up to around the globe, over date line and poles."""

import random

from milepost.map.atlas import Atlas
from milepost.map.route import Route, Stop
from milepost.map.sphere import between, degrees, km
from milepost.model.places import Precision

BANDS = ((30, 120), (120, 400), (400, 1_200), (1_200, 4_000), (4_000, 9_000), (9_000, 19_500))
"""Kilometers from end to end; every way falls into one of these, in turn."""

SHOPPERS = 40_000  # people from which a town sends or gets parcels here
TRIES_MAX = 50
HUB_NEAR = 0.25  # of the way's length: how far off the straight line a hub may lie
CORNERS = (
    ("over the date line", ("Tokyo", "Honolulu", "Los Angeles"), 1),
    ("date line, south", ("Suva", "Apia"), 0),
    ("along the date line", ("Suva", "Wellington"), 0),
    ("over the pole", ("Anchorage", "Tromsø"), 0),
    ("around the pole", ("Murmansk", "Fairbanks"), 0),
    ("far south", ("Ushuaia", "Hobart"), 0),
    ("antipodes", ("Madrid", "Wellington"), 0),
    ("on the equator", ("Singapore", "Quito"), 0),
    ("one town", ("Memphis", "Memphis"), 0),
)
"""By name: where maps break."""


def routes(atlas, count, seed):
    """As many ways; the same for the same seed."""
    chance = random.Random(seed)
    towns = [town for town in atlas.cities(8) if town.people >= SHOPPERS]
    return [_route(chance, towns, BANDS[number % len(BANDS)]) for number in range(count)]


def corners(atlas):
    """The ways by name where maps break."""
    towns = {}
    for town in atlas.cities(8):
        towns.setdefault(town.name, town)
    return {name: _made([towns[one] for one in stops], scanned) for name, stops, scanned in CORNERS}


def _route(chance, towns, band):
    least, most = band
    ends = []
    for _ in range(TRIES_MAX):
        start = chance.choice(towns)
        if ends := [town for town in towns if least <= km(start.place, town.place) < most]:
            break
    end = chance.choice(ends)
    hubs = _hubs(chance, towns, start, end)
    stops = [start, *hubs, end]
    return _made(stops, chance.randrange(len(stops)), chance)


def _hubs(chance, towns, start, end):
    """Towns near the straight way, as networks have them."""
    length = km(start.place, end.place)
    parts = sorted(chance.random() for _ in range(chance.randrange(4)))
    found = []
    for part in parts:
        at = between(start.place, end.place, part)
        near = [town for town in chance.sample(towns, 300) if km(town.place, at) < HUB_NEAR * length]
        if near:
            found.append(min(near, key=lambda town: km(town.place, at)))
    return found


def _made(towns, scanned, chance=None):
    stops = []
    for town in towns:
        longitude, latitude = degrees(town.place)
        precision = chance.choice((Precision.CITY, Precision.AIRPORT)) if chance else Precision.CITY
        stops.append(
            Stop(
                name=town.name,
                country="US",
                longitude=longitude,
                latitude=latitude,
                precision=precision,
            )
        )
    return Route(stops=tuple(stops), scanned=scanned)


def atlas():
    """The map data that comes with Milepost."""
    return Atlas()
