"""A map as one SVG that stands alone: literal colors, scaled strokes and letters, for mails and PDFs.

What draws those knows neither style variables nor strokes that keep their width.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.sax.saxutils import escape

from milepost.map.drawing import Drawing
from milepost.map.ground import FINE
from milepost.map.levels import Layer
from milepost.map.names import GAP, SIZES, Name
from milepost.map.names import Sort as NameSort
from milepost.map.room import NARROW, Width
from milepost.map.spots import NO_DOT, SIGN_PX, TEXT_PX, Sort, Spot, sign_box
from milepost.map.view import SIZE, Kind

PALETTE: Mapping[str, str] = MappingProxyType(
    {
        "sea": "#d3e3e8",
        "space": "#e6eef0",
        "land": "#f7f4ec",
        "coast": "#9fb7bf",
        "water-line": "#c3d8df",
        "border": "#b9ad98",
        "state": "#d5cab4",
        "river": "#c4dae1",
        "town-light": "#cdbf9f",
        "map-name": "#555a5c",
        "map-land-name": "#635d4d",
        "sign": "#ffffff",
        "sign-line": "#d8d4c8",
        "ink": "#14181a",
        "ink2": "#565c60",
        "surface": "#ffffff",
        "brand": "#0b6b4f",
        "on-brand": "#ffffff",
        "warn-solid": "#b86200",
        "bad": "#b3261e",
    }
)
"""The light colors of the pages (frontend/src/styles), by the same names; a test compares the two."""

TONES = {"good": "brand", "plain": "ink2", "warn": "warn-solid", "bad": "bad"}
FONT = "Hanken Grotesk"
LETTERS_UP = 0.35
"""Of a type size: how far below its middle a line of letters stands."""

EDGE = 24.0  # units at the upper and lower edge where no name begins
CREDIT_PX = 7.5
WATER_LINES = ((10.0, "water-line"), (2.1, "coast"))
DOTS = {Layer.TOWN_SMALL: 1.9, Layer.TOWN_MIDDLE: 3.1, Layer.TOWN_BIG: 4.9}
THIN = {Layer.RIVER: ("river", 1.1), Layer.STATE: ("state", 0.9), Layer.BORDER: ("border", 1.1)}
DISCS = {
    Sort.HERE: ("tone", "surface", 17.5, 3.0),
    Sort.END: ("ink", "land", 13.0, 2.5),
    Sort.DONE: ("land", "brand", 4.5, 3.0),
    Sort.AHEAD: ("brand", "land", 4.5, 2.0),
}
"""Of each dot: fill, edge, radius and the edge's width, both in px."""

ICONS_PX = {Sort.HERE: 16.0, Sort.END: 14.0}
ICON_UNITS = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """How a map is printed. Icons are SVG content of 24 units; each parcel has a tone and one."""

    credit: str
    tones: Sequence[str] = ("good",)
    icons: Sequence[str] = ("",)
    home: str = ""  # the icon of where they go
    layout: Width = NARROW
    top: int = 0  # units of its 1,000 from which on it is shown
    bottom: int = 1000
    colors: Mapping[str, str] = field(default_factory=dict)  # instead of those of the palette


@dataclass(frozen=True, slots=True)
class Sheets:
    """A map in three SVGs that lie over each other, for what knows no clipping inside one."""

    sea: str
    ground: str  # on a globe, to be seen on its disc alone
    way: str
    disc: tuple[float, float, float] | None  # of a globe: its middle and radius, in units


def printed(drawing: Drawing, how: Print) -> str:
    """The map as SVG text."""
    press = _Press(drawing, how)
    ground = "".join(press.ground())
    if drawing.view.kind is Kind.GLOBE:
        ground = (
            f'<clipPath id="disc"><circle {press.disc}/></clipPath><g clip-path="url(#disc)">{ground}</g>'
        )
    return press.svg([*press.sea(), ground, *press.way()])


