"""Errors for programs: RFC 9457 problem documents that name the field and the fix."""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from milepost.ports.store import StoreError

TRY_AGAIN_S = "30"
"""`Retry-After` while the database is in trouble; senders of pushes wait longer by themselves."""

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class Problem(msgspec.Struct, kw_only=True):
    """One problem (RFC 9457); `errors` names each wrong field."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []


def _told(description: str) -> ResponseSpec:
    return ResponseSpec(Problem, description=description, media_type=MEDIA_TYPE, generate_examples=False)


PROBLEMS = {
    HTTP_400_BAD_REQUEST: _told("Something in the question is wrong; `errors` names each field."),
    HTTP_401_UNAUTHORIZED: _told("No key, or a wrong one."),
}
"""What every resource of the API can answer besides data, for the published document."""

PROBLEMS_OF_ONE = PROBLEMS | {HTTP_404_NOT_FOUND: _told("Unknown, or not yours: the answer is the same.")}
"""The same for a resource that asks for one thing by its id."""

PROBLEMS_OF_PAGES = PROBLEMS | {
    HTTP_403_FORBIDDEN: _told("A page of another site that is not named in `checkout.pages`."),
    HTTP_429_TOO_MANY_REQUESTS: _told("A page asked too often; `Retry-After` says when to go on."),
}
"""The same for what pages of other sites may ask as well."""

PROBLEMS_OF_CHANGE = PROBLEMS_OF_ONE | {HTTP_403_FORBIDDEN: _told("The key may not do that.")}
"""The same for a resource that changes something."""


def problem_for(_request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The problem document of an error; an unforeseen one says nothing of its inside."""
    if isinstance(error, StoreError):
        return unavailable(error)
    if not isinstance(error, HTTPException):
        log.error("unforeseen", exc_info=error)
        return _response(
            Problem(
                title="Internal error",
                status=HTTP_500_INTERNAL_SERVER_ERROR,
                detail="Something went wrong here; it is in the log. Try again.",
            )
        )
    problem = Problem(
        title=type(error).__name__.removesuffix("Exception"),
        status=error.status_code,
        detail=error.detail,
        errors=_errors(error),
    )
    return _response(problem, dict(error.headers or {}))


def unavailable(error: StoreError) -> Response[Problem]:
    """Nothing could be kept or read; who asks again later loses nothing."""
    log.warning("store_unavailable", said=str(error))
    problem = Problem(
        title="Not available",
        status=HTTP_503_SERVICE_UNAVAILABLE,
        detail=f"The database does not work just now ({error.trouble}); send it again.",
    )
    return _response(problem, {"Retry-After": TRY_AGAIN_S})


def _errors(error: HTTPException) -> list[dict[str, str]]:
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return []
    return [
        {"field": str(one.get("key", "")), "message": str(one.get("message", ""))}
        for one in error.extra
        if isinstance(one, dict)
    ]


def _response(problem: Problem, headers: dict[str, str] | None = None) -> Response[Problem]:
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
