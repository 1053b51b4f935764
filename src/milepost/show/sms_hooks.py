"""Where the provider of text messages calls us: verified by its signature, answered with next to nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.status_codes import HTTP_200_OK, HTTP_403_FORBIDDEN, HTTP_503_SERVICE_UNAVAILABLE

from milepost.carry.sending import public_url
from milepost.desk.texting import hear_fate, hear_reply
from milepost.model.reports import Refusal
from milepost.ports.app import App
from milepost.ports.notify import Callback
from milepost.show.problems import MEDIA_TYPE, Problem

SIGNATURE = "x-twilio-signature"
SAY_NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""An answer that makes the provider send nothing; it answers STOP and START by itself."""

RETRY_AFTER_S = "30"

Hear = Callable[[App, str, bytes, str], Awaitable[Callback | Refusal]]
log = structlog.get_logger(__name__)


@post("/hooks/sms/status", status_code=HTTP_200_OK, include_in_schema=False)
async def sms_status(request: Request[None, None, State]) -> Response[Any]:
    """What became of a message."""
    return await _heard(request, hear_fate)


@post("/hooks/sms/reply", status_code=HTTP_200_OK, include_in_schema=False)
async def sms_reply(request: Request[None, None, State]) -> Response[Any]:
    """A buyer wrote back."""
    return await _heard(request, hear_reply)


async def _heard(request: Request[None, None, State], hear: Hear) -> Response[Any]:
    """200 once it is kept; 403 for a wrong signature; 503 when it could not be kept."""
    app: App = request.app.state.milepost
    query = request.url.query
    url = f"{public_url(app)}{request.url.path}" + (f"?{query}" if query else "")
    try:
        heard = await hear(app, url, await request.body(), request.headers.get(SIGNATURE, ""))
    except Exception:
        log.exception("sms_call_not_kept")
        return _problem(HTTP_503_SERVICE_UNAVAILABLE, "It could not be stored; send it again.")
    if isinstance(heard, Refusal):
        app.tally.count("refusals", source="sms", reason=heard.reason)
        return _problem(HTTP_403_FORBIDDEN, heard.detail)
    return Response(SAY_NOTHING, status_code=HTTP_200_OK, media_type="text/xml")


def _problem(status: int, detail: str) -> Response[Any]:
    headers = {"Retry-After": RETRY_AFTER_S} if status == HTTP_503_SERVICE_UNAVAILABLE else None
    problem = Problem(title="Not taken", status=status, detail=detail)
    return Response(problem, status_code=status, media_type=MEDIA_TYPE, headers=headers)
