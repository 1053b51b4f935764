"""Maps on pages: drawn once per way and zoom, in a thread of their own, and kept as HTML."""

import asyncio
import logging
import math
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from milepost.map.atlas import Atlas, MapError
from milepost.map.drawing import Drawing, draw
from milepost.map.ground import FINE
from milepost.map.levels import Layer
from milepost.map.names import Name
from milepost.map.route import Route
from milepost.map.spots import Spot
from milepost.map.view import Kind, View
from milepost.model.places import Precision
from milepost.show.looks import environment
from milepost.tongues.catalogs import Tongue
from milepost.tongues.speech import mark, say, say_as, spoken, written

MAPS_KEPT = 128
"""About 100 kB each."""

ZOOM_MAX = 9
"""Nobody's ladder is longer; what a link asks beyond it is the last step."""

MILES = frozenset({"US", "GB", "LR", "MM", "PR"})
KM_A_MILE = 1.609344
SEEN_LAST = {
    Precision.AIRPORT: mark("Seen last in %(place)s, as exact as an airport."),
    Precision.POSTCODE: mark("Seen last in %(place)s, as exact as a postcode area."),
    Precision.CITY: mark("Seen last in %(place)s, as exact as a town."),
    Precision.COUNTRY: mark("Seen last in %(place)s, as exact as a country."),
}
LAYERS = {
    "land": Layer.LAND,
    "lake": Layer.LAKE,
    "border": Layer.BORDER,
    "state": Layer.STATE,
    "river": Layer.RIVER,
    "town": Layer.TOWN_SMALL,
    "middle": Layer.TOWN_MIDDLE,
    "big": Layer.TOWN_BIG,
}
pen = ThreadPoolExecutor(max_workers=1, thread_name_prefix="map")
_log = logging.getLogger(__name__)
_Key = tuple[Route, int, Tongue]


