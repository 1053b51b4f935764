"""The stops of a way on the map: their dots, and the signs with their names, on the side that hides least."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from milepost.map.letters import width
from milepost.map.room import NARROW, WIDE, WIDTHS, Room, Width
from milepost.map.route import Mark, Way
from milepost.map.view import SIZE, Box, Point, View

TEXT_PX = 13.0
PADDING_PX = 11.0  # on both sides of a sign's name
SIGN_PX = 27.0  # a sign's height
ICON_PX = 20.0  # in the sign of a country
GAP_PX = 5.0  # between dot and sign
SIDES = "rltb"
SAME_SPOT = 5.0  # units: two stops so near are one dot
ONE_SIGN_PX = 40.0  # of stops so near to each other that are called alike, one bears the name
HIDDEN_PX = 26.0  # a stop nearer to the parcel on the map is under it
LINE_PX = 3.0
EDGE_BAD = 40  # against hiding a point of the way
BARE = ""  # the side of a sign that has no room


class Sort(StrEnum):
    """What a spot is; the style sheet knows these."""

    DONE = "done"
    AHEAD = "ahead"
    END = "end"  # where it goes
    HERE = "here"  # where it was seen last
    LAND = "land"  # only the country is known: a name and no dot
    LAND_HERE = "land-here"


RADIUS_PX = {Sort.DONE: 7.0, Sort.AHEAD: 6.0, Sort.END: 15.0, Sort.HERE: 21.0}
NO_DOT = frozenset({Sort.LAND, Sort.LAND_HERE})


@dataclass(frozen=True, slots=True)
class Spot:
    """One dot and its sign. A side is r, l, t, b or c; empty where the sign has no room at that width."""

    x: float
    y: float
    sort: Sort
    name: str
    sign_px: float  # how wide the sign is
    narrow: str
    wide: str
    radius: float  # units: how far off the parcel may have been; 0 where the dot is bigger
    parcel: int = 0  # whose it is


@dataclass(frozen=True, slots=True)
class _Dot:
    parcel: int
    mark: Mark
    x: float
    y: float
    sort: Sort


def spots(view: View, ways: Sequence[Way], *, line: Sequence[Point], room: Room) -> tuple[Spot, ...]:
    """The stops that are on this map, those that matter most first."""
    dots: list[_Dot] = []
    told = [(_care(mark, way), way, mark) for way in ways for mark in way.marks]
    for _, way, mark in sorted(told, key=lambda one: one[0]):
        dot = _Dot(way.parcel, mark, *view.point(mark.place), _sort(mark, way))
        if view.sees(mark.place) and _is_on_map(dot) and not _is_under(dot, dots) and _has_room(dot, room):
            dots.append(dot)
    for drawn in WIDTHS:
        for dot in dots:
            room.keep(dot_box((dot.x, dot.y), dot.sort, dot.mark.stop.name, drawn), drawn)
    sides: list[dict[str, str]] = []
    for number, dot in enumerate(dots):
        before = [*zip(dots[:number], sides, strict=True)]
        sides.append({drawn.name: _side(dot, drawn, line, room, before) for drawn in (WIDE, NARROW)})
    for drawn in WIDTHS:
        size = LINE_PX * drawn.units_per_px
        for x, y in line:
            room.keep((x - size, y - size, x + size, y + size), drawn)
    return tuple(
        Spot(
            dot.x,
            dot.y,
            dot.sort,
            dot.mark.stop.name,
            sign_px(dot.mark.stop.name, dot.sort),
            side[NARROW.name],
            side[WIDE.name],
            _uncertain(dot, view),
            dot.parcel,
        )
        for dot, side in zip(dots, sides, strict=True)
    )


def sign_px(name: str, sort: Sort) -> float:
    """How wide a sign is."""
    return round(width(name, TEXT_PX) + 2 * PADDING_PX + (ICON_PX if sort is Sort.LAND_HERE else 0))


def dot_box(at: Point, sort: Sort, name: str, drawn: Width) -> Box:
    """The room of a dot, in units; of a country that of its sign, which stands in the dot's place."""
    if sort in NO_DOT:
        return sign_box(at, sort, name, "c", drawn)
    x, y = at
    size = RADIUS_PX[sort] * drawn.units_per_px
    return x - size, y - size, x + size, y + size


