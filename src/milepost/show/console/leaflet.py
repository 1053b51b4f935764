"""An order as a PDF that support can hand on: what happened, when, who said so, and the way on a map.

It may end up anywhere, so it says what a link in a mail shows: towns and the carrier's words, nobody's name.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from milepost.map.drawing import draw
from milepost.map.picture import FONTS
from milepost.map.printed import FONT, sheets
from milepost.map.room import WIDE
from milepost.map.route import Route
from milepost.show.buyer.view import PageView, ParcelView
from milepost.show.maps import alt_of, atlas
from milepost.show.moments import moment
from milepost.show.pictures import print_of

MARGIN, WIDTH = 42.0, 511.0  # points on A4
TOP, BOTTOM = 60, 880
"""Of a map's 1,000 units."""

MAP_WIDTH = 400.0
INK, QUIET, BRAND, LINE = (20, 24, 26), (86, 92, 96), (11, 107, 79), (228, 225, 216)
TIME_WIDTH = 96.0
ROWS_MAX = 200
"""Scans of one parcel; nobody reads further, and a page has an end."""


def leaflet(view: PageView, local: datetime) -> bytes:
    """The PDF; `local` is now, where the parcel goes. Raises MapError when there is no map data."""
    sheet = _Leaflet(view)
    sheet.tell(f"{moment(local)} {local.tzname()}")
    return bytes(sheet.output())


class _Leaflet(FPDF):
    """A4 upright, in the pages' typeface."""

    def __init__(self, view: PageView) -> None:
        super().__init__(unit="pt", format="A4")
        self._view = view
        medium, semibold = FONTS
        self.add_font(FONT, "", medium)
        self.add_font(FONT, "B", semibold)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=54)
        self.set_title(f"Order {view.order_number}")
        self.set_lang("en")

    def tell(self, made: str) -> None:
        """The whole order; `made`: when."""
        view = self._view
        self.add_page()
        self._line(" · ".join(filter(None, (view.shop_name, f"Order {view.order_number}"))), 10, QUIET)
        self._line(view.headline, 24, INK, bold=True)
        if view.summary:
            self._line(view.summary, 11, QUIET)
        if view.destination:
            self._line(f"Going to {view.destination}", 11, QUIET)
        if view.way is not None:
            self._map(view.way)
        for parcel in view.parcels:
            self._parcel(parcel, is_only=len(view.parcels) == 1)
        self._line(f"As known to the shop on {made}. Made by Milepost.", 9, QUIET, above=14)

    def footer(self) -> None:
        """On every page: which order, which page."""
        self.set_y(-34)
        self.set_font(FONT, "", 8)
        self.set_text_color(*QUIET)
        self.cell(WIDTH, 10, f"Order {self._view.order_number} · {self.page_no()}", align="R")

    def _map(self, route: Route) -> None:
        drawing = draw(route, atlas())
        if drawing is None:
            return
        how = replace(print_of(route), top=TOP, bottom=BOTTOM, layout=WIDE)
        parts, scale = sheets(drawing, how), MAP_WIDTH / 1000
        x, y, high = MARGIN, self.get_y() + 10, (BOTTOM - TOP) * scale
        with self.rect_clip(x, y, MAP_WIDTH, high):
            self._svg(parts.sea, x, y)
            if parts.disc is None:
                self._svg(parts.ground, x, y)
            else:
                left, top, radius = parts.disc
                corner = x + (left - radius) * scale, y + (top - radius - TOP) * scale
                with self.elliptic_clip(*corner, 2 * radius * scale, 2 * radius * scale):
                    self._svg(parts.ground, x, y)
            self._svg(parts.way, x, y)
        self.set_y(y + high + 4)
        self._line(f"{alt_of(route)} Lines join scans; they are not the exact road or flight.", 8, QUIET)

    def _svg(self, svg: str, x: float, y: float) -> None:
        self.image(svg.encode(), x=x, y=y, w=MAP_WIDTH)

    def _parcel(self, parcel: ParcelView, *, is_only: bool) -> None:
        self._line(
            parcel.answer.chip if is_only else f"{parcel.answer.headline} · {parcel.answer.chip}",
            15,
            INK,
            bold=True,
            above=16,
        )
        if parcel.carrier is not None:
            self._line(f"{parcel.carrier.name} {parcel.carrier.number}", 11, QUIET)
        for one in parcel.history:
            self._line(" ".join(part for part in (one.sentence, one.reason, one.said) if part), 10, INK)
        for name, time, words in _rows(parcel):
            self._row(name, time, words)

    def _row(self, name: str, time: str, words: list[str]) -> None:
        if name:
            self._line(name, 10, BRAND, bold=True, above=8)
        top = self.get_y()
        self.set_font(FONT, "", 9)
        self.set_text_color(*QUIET)
        self.multi_cell(TIME_WIDTH, 13, time)
        page, low = self.page, self.get_y()
        self.set_y(top)
        for number, text in enumerate(words):
            self._line(text, 10 if number == 0 else 9, INK if number == 0 else QUIET, left=TIME_WIDTH)
        self.set_y(max(self.get_y(), low) if self.page == page else self.get_y())

    def _line(
        self,
        text: str,
        size: float,
        color: tuple[int, int, int],
        *,
        bold: bool = False,
        above: float = 0.0,
        left: float = 0.0,
    ) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*color)
        self.set_xy(MARGIN + left, self.get_y() + above)
        where: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
        self.multi_cell(WIDTH - left, size * 1.35, text, align="L", **where)


def _rows(parcel: ParcelView) -> Iterator[tuple[str, str, list[str]]]:
    """(name of its day, if it is the first; time; what happened and who wrote it), newest first."""
    told = 0
    for day in (*parcel.timeline.recent, *parcel.timeline.older):
        for number, row in enumerate(day.rows):
            if told == ROWS_MAX:
                return
            told += 1
            place = ", ".join(part for part in (row.town, row.country) if part)
            words = [f"{row.title} · {place}" if place else row.title]
            words += [f"{who}: {text}" for who, text in row.raw]
            yield day.name if number == 0 else "", f"{row.time} {row.zone}".strip(), words
