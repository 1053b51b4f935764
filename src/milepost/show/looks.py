"""How a page becomes HTML: the templates, and what every one of them may use."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.enums import MediaType
from markupsafe import Markup, escape

from milepost.ports.app import App
from milepost.show import moments
from milepost.show.assets import asset, svg
from milepost.show.brands import MILEPOST_LOOK
from milepost.show.reader import offered_to
from milepost.show.security import PRIVATE
from milepost.tongues.catalogs import ENGLISH
from milepost.tongues.speech import spoken
from milepost.tongues.templates import teach

TEMPLATES = Path(__file__).with_name("templates")
THEMES = ("light", "dark")
THEME_COOKIE = "theme"
PLAIN_SIZE = 18
HOUSE, CONSOLE = "house", "/console"
"""Where the look of the house is kept (house.py), and the pages that are the seller's own."""

AnyRequest = Request[Any, Any, Any]


def app_of(request: AnyRequest) -> App:
    """The running Milepost behind a request."""
    app: App = request.app.state.milepost
    return app


def page(
    request: AnyRequest,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> Response[str]:
    """A whole page, never kept by anybody on the way: most are somebody's own."""
    return Response(
        render(request, template, **facts),
        status_code=status,
        media_type=MediaType.HTML,
        headers={**PRIVATE, **(headers or {})},
    )


def order_address(order_number: str) -> str:
    """Where an order's page is; numbers from a list may hold any character."""
    return f"/orders/{quote(order_number, safe='')}"


def console_address(order_number: str) -> str:
    """Where an order's page is in the console."""
    return CONSOLE + order_address(order_number)


def render(request: AnyRequest, template: str, **facts: Any) -> str:
    """A template with its facts and with what all of them may use."""
    return environment().get_template(template).render({**around(request), **facts})


def around(request: AnyRequest) -> dict[str, Any]:
    """What every template knows: theme, language, path, this Milepost's own time and its speed."""
    clock = app_of(request).clock
    theme = request.cookies.get(THEME_COOKIE, "")
    return {
        "theme": theme if theme in THEMES else "",
        "tongue": spoken(),
        "tongues": offered_to(request),
        "path": request.url.path,
        "now": clock.now(),
        "rate": clock.rate,
        "look": MILEPOST_LOOK if request.url.path.startswith(CONSOLE) else request.app.state[HOUSE].look,
    }


@cache
def environment() -> Environment:
    """All templates, escaped; a fact that is missing is an error and not a gap."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,  # `make dev` starts anew when a file changes
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    teach(made)
    made.globals |= {"asset": asset, "icon": icon, "order_address": order_address, "as_told": as_told}
    made.filters |= {
        "day": moments.day,
        "short_day": moments.short_day,
        "clock": moments.clock,
        "moment": moments.moment,
        "ago": moments.ago,
        "iso": moments.iso,
        "any_of": moments.any_of,
    }
    return made


def as_told(text: str) -> Markup:
    """A fact of a carrier's card, which is written in English; on an English page that need not be said."""
    marked = Markup('<span lang="en" dir="ltr">{}</span>')
    return escape(text) if spoken().tag == ENGLISH else marked.format(text)


@cache
def icon(name: str, size: int = PLAIN_SIZE, extra: str = "") -> Markup:
    """An icon's SVG at a size in px. Hidden from screen readers: words stand beside it."""
    classes = f"icon {extra}".strip()
    text = svg(name).replace('width="24" height="24"', f'class="{classes}" width="{size}" height="{size}"')
    return Markup(text)  # noqa: S704  our own built file, not anybody's words