def sign_box(at: Point, sort: Sort, name: str, side: str, drawn: Width) -> Box:
    """The room of a sign, in units."""
    x, y = at
    wide, high = sign_px(name, sort) * drawn.units_per_px, SIGN_PX * drawn.units_per_px
    away = (RADIUS_PX.get(sort, 0.0) + GAP_PX) * drawn.units_per_px
    if side == "r":
        return x + away, y - high / 2, x + away + wide, y + high / 2
    if side == "l":
        return x - away - wide, y - high / 2, x - away, y + high / 2
    if side == "t":
        return x - wide / 2, y - away - high, x + wide / 2, y - away
    if side == "b":
        return x - wide / 2, y + away, x + wide / 2, y + away + high
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _care(mark: Mark, way: Way) -> tuple[int, int, int]:
    """Where they are, where they go, where they came from; then the newest."""
    rank = 0 if mark.number == way.scanned else 1 if mark.number == way.last else 2 if mark.number == 0 else 3
    return rank, way.parcel, -mark.number


def _sort(mark: Mark, way: Way) -> Sort:
    if mark.is_country:
        return Sort.LAND_HERE if mark.number == way.scanned else Sort.LAND
    if mark.number == way.scanned:
        return Sort.HERE
    if mark.number == way.last:
        return Sort.END
    return Sort.DONE if mark.number < way.scanned else Sort.AHEAD


def _is_on_map(dot: _Dot) -> bool:
    return 0 <= dot.x <= SIZE and 0 <= dot.y <= SIZE


def _has_room(dot: _Dot, room: Room) -> bool:
    """Where it is and where it goes is always shown; of the stops between, those beside legend and links."""
    if dot.sort not in (Sort.DONE, Sort.AHEAD):
        return True
    return room.is_free(dot_box((dot.x, dot.y), dot.sort, "", NARROW), NARROW)


def _is_under(dot: _Dot, others: Sequence[_Dot]) -> bool:
    """Another, more important one lies there. Both ends of a way are always shown."""
    is_end = dot.sort is Sort.END or dot.mark.number == 0
    for other in others:
        away = max(abs(dot.x - other.x), abs(dot.y - other.y))
        hidden = HIDDEN_PX * WIDE.units_per_px if other.sort in (Sort.HERE, Sort.END) else SAME_SPOT
        if away < (SAME_SPOT if is_end else hidden):
            return True
    return False


def _side(
    dot: _Dot, drawn: Width, line: Sequence[Point], room: Room, before: Sequence[tuple[_Dot, dict[str, str]]]
) -> str:
    """The side on which a sign hides least of the way, and nothing of any dot or sign.

    `before`: the dots that matter more, with the sides of their signs.
    """
    name = dot.mark.stop.name
    if dot.sort in NO_DOT:
        return "c"
    if not name or any(side[drawn.name] and _are_one_town(dot, other, drawn) for other, side in before):
        return BARE
    free = [
        (sum(left <= x <= right and top <= y <= bottom for x, y in line), number, side)
        for number, side in enumerate(SIDES)
        for left, top, right, bottom in [sign_box((dot.x, dot.y), dot.sort, name, side, drawn)]
        if room.is_free((left, top, right, bottom), drawn)
    ]
    if not free:
        return BARE
    side = min(free)[2]
    room.keep(sign_box((dot.x, dot.y), dot.sort, name, side, drawn), drawn)
    return side


def _are_one_town(one: _Dot, other: _Dot, drawn: Width) -> bool:
    """A parcel that comes back through a town is scanned there at two places."""
    is_called_alike = one.mark.stop.name.casefold() == other.mark.stop.name.casefold()
    return (
        is_called_alike and math.dist((one.x, one.y), (other.x, other.y)) < ONE_SIGN_PX * drawn.units_per_px
    )


def _uncertain(dot: _Dot, view: View) -> float:
    """Drawn only around where the parcel was seen last, and only where it is bigger than the dot itself."""
    if dot.sort is not Sort.HERE:
        return 0.0
    radius = dot.mark.radius_km / 111.2 * view.units_per_degree
    return radius if radius > RADIUS_PX[Sort.HERE] * NARROW.units_per_px * 0.5 else 0.0
