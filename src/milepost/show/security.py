"""What keeps pages safe in a browser: headers on every answer, and no form posted from elsewhere."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make Chromium send `Origin: null` on form posts
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE: Mapping[str, str] = {"Cache-Control": "no-store"}
"""For whatever is somebody's own."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
INVITED = "checkout_shop"
"""Where the shop stands whose own page asks what pages of other sites may ask (api/checkout.py)."""

OWN_SITES = frozenset({"same-origin", "none"})
FROM_ELSEWHERE = "This form was sent from another site. Open the page here and send it again."


async def add_headers(message: Message, _scope: Scope) -> None:
    """Before an answer is sent: what holds for every one of them, unless it said otherwise itself."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)


class OwnFormsOnly:
    """Middleware: a browser may change something here only from our own pages.

    Browsers say where a request comes from (`Sec-Fetch-Site`, else `Origin`); programs say neither, and they
    have no cookies either. So forms need no hidden token, and work from a page kept open for days.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 403 what a page of another site sends."""
        is_change = scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS
        if is_change and INVITED not in scope["state"] and _is_foreign(scope):
            raise PermissionDeniedException(FROM_ELSEWHERE)
        await self._app(scope, receive, send)


def _is_foreign(scope: Any) -> bool:
    headers = Headers.from_scope(scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in OWN_SITES
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
