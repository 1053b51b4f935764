"""Maps of random ways of all lengths: everything that matters is seen, nothing lies over anything, land is land."""

import gzip
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from milepost.map.drawing import draw
from milepost.map.frames import ladder
from milepost.map.ground import FINE, ground
from milepost.map.levels import Layer
from milepost.map.lines import legs
from milepost.map.names import name_box
from milepost.map.room import NARROW, WIDE, Room, chrome
from milepost.map.route import Route, Stop, ways
from milepost.map.sphere import vector
from milepost.map.spots import NO_DOT, dot_box, sign_box, spots
from milepost.map.view import SIZE, Kind, around
from milepost.model.places import Precision
from milepost.show.maps import atlas, figure
from tests.map.paths import is_inside, rings
from tests.map.ways import corners, routes
from tests.sim.results import keep
from tests.sim.tiers import TIER

SEED = 66
EDGE = 60  # units from the map's edge within which nothing that matters may lie: a frame may cut that off
MAP_GZIP_MAX = 46_000
SAME = 6.0  # units: two stops so near are one dot
INLAND = {
    "Kansas": (-98.5, 38.5),
    "Nebraska": (-99.8, 41.5),
    "Castile": (-4.5, 40.0),
    "Bohemia": (14.5, 49.8),
    "Ukraine": (31.5, 49.0),
    "Moscow": (37.6, 55.7),
    "Siberia": (100.0, 62.0),
    "Kazakhstan": (68.0, 48.5),
    "Xinjiang": (84.0, 41.5),
    "Sichuan": (104.0, 30.6),
    "Madhya Pradesh": (78.5, 23.5),
    "Laos": (102.6, 20.0),
    "Sahara": (5.0, 24.0),
    "Congo": (23.0, -2.0),
    "Botswana": (24.0, -22.5),
    "Mato Grosso": (-56.0, -13.0),
    "Paraguay": (-58.0, -23.0),
    "Queensland": (144.0, -24.0),
    "Manitoba": (-99.5, 55.5),
    "Greenland": (-40.0, 72.0),
    "Antarctica": (60.0, -80.0),
    "Mexico": (-102.5, 24.0),
    "Bavaria": (11.5, 48.3),
    "Burgundy": (4.5, 47.2),
    "Midlands": (-1.4, 52.5),
    "Honshu": (138.2, 36.2),
    "Iran": (55.0, 33.0),
}
AT_SEA = {
    "Atlantic": (-40.0, 30.0),
    "Pacific": (-140.0, 20.0),
    "South Pacific": (-120.0, -40.0),
    "Indian Ocean": (80.0, -20.0),
    "North Sea": (3.0, 56.0),
    "Biscay": (-5.0, 45.5),
    "Arabian Sea": (63.0, 15.0),
    "Gulf of Mexico": (-92.0, 25.5),
    "Tasman Sea": (160.0, -38.0),
    "date line": (180.0, 30.0),
    "North Pole": (0.0, 90.0),
}
PLACES_A_MAP = 2
SPANS = (250, 1_000, 3_500)  # km: one for each level of detail below the globe's


def what_is_wrong(drawn, route):
    """Everything about one map that a buyer would trip over, one line each."""
    view, atl = drawn.view, atlas()
    wrong = [f"{name} is not on the whole map" for name in _unseen(route, atl)]
    shown = [spot for spot in drawn.spots if spot.sort in ("here", "land-here")]
    if route.scanned >= 0 and not any(
        EDGE <= spot.x <= SIZE - EDGE and EDGE <= spot.y <= SIZE - EDGE for spot in shown
    ):
        wrong.append("the parcel is not on the map")
    wrong += _overlaps(drawn)
    land = rings(drawn.ground.paths.get(Layer.LAND, ""))
    for name, is_land in [*_seen(view, INLAND), *_seen(view, AT_SEA)]:
        place = (INLAND if is_land else AT_SEA)[name]
        x, y = view.point(vector(*place))
        if is_inside(land, x * FINE, y * FINE) is not is_land:
            wrong.append(f"{name} is {'sea' if is_land else 'land'}")
    return wrong


def _unseen(route, atl):
    """Stops that matter and are not on the frame that shows the whole way."""
    found = ways(route, atl)
    view = ladder(found).whole.view
    line = [point for way in found for leg in legs(view, way.marks) for point in leg]
    shown = spots(view, found, line=line, room=Room())
    matter = [
        mark
        for way in found
        for mark in way.marks
        if mark.number == way.scanned or mark in (way.marks[0], way.marks[-1])
    ]
    for mark in matter:
        x, y = view.point(mark.place)
        is_drawn = any(max(abs(x - spot.x), abs(y - spot.y)) < SAME for spot in shown)
        if not (is_drawn and EDGE <= x <= SIZE - EDGE and EDGE <= y <= SIZE - EDGE and view.sees(mark.place)):
            yield mark.stop.name


def _overlaps(drawn):
    """Names, signs and dots that lie over each other, on a narrow and on a wide screen."""
    for width in (NARROW, WIDE):
        boxes = [
            (name.text, name_box(name.text, (name.x, name.y), name.sort, name.side, width))
            for name in drawn.names
            if width is WIDE or name.is_on_narrow
        ]
        for spot in drawn.spots:
            side = spot.wide if width is WIDE else spot.narrow
            if side:
                boxes.append(
                    (f"sign {spot.name}", sign_box((spot.x, spot.y), spot.sort, spot.name, side, width))
                )
        boxes += [("the legend", box) for box in chrome(width, has_way_out=drawn.whole is not None)]
        dots = [
            (f"dot {spot.name}", dot_box((spot.x, spot.y), spot.sort, spot.name, width))
            for spot in drawn.spots
            if spot.sort not in NO_DOT
        ]
        pairs = [*combinations(boxes, 2), *((one, other) for one in boxes for other in dots)]
        for (one, a), (other, b) in pairs:
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                yield f"{one} lies over {other} ({width.name})"


