"""What a visitor's browser remembers: tokens of the orders it may see, each kept here only as a hash."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from milepost.ports.app import App

VISITS = "visits"
VISITS_MAX = 6
"""Orders one browser keeps open; the oldest is forgotten."""

TOKEN_LENGTH_MAX = 64
BETWEEN = "."  # no token has one (URL-safe base64)
KEPT = timedelta(days=90)
"""How long a browser keeps the cookie; whether its tokens still open anything is decided here."""


MINE = "mine"
"""The token of a link to all orders of an address."""


def mine(request: Request[Any, Any, Any]) -> str:
    """The token this browser shows for all orders of an address, or nothing."""
    token = request.cookies.get(MINE, "")
    return token if len(token) <= TOKEN_LENGTH_MAX else ""


def remember_mine(answer: Response[Any], token: str, app: App) -> None:
    """It is shown from now on; nothing ends it in this browser."""
    answer.set_cookie(
        Cookie(
            key=MINE,
            value=token,
            max_age=int(KEPT.total_seconds()) if token else 0,
            httponly=True,
            samesite="lax",
            secure=is_secure(app),
        )
    )


def tokens(request: Request[Any, Any, Any]) -> list[str]:
    """What this browser shows, newest first."""
    shown = request.cookies.get(VISITS, "").split(BETWEEN)
    return [token for token in shown if 0 < len(token) <= TOKEN_LENGTH_MAX][:VISITS_MAX]


def remember(answer: Response[Any], request: Request[Any, Any, Any], token: str, app: App) -> None:
    """Add a token to what the browser shows from now on."""
    kept = [token, *(old for old in tokens(request) if old != token)][:VISITS_MAX]
    answer.set_cookie(
        Cookie(
            key=VISITS,
            value=BETWEEN.join(kept),
            max_age=int(KEPT.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=is_secure(app),
        )
    )


def is_secure(app: App) -> bool:
    """Cookies travel only over TLS when people reach us over TLS."""
    return app.settings.web.public_url.startswith("https://")
