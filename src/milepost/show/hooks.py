"""Where marketplaces push: verified on the raw body, answered only when it is safely kept."""

import asyncio
from typing import Annotated

import structlog
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import PathParameter
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from milepost.flow import read_push
from milepost.model.reports import Refusal
from milepost.ports.app import App
from milepost.ports.store import StoreError
from milepost.show.problems import MEDIA_TYPE, TRY_AGAIN_S, Problem

STATUSES = {"bad_signature": HTTP_401_UNAUTHORIZED, "not_configured": HTTP_503_SERVICE_UNAVAILABLE}
"""What a refusal answers; our own missing keys are our fault, so the sender is asked to come again."""

ANSWER_S = 4.0
"""Real seconds within which a sender is answered; carriers hang up after five (reliability.md W-02)."""

Key = Annotated[str, PathParameter(max_length=64, description="A marketplace's folder name.")]

log = structlog.get_logger(__name__)


@post(
    "/hooks/{marketplace:str}",
    status_code=HTTP_200_OK,
    include_in_schema=False,
    opt={"exclude_from_csrf": True},
)
async def hook(marketplace: Key, request: Request[None, None, State]) -> Response[object]:
    """200 with an empty body once kept; 401 for a wrong signature; 503 when it could not be kept."""
    app: App = request.app.state.milepost
    if marketplace not in app.marketplaces:
        raise NotFoundException(f"There is no marketplace {marketplace!r} here.")
    body = await request.body()
    try:
        async with asyncio.timeout(ANSWER_S):
            heard = read_push(marketplace, dict(request.headers), body, app)
            if not isinstance(heard, Refusal):
                await request.app.state.pushes.add(heard)
    except (StoreError, TimeoutError) as error:
        log.warning("push_not_kept", marketplace=marketplace, said=str(error) or "took too long")
        return _come_again()
    except Exception:  # a fault of ours must not lose what was sent; it is sent again, and in the log
        log.exception("push_not_kept", marketplace=marketplace)
        return _come_again()
    if not isinstance(heard, Refusal):
        return Response(b"", status_code=HTTP_200_OK)
    status = STATUSES.get(heard.reason, HTTP_400_BAD_REQUEST)
    return _problem(status, heard.reason, heard.detail)


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