def _seen(view, places):
    """The first few of these that lie on the map, for every map other ones."""
    kind = places is INLAND
    found = []
    for name, place in places.items():
        point = vector(*place)
        x, y = view.point(point)
        is_near = view.kind is Kind.GLOBE or sum(a * b for a, b in zip(view.center, point, strict=True)) > 0
        if is_near and view.sees(point) and 20 < x < SIZE - 20 and 20 < y < SIZE - 20:
            if view.kind is Kind.GLOBE and (x - view.x) ** 2 + (y - view.y) ** 2 > (view.scale * 0.95) ** 2:
                continue
            found.append((name, kind))
    start = int(view.scale) % max(1, len(found))
    return (found[start:] + found[:start])[:PLACES_A_MAP]


def test_random_ways_are_drawn_whole_and_readable():
    faults, sizes, kinds = {}, [], Counter()
    for number, route in enumerate(routes(atlas(), TIER.map_routes, SEED)):
        drawn = draw(route, atlas())
        sizes.append(len(gzip.compress(figure(route, drawn).encode(), 4)))
        kinds[drawn.view.kind.value] += 1
        told = what_is_wrong(drawn, route)
        if sizes[-1] > MAP_GZIP_MAX:
            told.append(f"{sizes[-1]} bytes packed")
        if told:
            faults[number, " → ".join(stop.name for stop in route.stops), route.scanned] = told
    keep(
        "maps",
        {"routes": len(sizes), "seed": SEED, "gzip_max": max(sizes), "kinds": kinds, "faults": len(faults)},
    )
    assert not faults, f"seed {SEED}: {len(faults)} of {len(sizes)} maps: {dict(list(faults.items())[:8])}"
    assert set(kinds) == {"globe", "area", "flat"}, kinds


@pytest.mark.parametrize("name", sorted(corners(atlas())))
def test_ways_over_date_line_and_poles_are_drawn_like_all_others(name):
    route = corners(atlas())[name]
    assert what_is_wrong(draw(route, atlas()), route) == []


def test_land_stays_land_at_every_level_of_detail():
    wrong = []
    for places, is_land in ((INLAND, True), (AT_SEA, False)):
        for number, (name, place) in enumerate(places.items()):
            view = around(vector(*place), SPANS[number % len(SPANS)])
            drawn = ground(atlas(), view)
            x, y = view.point(vector(*place))
            if is_inside(rings(drawn.paths.get(Layer.LAND, "")), x * FINE, y * FINE) is not is_land:
                wrong.append(f"{name} at level {drawn.level}")
    assert wrong == []


def test_several_parcels_of_an_order_share_a_map_that_shows_each_whole():
    faults = {}
    found = list(routes(atlas(), 3 * max(4, TIER.map_routes // 20), SEED + 1))
    for number, (first, second, third) in enumerate(batched(found)):
        home = first.stops[-1]
        others = tuple(replace(one, stops=(*one.stops[:-1], home), tone="warn") for one in (second, third))
        route = replace(first, beside=others)
        drawn = draw(route, atlas())
        told = what_is_wrong(drawn, route)
        lines = (drawn.scanned + drawn.expected).count("M")
        if lines != sum((one.scanned > 0) + (one.scanned < len(one.stops) - 1) for one in route.parcels):
            told.append(f"{lines} lines")
        if told:
            faults[number, " | ".join(stop.name for one in route.parcels for stop in one.stops)] = told
    assert not faults, f"seed {SEED + 1}: {dict(list(faults.items())[:8])}"


def batched(found):
    return zip(found[::3], found[1::3], found[2::3], strict=True)


def test_a_town_that_is_passed_twice_is_named_once():
    """Out and back again, scanned at two places of one town."""
    there = Stop(name="Chicago", country="US", longitude=-87.65, latitude=41.85, precision=Precision.CITY)
    stops = (replace(there, name="Columbus", longitude=-83.0, latitude=39.96), there)
    stops += (replace(there, name="Minneapolis", longitude=-93.26, latitude=44.98),)
    stops += (replace(there, longitude=-88.1, latitude=41.98), stops[0])  # at its airport, and on
    route = Route(stops=stops, scanned=4)
    drawn = draw(route, atlas())
    called = [spot for spot in drawn.spots if spot.name == "Chicago"]
    assert len(called) == 2
    assert [
        sum(bool(side) for side in sides) for sides in zip(*((s.narrow, s.wide) for s in called), strict=True)
    ] == [1, 1]


def test_each_parcel_on_a_map_has_the_tone_and_the_words_of_its_own_state():
    first, second, *_ = routes(atlas(), 6, SEED)
    html = figure(
        route := replace(first, tone="bad", beside=(replace(second, tone="good", icon="house"),)),
        draw(route, atlas()),
    )
    assert '<svg class="bad"' in html
    assert '<svg class="good"' in html
    for one in route.parcels:
        assert f"Seen last in {one.stops[one.scanned].name}" in html