@dataclass(frozen=True, slots=True)
class Globe:
    """Where the disc of a globe lies, and its light."""

    x: float
    y: float
    radius: float

    @property
    def air(self) -> float:
        """Radius of the glow around it."""
        return round(self.radius * 1.1)

    @property
    def light_x(self) -> float:
        """The light comes from the upper left."""
        return round(self.x - self.radius * 0.28)

    @property
    def light_y(self) -> float:
        """See `light_x`."""
        return round(self.y - self.radius * 0.34)

    @property
    def light_radius(self) -> float:
        """Beyond it is night."""
        return round(self.radius * 1.32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A map as `_map.html` writes it."""

    kind: str
    globe: Globe | None
    step: float  # of the ground's whole numbers, in units
    layers: dict[str, str]
    grid: str
    scanned: str
    expected: str
    spots: tuple[Spot, ...]
    names: tuple[Name, ...]
    tones: tuple[str, ...]  # of each parcel
    icons: tuple[str, ...]
    nearer: int | None
    wider: int | None
    whole: int | None
    title: str
    told: str
    far: str
    credit: str

    @property
    def has_scanned(self) -> bool:
        """There is a line of scans anywhere on the way."""
        return bool(self.scanned)

    @property
    def has_expected(self) -> bool:
        """There is more to come."""
        return bool(self.expected)


class _Kept:
    """The maps drawn last, by way, zoom and language."""

    def __init__(self) -> None:
        self._maps: OrderedDict[_Key, Markup] = OrderedDict()

    def get(self, key: _Key) -> Markup | None:
        if (found := self._maps.get(key)) is not None:
            self._maps.move_to_end(key)
        return found

    def put(self, key: _Key, drawn: Markup) -> None:
        self._maps[key] = drawn
        while len(self._maps) > MAPS_KEPT:
            self._maps.popitem(last=False)


_kept = _Kept()


async def map_html(route: Route | None, zoom: int = 0) -> Markup:
    """A way's map as a figure, or nothing when no place of it is known.

    Drawn beside the event loop: a map takes some hundredths of a second. A page without its map is better
    than no page, so damaged map data is logged and not raised.
    """
    if route is None:
        return Markup()
    key = route, max(-ZOOM_MAX, min(ZOOM_MAX, zoom)), spoken()
    if (found := _kept.get(key)) is not None:
        return found
    try:
        drawn = await asyncio.get_running_loop().run_in_executor(pen, copy_context().run, draw_html, *key[:2])
    except MapError as error:
        _log.error("no map: %s", error)
        return Markup()
    _kept.put(key, drawn)
    return drawn


def zoom_of(asked: str) -> int:
    """What a link asks for; what is no whole number is no wish."""
    try:
        return int(asked)
    except ValueError:
        return 0


def draw_html(route: Route, zoom: int) -> Markup:
    """The figure, drawn now. Raises MapError when there is no map data."""
    found = _kept.get((route, zoom, spoken()))  # another page may have asked for it meanwhile
    if found is not None:
        return found
    drawn = draw(route, atlas(), zoom)
    if drawn is None:
        return Markup()
    return figure(route, drawn)


def figure(route: Route, drawn: Drawing) -> Markup:
    """A drawing as HTML."""
    macros: Any = environment().get_template("_map.html").module
    return Markup(str(macros.figure(sheet(route, drawn, atlas().attribution))))  # noqa: S704  made of escaped parts


@cache
def atlas() -> Atlas:
    """The map data that comes with Milepost. Raises MapError."""
    return Atlas()


def sheet(route: Route, drawn: Drawing, credit: str) -> Sheet:
    """What the template needs of a drawing."""
    paths = drawn.ground.paths
    return Sheet(
        kind=drawn.view.kind.value,
        globe=_globe(drawn.view),
        step=1 / FINE,
        layers={name: paths.get(layer, "") for name, layer in LAYERS.items()},
        grid=drawn.ground.grid,
        scanned=drawn.scanned,
        expected=drawn.expected,
        spots=drawn.spots,
        names=drawn.names,
        tones=tuple(one.tone for one in route.parcels),
        icons=tuple(one.icon for one in route.parcels),
        nearer=drawn.nearer,
        wider=drawn.wider,
        whole=drawn.whole,
        title=_title(route),
        told=_told(route),
        far=_far(route, drawn),
        credit=credit,
    )


def alt_of(route: Route) -> str:
    """What a map shows, in words."""
    return f"{_title(route)}. {_told(route)}"


def _named(name: str) -> str:
    return name or say_as("a place", "unknown")


def _title(route: Route) -> str:
    return ". ".join(dict.fromkeys(map(_from_to, route.parcels)))


def _from_to(route: Route) -> str:
    first, last = route.stops[0].name, route.stops[-1].name
    if first == last:
        return say("Map: %(place)s", place=last)
    return say("Map: %(first)s to %(last)s", first=_named(first), last=_named(last))


def _globe(view: View) -> Globe | None:
    return Globe(round(view.x), round(view.y), round(view.scale)) if view.kind is Kind.GLOBE else None


def _told(route: Route) -> str:
    """Where they were seen last and how sure that is, also for people who cannot see the map."""
    return " ".join(dict.fromkeys(map(_seen_last, route.parcels)))


def _seen_last(route: Route) -> str:
    if route.scanned < 0:
        return say("Not scanned on its way yet.")
    here = route.stops[route.scanned]
    return say(SEEN_LAST[here.precision], place=here.name)


def _far(route: Route, drawn: Drawing) -> str:
    """`560 km so far · 310 km to go`; miles where people drive in miles. Of several parcels nothing."""
    if route.beside:
        return ""
    is_miles = route.stops[-1].country.upper() in MILES
    done, todo = (_round(km / KM_A_MILE if is_miles else km) for km in (drawn.km_done, drawn.km_todo))
    unit = "mi" if is_miles else "km"
    far = {"mi": mark("%(number)s mi so far"), "km": mark("%(number)s km so far")}[unit]
    left = {"mi": mark("%(number)s mi to go"), "km": mark("%(number)s km to go")}[unit]
    parts = [say(far, number=written(done))] if done else []
    parts += [say(left, number=written(todo))] if todo and not route.is_over else []
    return " · ".join(parts)


def _round(length: float) -> int:
    """No more digits than lines between scans are worth."""
    step = 10 if length >= 100 else 1
    return int(math.floor(length / step + 0.5) * step)
