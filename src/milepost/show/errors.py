"""When something cannot be answered: a page for people, a problem document for programs."""

from datetime import datetime
from math import ceil
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import (
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from milepost.desk.guessing import TooManyGuessesError
from milepost.ports.store import StoreError
from milepost.show.looks import app_of, page
from milepost.show.moments import MINUTE_S, in_minutes
from milepost.show.problems import TRY_AGAIN_S, problem_for
from milepost.show.reader import speak_to
from milepost.tongues.speech import mark, say

FOR_PROGRAMS = ("/api/", "/hooks/", "/schema", "/metrics", "/healthz", "/readyz")
WORDS = {
    400: (
        mark("That did not work"),
        mark("Something in what was sent could not be read. Go back and try again."),
    ),
    401: (mark("Please sign in"), mark("This page is for people who signed in.")),
    403: (
        mark("That is not allowed"),
        mark("You may not do this here. If you sent a form, open its page again first."),
    ),
    404: (
        mark("There is no such page"),
        mark("The address may be mistyped, or what it showed is no longer here."),
    ),
    405: (mark("That did not work"), mark("This address shows something else. Go back and try again.")),
    413: (mark("That is too much"), mark("What was sent is larger than we take.")),
    429: (
        mark("Too many tries"),
        mark("Please wait a while, then try again. A link from one of our messages always works."),
    ),
    500: (
        mark("Something broke here"),
        mark("It is not your fault, and it is in our log. Please try again in a moment."),
    ),
    503: (
        mark("Not available just now"),
        mark("Our database does not answer. Nothing is lost; please try again soon."),
    ),
}
GUESS_AGAIN_S = 60

log = structlog.get_logger(__name__)


def answer_for(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to an error, for whoever asked."""
    speak_to(request)  # an address that leads nowhere passes no middleware
    if isinstance(error, TooManyGuessesError):
        return _wait_page(request, error.until)
    if not wants_page(request):
        return problem_for(request, error)
    if isinstance(error, StoreError):
        log.warning("store_unavailable", said=str(error))
        return _page(request, HTTP_503_SERVICE_UNAVAILABLE, {"Retry-After": TRY_AGAIN_S})
    if not isinstance(error, HTTPException):
        log.error("unforeseen", exc_info=error)
        return _page(request, HTTP_500_INTERNAL_SERVER_ERROR, {})
    return _page(request, error.status_code, dict(error.headers or {}))


def _wait_page(request: Request[Any, Any, Any], until: datetime) -> Response[str]:
    """The same for everybody who has to wait, whatever they asked for."""
    clock = app_of(request).clock
    left_s = max(0.0, (until - clock.now()).total_seconds()) / max(1.0, clock.rate)  # by the reader's clock
    return page(
        request,
        "buyer/wait.html",
        status=HTTP_429_TOO_MANY_REQUESTS,
        headers={"Retry-After": str(ceil(left_s))},
        wait=in_minutes(ceil(left_s / MINUTE_S)),
    )


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person looks at the answer."""
    if request.url.path.startswith(FOR_PROGRAMS):
        return False
    return "text/html" in request.headers.get("accept", "")


def _page(request: Request[Any, Any, Any], status: int, headers: dict[str, str]) -> Response[str]:
    title, sentence = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    if status == 429:
        headers.setdefault("Retry-After", str(GUESS_AGAIN_S))
    return page(
        request, "error.html", status=status, headers=headers, title=say(title), sentence=say(sentence)
    )
