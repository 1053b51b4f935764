"""Who is asking: every API call shows a key, and sees only its shops."""

from collections.abc import Sequence
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from milepost.desk.accounts import api_key
from milepost.model.people import ApiKey

BEARER = "bearer "


async def needs_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard: the key goes into the connection's state. Raises 401 for none or a wrong one."""
    shown = connection.headers.get("authorization", "")
    secret = shown[len(BEARER) :].strip() if shown.casefold().startswith(BEARER) else ""
    key = await api_key(connection.app.state.milepost, secret)
    if key is None:
        raise NotAuthorizedException(
            "Send `Authorization: Bearer <api key>`; make one with `milepost api-key add`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    connection.state.api_key = key


async def needs_webhook_key(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard behind `needs_key`: this key may say where webhooks go. Raises 403."""
    if not connection.state.api_key.may_manage_webhooks:
        raise PermissionDeniedException(
            "This key may only read; make one with `milepost api-key add --webhooks`."
        )


async def needs_news_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard behind `needs_key`: this key may tell news. Raises 403."""
    if not connection.state.api_key.may_tell_news:
        raise PermissionDeniedException(
            "This key may only read; make one with `milepost api-key add --news`."
        )


async def needs_look_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard behind `needs_key`: this key may choose how shops look. Raises 403."""
    if not connection.state.api_key.may_choose_look:
        raise PermissionDeniedException(
            "This key may only read; make one with `milepost api-key add --look`."
        )


def key_of(request: Request[Any, Any, Any]) -> ApiKey:
    """The key that was shown."""
    key: ApiKey = request.state.api_key
    return key


def shops_of(key: ApiKey) -> Sequence[str] | None:
    """The shops a key may see; None means every shop."""
    return key.shop_ids or None