def sheets(drawing: Drawing, how: Print) -> Sheets:
    """The same map in parts."""
    press, view = _Press(drawing, how), drawing.view
    return Sheets(
        sea=press.svg(press.sea()),
        ground=press.svg(press.ground()),
        way=press.svg(press.way()),
        disc=(view.x, view.y, view.scale) if view.kind is Kind.GLOBE else None,
    )


class _Press:
    """One map being printed."""

    def __init__(self, drawing: Drawing, how: Print) -> None:
        self._map, self._how = drawing, how
        self._px = how.layout.units_per_px
        self._ink = {**PALETTE, **how.colors}

    @property
    def disc(self) -> str:
        """Of a globe."""
        view = self._map.view
        return f'cx="{view.x:.0f}" cy="{view.y:.0f}" r="{view.scale:.0f}"'

    def svg(self, parts: Iterable[str]) -> str:
        """These parts as one picture."""
        high = self._how.bottom - self._how.top
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {self._how.top} {SIZE:g} {high}" '
            f'width="{SIZE:g}" height="{high}" font-family="{FONT}" font-weight="500">{"".join(parts)}</svg>'
        )

    def sea(self) -> Iterable[str]:
        """What lies under all."""
        is_globe = self._map.view.kind is Kind.GLOBE
        color = self._ink["space" if is_globe else "sea"]
        yield f'<rect width="{SIZE:g}" height="{SIZE:g}" fill="{color}"/>'
        if is_globe:
            yield f'<circle {self.disc} fill="{self._ink["sea"]}"/>'

    def way(self) -> Iterable[str]:
        """Lines, names, dots and signs."""
        how, ink = self._how, self._ink
        if self._map.view.kind is Kind.GLOBE:
            yield f'<circle {self.disc} fill="none" stroke="{ink["coast"]}" stroke-width="1.5"/>'
        yield from self._lines()
        for name in self._map.names:
            is_seen = how.top + EDGE < name.y < how.bottom - EDGE
            if is_seen and (how.layout is not NARROW or name.is_on_narrow):
                yield from self._name(name)
        for spot in reversed(self._map.spots):
            yield from self._spot(spot)
        credit = (
            f'<text x="{SIZE - 14:g}" y="{how.bottom - 14}" font-size="{CREDIT_PX * self._px:.1f}" '
            f'text-anchor="end"'
        )
        yield f"{credit} {self._halo}>{escape(how.credit)}</text>"
        yield f'{credit} fill="{ink["map-name"]}">{escape(how.credit)}</text>'

    def ground(self) -> Iterable[str]:
        """Land, lakes, rivers, borders and towns."""
        paths, ink = self._map.ground.paths, self._ink
        is_globe = self._map.view.kind is Kind.GLOBE
        yield f'<g transform="scale({1 / FINE})" fill="none" stroke-linejoin="round" stroke-linecap="round">'
        if land := paths.get(Layer.LAND):
            for width, color in WATER_LINES:
                yield self._line(land, color, width)
            yield f'<path d="{land}" fill="{ink["land"]}" fill-rule="evenodd"/>'
        for layer, (color, width) in THIN.items():
            if layer in paths:
                yield self._line(paths[layer], color, width)
        if lake := paths.get(Layer.LAKE):
            yield self._line(lake, "coast", 1.7)
            yield f'<path d="{lake}" fill="{ink["sea"]}" fill-rule="evenodd"/>'
        for layer, width in DOTS.items():
            if layer in paths:
                yield self._line(paths[layer], "town-light", width * (0.5 if is_globe else 1))
        yield "</g>"

    def _line(self, path: str, color: str, px: float) -> str:
        """A stroke in the ground's steps."""
        return f'<path d="{path}" stroke="{self._ink[color]}" stroke-width="{px * self._px * FINE:.1f}"/>'

    @property
    def _halo(self) -> str:
        """Around letters, so that they can be read over lines."""
        width = f"{3 * self._px:.1f}"
        return f'fill="none" stroke="{self._ink["land"]}" stroke-width="{width}" stroke-linejoin="round"'

    def _lines(self) -> Iterable[str]:
        width = 3.6 * self._px
        base = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
        dotted = f' stroke-dasharray="0.1 {7.6 * self._px:.1f}"'
        for path, dashes in ((self._map.expected, dotted), (self._map.scanned, "")):
            if path:
                under = f'stroke="{self._ink["land"]}" stroke-width="{width * 2:.1f}" stroke-opacity="0.8"'
                yield f'<path d="{path}" {base} {under}/>'
                over = f'stroke="{self._ink["brand"]}" stroke-width="{width:.1f}"{dashes}'
                yield f'<path d="{path}" {base} {over}/>'

    def _name(self, name: Name) -> Iterable[str]:
        ink, size = self._ink, SIZES[name.sort] * self._px
        is_wide = name.sort in (NameSort.COUNTRY, NameSort.STATE)
        x = {"r": name.x + GAP * self._px, "l": name.x - GAP * self._px}.get(name.side, name.x)
        anchor = {"r": "start", "l": "end"}.get(name.side, "middle")
        spaced = f' letter-spacing="{size * 0.13:.1f}"' if is_wide else ""
        if name.side != "c":
            ring = f'r="{2.6 * self._px:.1f}" stroke-width="{1.4 * self._px:.1f}"'
            at = f'cx="{name.x:.0f}" cy="{name.y:.0f}"'
            yield f'<circle {at} {ring} fill="{ink["land"]}" stroke="{ink["map-name"]}"/>'
        text = escape(name.text.upper() if is_wide else name.text)
        shared = f'x="{x:.0f}" y="{name.y + size * LETTERS_UP:.0f}" font-size="{size:.1f}"'
        shared += f' text-anchor="{anchor}"{spaced}'
        yield f"<text {shared} {self._halo}>{text}</text>"
        yield f'<text {shared} fill="{ink["map-land-name" if is_wide else "map-name"]}">{text}</text>'

    def _spot(self, spot: Spot) -> Iterable[str]:
        ink, at = self._ink, f'cx="{spot.x:.1f}" cy="{spot.y:.1f}"'
        if spot.radius:
            yield f'<circle {at} r="{spot.radius:.1f}" fill="{ink["brand"]}" fill-opacity="0.12"/>'
        if spot.sort not in NO_DOT:
            fill, edge, radius, stroke = DISCS[spot.sort]
            disc = f'r="{radius * self._px:.1f}" stroke-width="{stroke * self._px:.1f}"'
            color = ink[TONES[self._how.tones[spot.parcel]] if fill == "tone" else fill]
            yield f'<circle {at} {disc} fill="{color}" stroke="{ink[edge]}"/>'
        if spot.sort in ICONS_PX:
            yield self._icon(spot, self._how.home if spot.sort is Sort.END else self._how.icons[spot.parcel])
        side = spot.narrow if self._how.layout is NARROW else spot.wide
        if side:
            yield self._sign(spot, side)

    def _icon(self, spot: Spot, icon: str) -> str:
        side = ICONS_PX[spot.sort] * self._px
        move = f"translate({spot.x - side / 2:.1f} {spot.y - side / 2:.1f}) scale({side / ICON_UNITS:.3f})"
        is_good = spot.sort is Sort.HERE and self._how.tones[spot.parcel] == "good"
        color = self._ink["on-brand" if is_good else "surface"]
        return (
            f'<g transform="{move}" fill="none" stroke="{color}" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{icon}</g>'
        )

    def _sign(self, spot: Spot, side: str) -> str:
        ink, size = self._ink, TEXT_PX * self._px
        left, top, right, bottom = sign_box((spot.x, spot.y), spot.sort, spot.name, side, self._how.layout)
        box = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
        middle = f'x="{(left + right) / 2:.1f}" y="{(top + bottom) / 2 + size * LETTERS_UP:.1f}"'
        return (
            f'<rect {box} rx="{SIGN_PX * self._px / 2:.1f}" '
            f'fill="{ink["sign"]}" stroke="{ink["sign-line"]}"/>'
            f'<text {middle} font-size="{size:.1f}" font-weight="600" text-anchor="middle" '
            f'fill="{ink["ink"]}">{escape(spot.name)}</text>'
        )
