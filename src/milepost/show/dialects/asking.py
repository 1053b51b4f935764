"""Who asks in a dialect: the key in that dialect's own place, errors in its own shape."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from litestar.handlers.base import BaseRouteHandler
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR, HTTP_503_SERVICE_UNAVAILABLE

from milepost.desk.accounts import api_key
from milepost.ports.app import App
from milepost.ports.store import StoreError
from milepost.show.problems import TRY_AGAIN_S

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]
ErrorHandler = Callable[[Request[Any, Any, Any], Exception], Response[Any]]
Ask = Request[Any, Any, Any]

log = structlog.get_logger(__name__)


def header_key(*names: str) -> Guard:
    """A guard: the key stands alone in one of these headers."""
    return _guard(lambda headers: next((headers[name] for name in names if headers.get(name)), ""))


def scheme_key(*schemes: str) -> Guard:
    """A guard: `Authorization: SCHEME key`."""

    def read(headers: Headers) -> str:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.casefold() in schemes else ""

    return _guard(read)


def basic_key() -> Guard:
    """A guard: the key is the user name of HTTP Basic, or a bearer token."""

    def read(headers: Headers) -> str:
        scheme, _, told = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            return told.strip()
        try:
            return base64.b64decode(told, validate=True).decode().partition(":")[0]
        except ValueError:  # no Base64, or no text in it
            return ""

    return _guard(read)


def in_their_words(problem: Callable[[int, str], Any]) -> ErrorHandler:
    """Errors in the dialect's own envelope; an unforeseen one says nothing of its inside."""

    def answer(_request: Ask, error: Exception) -> Response[Any]:
        if isinstance(error, HTTPException):
            return Response(problem(error.status_code, error.detail), status_code=error.status_code)
        if isinstance(error, StoreError):
            log.warning("store_unavailable", said=str(error))
            words = "The database does not work just now; ask again."
            status, headers = HTTP_503_SERVICE_UNAVAILABLE, {"Retry-After": TRY_AGAIN_S}
            return Response(problem(status, words), status_code=status, headers=headers)
        log.error("unforeseen", exc_info=error)
        status = HTTP_500_INTERNAL_SERVER_ERROR
        return Response(problem(status, "Something went wrong here; it is in the log."), status_code=status)

    return answer


def app_of(request: Ask) -> App:
    """The running Milepost."""
    app: App = request.app.state.milepost
    return app


async def body_of(request: Ask) -> Any:
    """The JSON or the form that was sent. Raises ValidationException."""
    if "form" in request.headers.get("content-type", ""):
        return dict(await request.form())
    try:
        return await request.json()
    except Exception as error:  # whatever the decoder finds wrong with it
        raise ValidationException("The body is not JSON.") from error


def text_in(body: Any, *names: str) -> str:
    """A text or number in an object that came from outside, or nothing."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return str(body).strip() if isinstance(body, (str, int)) and not isinstance(body, bool) else ""


def _guard(read: Callable[[Headers], str]) -> Guard:
    async def needs_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        key = await api_key(connection.app.state.milepost, read(connection.headers).strip())
        if key is None:
            raise NotAuthorizedException(
                "The API key is missing or wrong; make one with `milepost api-key add`."
            )
        connection.state.api_key = key

    return needs_key
