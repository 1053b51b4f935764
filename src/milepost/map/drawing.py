"""A whole map as values: what lies under, the way, its stops, the names around it, and how to look nearer."""

from dataclasses import dataclass

from milepost.map.atlas import Atlas
from milepost.map.frames import ladder
from milepost.map.ground import Ground, ground
from milepost.map.lines import legs, path
from milepost.map.names import Name, names
from milepost.map.room import Room
from milepost.map.route import Route, Way, lengths, ways
from milepost.map.spots import Spot, spots
from milepost.map.view import Point, View


@dataclass(frozen=True, slots=True)
class Drawing:
    """One map, ready to be written as SVG. Positions are in units of a thousandth of its width."""

    view: View
    ground: Ground
    scanned: str  # path data of what was scanned
    expected: str  # and of what is expected
    spots: tuple[Spot, ...]
    names: tuple[Name, ...]
    zoom: int
    nearer: int | None  # the next zoom, if there is one
    wider: int | None
    whole: int | None  # the zoom that shows all of the way, if this one is nearer
    km_done: float  # of the first parcel
    km_todo: float


def draw(route: Route, atlas: Atlas, zoom: int = 0) -> Drawing | None:
    """The map of a way at a zoom (0 as usual, more is nearer), or None when no place of it is known."""
    found = ways(route, atlas)
    if not found:
        return None
    steps = ladder(found)
    frame = steps.at(zoom)
    view = frame.view
    lines = [_lines(view, way) for way in found]
    room = Room(has_way_out=frame.zoom > steps.whole.zoom)
    line = [point for both in lines for leg in both for point in _on_map(leg)]
    shown = spots(view, found, line=line, room=room)
    vague = {mark.stop.country for way in found for mark in way.marks if mark.is_country}
    lands = {one.name for one in atlas.countries if one.code in vague}
    taken = {spot.name.partition(",")[0] for spot in shown} | lands
    zooms = {one.zoom for one in steps.frames}
    km_done, km_todo = lengths(found[0].marks, found[0].scanned)
    return Drawing(
        view=view,
        ground=ground(atlas, view),
        scanned="".join(path(done) for done, _ in lines),
        expected="".join(path(ahead) for _, ahead in lines),
        spots=shown,
        names=names(atlas, view, room, taken),
        zoom=frame.zoom,
        nearer=frame.zoom + 1 if frame.zoom + 1 in zooms else None,
        wider=frame.zoom - 1 if frame.zoom - 1 in zooms else None,
        whole=steps.whole.zoom if frame.zoom > steps.whole.zoom else None,
        km_done=km_done,
        km_todo=km_todo,
    )


def _lines(view: View, way: Way) -> tuple[list[Point], list[Point]]:
    """What was scanned, and what is expected from there on."""
    done: list[Point] = []
    ahead: list[Point] = []
    for leg, end in zip(legs(view, way.marks), way.marks[1:], strict=True):
        (done if end.number <= way.scanned else ahead).extend(leg)
    return done, ahead


def _on_map(line: list[Point]) -> list[Point]:
    return [(x, y) for x, y in line if -50 < x < 1050 and -50 < y < 1050]
