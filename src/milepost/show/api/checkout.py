"""A shop's own checkout: its page asks from the buyer's browser when a parcel would come.

A browser cannot keep an API key. So a page is known by its origin, which browsers tell truly, and may ask
this one question, for its own shop alone. Programs can claim any origin: they learn what the page shows.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from litestar import Request, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers, MutableScopeHeaders, State
from litestar.enums import ScopeType
from litestar.exceptions import TooManyRequestsException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from milepost.model.people import ApiKey
from milepost.show.api.keys import needs_key
from milepost.show.assets import built, sent
from milepost.show.clients import client_of
from milepost.show.looks import app_of
from milepost.show.security import INVITED

ASKED = "/api/v1/estimates"
SCRIPT = "checkout.js"
MINUTE_S = 60
CROWD = 20
"""Where nobody says who asks, all together may ask as often as so many buyers."""

AN_HOUR = "public, max-age=3600"
"""The script keeps its name for ever, so browsers look now and then whether it changed."""

PLACES_MAX = 10_000
"""Buyers' addresses counted in one minute; further ones count together."""

ELSEWHERE = {"Cross-Origin-Resource-Policy": "cross-origin"}
MAY_ASK = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "86400",
}


class ShopPages:
    """Middleware: a page named in `checkout.pages` may send the question, and read the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Any other request goes on as it came."""
        is_question = scope["type"] == ScopeType.HTTP and scope["path"] == ASKED
        origin = Headers.from_scope(scope).get("origin", "") if is_question else ""
        shop = _pages(scope).get(origin) if origin else None
        if shop is None:
            await self._app(scope, receive, send)
            return
        scope["state"][INVITED] = shop
        told = {**ELSEWHERE, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in told.items():
                    headers[name] = value
            await send(message)

        going_on: ASGIApp = self._app
        if scope["type"] == ScopeType.HTTP and scope["method"] == "OPTIONS":
            going_on = Response(b"", status_code=204, headers=MAY_ASK).to_asgi_response(None, Request(scope))
        await going_on(scope, receive, tell)


def _pages(scope: Scope) -> Mapping[str, str]:
    pages: Mapping[str, str] = scope["litestar_app"].state.milepost.settings.checkout.pages
    return pages


async def needs_key_or_page(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """A guard: an API key, or a page of a shop that may ask. Raises 401 for neither."""
    shop = connection.state.get(INVITED)
    if shop is None or "authorization" in connection.headers:
        await needs_key(connection, handler)
    else:
        connection.state.api_key = ApiKey(key_id="", name="checkout", shop_ids=(shop,))


def shop_of_page(request: Request[Any, Any, Any]) -> str:
    """The shop whose page asks; empty for a program."""
    shop: str = request.state.get(INVITED) or ""
    return shop


def take_turn(request: Request[Any, Any, Any]) -> None:
    """Count a question that came from a page. Raises 429 for too many in a minute."""
    if request.state.get(INVITED) is None:
        return
    place, most = client_of(request), app_of(request).settings.checkout.per_minute
    now_s = monotonic()
    if not request.app.state.turns.take(place, now_s, most if place else most * CROWD):
        left_s = MINUTE_S - int(now_s % MINUTE_S)
        raise TooManyRequestsException(
            f"checkout.per_minute: {most} questions a minute; ask again in {left_s} s.",
            headers={"Retry-After": str(left_s)},
        )


@get(f"/{SCRIPT}", include_in_schema=False)
async def script(request: Request[None, None, State]) -> Response[bytes]:
    """What a shop puts into its page (frontend/src/checkout.ts), under a name that stays."""
    return sent(built(SCRIPT), request, {**ELSEWHERE, "Cache-Control": AN_HOUR})


class Turns:
    """How often each place asked in this minute."""

    def __init__(self) -> None:
        """Nobody asked yet."""
        self._minute = 0
        self._asked: dict[str, int] = {}

    def take(self, place: str, now_s: float, most: int) -> bool:
        """Whether it may ask once more. `place`: empty where nobody says; `now_s`: of any clock."""
        minute = int(now_s // MINUTE_S)
        if minute != self._minute:
            self._minute, self._asked = minute, {}
        if place not in self._asked and len(self._asked) >= PLACES_MAX:
            place = ""
        asked = self._asked.get(place, 0)
        self._asked[place] = asked + 1
        return asked < most
