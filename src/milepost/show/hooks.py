"""Where marketplaces and carriers push: verified on the raw body, answered only when it is safely kept."""

import asyncio
from collections.abc import Callable, Collection
from typing import Annotated

import structlog
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_404_NOT_FOUND,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_503_SERVICE_UNAVAILABLE,
)
from litestar.types import Empty, EmptyType

from milepost.flow import read_push
from milepost.model.reports import Refusal
from milepost.ports.app import App
from milepost.ports.pushes import SHOWN_TOKEN, PushToken
from milepost.ports.store import StoreError
from milepost.show.problems import MEDIA_TYPE, TRY_AGAIN_S, Problem

STATUSES = {
    "bad_signature": HTTP_401_UNAUTHORIZED,
    "not_configured": HTTP_503_SERVICE_UNAVAILABLE,
    "pushes_off": HTTP_404_NOT_FOUND,
    "no_tokens": HTTP_404_NOT_FOUND,
    "body_too_large": HTTP_413_REQUEST_ENTITY_TOO_LARGE,
}
"""What a refusal answers; our own missing keys are our fault, so the sender is asked to come again."""

ANSWER_S = 4.0
"""Real seconds within which a sender is answered; carriers hang up after five (reliability.md W-02)."""

CARRIER_BYTES_MAX = 4_000_000
"""A carrier's push may hold a photo or a signature; other requests are held to `web.body_bytes_max`."""

TOO_LARGE = Refusal(reason="body_too_large", detail="The push is larger than any that is taken here.")
Sources = Callable[[App], Collection[str]]
Key = Annotated[str, PathParameter(max_length=64, description="A folder name.")]

log = structlog.get_logger(__name__)


def _hook(
    path: str, kind: str, sources: Sources, body_bytes_max: int | EmptyType = Empty
) -> HTTPRouteHandler:
    """Where one kind of source pushes, each with its own proof (its folder's README).

    200 with an empty body once kept; 401 for a wrong signature; 503 when it could not be kept. Some have no
    proof but a token in our address: it is shown as a header.
    """

    @post(
        path,
        status_code=HTTP_200_OK,
        include_in_schema=False,
        opt={"exclude_from_csrf": True},
        request_max_body_size=body_bytes_max,
    )
    async def hook(key: Key, request: Request[None, None, State]) -> Response[object]:
        if key not in sources(request.app.state.milepost):
            raise NotFoundException(f"There is no {kind} {key!r} here.")
        return await _hear(key, request)

    return hook


HOOKS = [
    _hook("/hooks/{key:str}", "marketplace", lambda app: app.marketplaces),
    _hook("/hooks/carriers/{key:str}", "carrier", lambda app: app.carriers, CARRIER_BYTES_MAX),
    _hook("/hooks/aggregators/{key:str}", "aggregator", lambda app: app.aggregators, CARRIER_BYTES_MAX),
]


@post(
    "/hooks/carriers/{carrier:str}/token",
    status_code=HTTP_200_OK,
    include_in_schema=False,
    opt={"exclude_from_csrf": True},
)
async def carrier_token(carrier: Key, request: Request[None, None, State]) -> Response[object]:
    """A token for a carrier that shows ours with each push (RFC 6749 §4.4)."""
    app: App = request.app.state.milepost
    pushes = app.carriers[carrier].pushes if carrier in app.carriers else None
    if pushes is None:
        raise NotFoundException(f"No carrier {carrier!r} pushes to here.")
    try:
        granted = pushes.grant(dict(request.headers), await request.body(), app.clock.now())
    except RequestEntityTooLarge:
        granted = TOO_LARGE
    if isinstance(granted, PushToken):
        said = {
            "access_token": granted.value,
            "token_type": "Bearer",
            "expires_in": granted.expires_in_s,
        }
        return Response(said, status_code=HTTP_200_OK, headers={"Cache-Control": "no-store"})
    app.tally.count("refusals", source=carrier, reason=granted.reason)
    return _refused(granted)


async def _hear(source: str, request: Request[None, None, State]) -> Response[object]:
    app: App = request.app.state.milepost
    headers = {**request.headers, SHOWN_TOKEN: request.query_params.get("token", "")}
    try:
        body = await request.body()
    except RequestEntityTooLarge:
        app.tally.count("refusals", source=source, reason=TOO_LARGE.reason)
        return _refused(TOO_LARGE)
    try:
        async with asyncio.timeout(ANSWER_S):
            heard = read_push(source, headers, body, app)
            if not isinstance(heard, Refusal):
                await request.app.state.pushes.add(heard)
    except (StoreError, TimeoutError) as error:
        log.warning("push_not_kept", source=source, said=str(error) or "took too long")
        return _come_again()
    except Exception:  # a fault of ours must not lose what was sent; it is sent again, and in the log
        log.exception("push_not_kept", source=source)
        return _come_again()
    if not isinstance(heard, Refusal):
        return Response(b"", status_code=HTTP_200_OK)
    return _refused(heard)


def _refused(refusal: Refusal) -> Response[object]:
    return _problem(STATUSES.get(refusal.reason, HTTP_400_BAD_REQUEST), refusal.reason, refusal.detail)


def _come_again() -> Response[object]:
    return _problem(HTTP_503_SERVICE_UNAVAILABLE, "Not kept", "It could not be stored; send it again.")


def _problem(status: int, title: str, detail: str) -> Response[object]:
    headers = {"Retry-After": TRY_AGAIN_S} if status == HTTP_503_SERVICE_UNAVAILABLE else None
    return Response(
        Problem(title=title, status=status, detail=detail),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )
