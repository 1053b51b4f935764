"""The map of a parcel as a picture for mails: no more on it than on the page that a forwarded link opens."""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from milepost.map.atlas import MapError
from milepost.map.drawing import draw
from milepost.map.picture import png
from milepost.map.printed import Print, printed
from milepost.map.route import Route
from milepost.model.brands import Brand
from milepost.model.colors import color_of
from milepost.model.notices import Notice, Picture
from milepost.model.palette import palettes
from milepost.model.people import View
from milepost.ports.app import App
from milepost.show.assets import svg
from milepost.show.buyer.gather import Story, order_story
from milepost.show.buyer.view import page_view
from milepost.show.maps import alt_of, atlas, pen
from milepost.show.words.sentences import source_names

TOP, BOTTOM = 66, 846
"""What a mail shows of a map's 1,000 units: all stops lie between, and the credit below them."""

WIDTH = 528
HEIGHT = round(WIDTH * (BOTTOM - TOP) / 1000)
PX = 2 * WIDTH
"""Twice as wide as a mail shows it: letters stay sharp on phones."""

PICTURES_KEPT = 32
"""About 60 kB each: the same news may go to several addresses."""

WRAPPED = re.compile(r"^<svg[^>]*>|</svg>$")
_kept: OrderedDict[tuple[Route, tuple[str, ...]], bytes] = OrderedDict()
_log = logging.getLogger(__name__)


async def map_of(app: App, notice: Notice) -> Picture | None:
    """The map of the notice's parcel in the language spoken, or None where no place of its way is known.

    A mail may be forwarded, so it is seen as through the link in it: towns, never the door.
    """
    story = await app.store.together(
        lambda reads: order_story(app, reads, notice.shop_id, notice.order_number, View.TOWN)
    )
    route = _route(app, story, notice.shipment_id) if story else None
    if story is None or route is None:
        return None
    try:
        drawn = await asyncio.get_running_loop().run_in_executor(
            pen, partial(_drawn, route, _colors(story.brand))
        )
    except MapError as error:
        _log.error("no map in a mail: %s", error)
        return None
    return Picture(png=drawn, alt=alt_of(route), width=WIDTH, height=HEIGHT) if drawn else None


def _route(app: App, story: Story, shipment_id: str | None) -> Route | None:
    view = page_view(story, source_names(app.teller_names), app.clock.now())
    for number, parcel in enumerate(story.parcels, 1):
        if parcel.shipment is not None and parcel.shipment.shipment_id == shipment_id:
            return next((one.way for one in view.parcels if one.anchor == f"parcel-{number}"), None)
    return None


def _colors(brand: Brand | None) -> Mapping[str, str]:
    color = color_of(brand.color) if brand else None
    if color is None:
        return {}
    light = palettes(color).light
    return {"brand": str(light.brand), "on-brand": str(light.on_brand)}


def _drawn(route: Route, colors: Mapping[str, str]) -> bytes:
    key = route, tuple(colors.values())
    if key in _kept:
        return _kept[key]
    drawing = draw(route, atlas())
    if drawing is None:
        return b""
    how = replace(print_of(route), top=TOP, bottom=BOTTOM, colors=colors)
    made = png(printed(drawing, how), PX)
    _kept[key] = made
    while len(_kept) > PICTURES_KEPT:
        _kept.popitem(last=False)
    return made


def print_of(route: Route) -> Print:
    """How a way is printed: each parcel with its own tone and icon."""
    return Print(
        credit=atlas().attribution,
        tones=[one.tone for one in route.parcels],
        icons=[_icon(one.icon) for one in route.parcels],
        home=_icon("house"),
    )


def _icon(name: str) -> str:
    return WRAPPED.sub("", svg(name))
