"""What a server hands back: a status, some headers, a body, and which steps of which parcels it told."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

TOLD: Final = "milepost_sandbox.told"
"""Key of the ASGI scope under which the frame finds the steps an answer told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer as the platform would give it."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str = "application/json"


def json_answer(status: int, data: object, *headers: tuple[str, str]) -> Answer:
    """An answer with a JSON body."""
    return Answer(status=status, body=msgspec.json.encode(data), headers=headers)


def respond(answer: Answer) -> Response[bytes]:
    """The answer in Litestar's terms."""
    return Response(
        content=answer.body,
        status_code=answer.status,
        headers=dict(answer.headers),
        media_type=answer.media_type,
    )


def tell(request: Request[Any, Any, Any], step_keys: Iterable[str]) -> None:
    """Note the steps this answer holds; the frame marks them as served once the whole body was sent."""
    scope: MutableMapping[str, Any] = request.scope  # type: ignore[assignment]
    scope.setdefault(TOLD, []).extend(step_keys)


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an `Authorization: Bearer …` header, if there is one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def basic(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """User and password of an `Authorization: Basic …` header, if there is one (RFC 7617)."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def retry_after(seconds: int | None) -> tuple[tuple[str, str], ...]:
    """The header that says when to come back, where the carrier says it."""
    return () if seconds is None else (("Retry-After", str(seconds)),)


def answers_at(
    path: str, track: Callable[[Mapping[str, str], Mapping[str, Any]], tuple[Answer, tuple[str, ...]]]
) -> HTTPRouteHandler:
    """A GET asked by its headers and its query alone; `track` also says which steps it told."""

    @get(path)
    async def handler(request: Request[Any, Any, Any]) -> Response[bytes]:
        answer, step_keys = track(request.headers, request.query_params)
        tell(request, step_keys)
        return respond(answer)

    return handler
