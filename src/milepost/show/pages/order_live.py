"""An open tracking page hears of news by server-sent events: the changed part of the page, drawn again."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException, ServiceUnavailableException
from litestar.params import PathParameter
from litestar.response import Stream

from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.model.people import Link
from milepost.ports.app import App
from milepost.show.buyer.feedback import AFTER_DELIVERY, choices
from milepost.show.buyer.visit import visit
from milepost.show.looks import app_of, around, render
from milepost.show.one_look import OneLook
from milepost.show.open_pages import OpenPages
from milepost.show.pages.order import view_of
from milepost.show.reader import has_chosen
from milepost.show.security import PRIVATE

PULSE_S = 15.0
"""Real seconds between two signs of life."""

LOOKS_EVERY = 4
"""Signs of life from one look of our own to the next, while we are told of all news anyway: only time passes.
Otherwise we look at each of them. A thousand pages on each of twelve nodes make the difference."""

PULSES_MAX = 240
"""A stream ends after an hour; the browser comes back by itself."""

HEADERS = {**PRIVATE, "X-Accel-Buffering": "no"}
RETRY_MS = (2_000, 6_000)
"""When a node stops, its pages come back to the others, and not all in the same second."""

Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]
News = tuple[str, bytes | None]
"""A mark of what the page shows, and the message that brings it there; None: the order is gone."""


@get("/orders/{number:str}/live", include_in_schema=False)
async def order_live(number: Number, request: Request[None, None, State]) -> Response[Any]:
    """The stream of one open page. 401 without a valid visit; 503 when too many are open."""
    link = await visit(request, number)
    if link is None:
        raise NotAuthorizedException("Look the order up first.")
    opened: OpenPages = request.app.state.open_pages
    if opened.count >= app_of(request).settings.live.pages_max:
        raise ServiceUnavailableException("Too many pages are open.", headers={"Retry-After": "60"})
    return Stream(_counted(request, link), media_type="text/event-stream", headers=HEADERS)


async def _counted(request: Request[None, None, State], link: Link) -> AsyncIterator[str | bytes]:
    opened: OpenPages = request.app.state.open_pages
    with opened.one():
        async for message in _messages(request, link, opened):
            yield message


async def _messages(
    request: Request[None, None, State], link: Link, opened: OpenPages
) -> AsyncIterator[str | bytes]:
    """The page's part now, then again whenever it differs.

    A browser that comes back says what it has (Last-Event-ID), and is sent the page only if it missed news.
    """
    app = app_of(request)
    yield f"retry: {random.randint(*RETRY_MS)}\n\n"  # noqa: S311 (spread, not secret)
    sent = request.headers.get("last-event-id", "")
    async with app.live.listen(f"order:{link.shop_id}:{link.order_number}") as changes:
        waiting = asyncio.ensure_future(anext(changes))
        try:
            told = False
            for pulse in range(PULSES_MAX):
                if told or _is_time_to_look(app, pulse):
                    mark, message = await _look(request, link)
                    if message is None:
                        return
                    yield message if mark != sent else _pulse(app)
                    sent = mark
                else:
                    yield _pulse(app)
                if link.expires_at < app.clock.now():
                    return
                told = await opened.wait(waiting, PULSE_S)
                if opened.ended:
                    return
                if told:
                    waiting = asyncio.ensure_future(anext(changes))
        finally:
            waiting.cancel()


def _is_time_to_look(app: App, pulse: int) -> bool:
    """Whether news may have come in without our being told, or enough time has passed to show."""
    live = app.live.state()
    is_alone = live.engine == "process"
    hears_all = app.store.engine == "sqlite" if is_alone else not live.trouble
    return not hears_all or app.clock.rate > 1 or pulse % LOOKS_EVERY == 0


def _pulse(app: App) -> str:
    return _event("pulse", {"now": app.clock.now()})


async def _look(request: Request[None, None, State], link: Link) -> News:
    """What the page shows now; drawn once for all who are told of the same change and see the same of it."""
    looks: OneLook[News] = request.app.state.setdefault("looks", OneLook())
    around_it = {name: told for name, told in around(request).items() if name != "now"}
    key = (link.shop_id, link.order_number, link.view, has_chosen(request), *around_it.values())
    return await looks.ask(key, partial(_drawn, request, link))


async def _drawn(request: Request[None, None, State], link: Link) -> News:
    app = app_of(request)
    view = await view_of(request, link)
    if view is None:
        return "", None
    now = app.clock.now()
    html = render(
        request,
        "buyer/_live.html",
        view=view,
        map="",
        wrong_feedback="",
        given={},
        kinds=choices(AFTER_DELIVERY),
    )
    news = {"html": html, "said": view.said, "mark": view.mark, "now": now}
    return view.mark, f"id: {view.mark}\n{_event('page', news)}".encode()


def _event(name: str, facts: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {msgspec.json.encode(facts).decode()}\n\n"


ROUTES = [order_live]
