"""Who may see what in the console, decided in this one place: signed in, a role, a wall of shops."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_401_UNAUTHORIZED
from litestar.types import ControllerRouterHandler, Guard

from milepost.desk.accounts import signed_in
from milepost.model.people import Role, User
from milepost.ports.rows import OrderRow
from milepost.show.looks import AnyRequest, app_of

HOME = "/console"
SIGN_IN = "/console/sign-in"
SESSION = "session"
SESSION_LENGTH_MAX = 128
NEXT_LENGTH_MAX = 300
NUMBER_LENGTH_MAX = 128

MAY_SEE_CONTACTS = frozenset({Role.ADMIN, Role.SELLER})
"""Support searches by e-mail, phone or postcode that a caller tells, and is shown none of them."""

MAY_CONNECT = frozenset({Role.ADMIN, Role.SELLER})
MAY_SEE_EVERYTHING = frozenset({Role.ADMIN})
"""Raw reports and the work list hold the data of all shops: `sees_everything` asks for no wall, too."""


class SignInFirstError(HTTPException):
    """Nobody is signed in."""

    status_code = HTTP_401_UNAUTHORIZED


async def needs_person(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard: who is signed in goes into the connection's state. Raises SignInFirstError."""
    token = connection.cookies.get(SESSION, "")[:SESSION_LENGTH_MAX]
    user = await signed_in(connection.app.state.milepost, token)
    if user is None:
        raise SignInFirstError("Sign in first.")
    connection.state.user = user


async def needs_connector(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard for pages about shops. A page one may not see is not there: 404, like an unknown one."""
    if connection.state.user.role not in MAY_CONNECT:
        raise NotFoundException("There is no such page.")


async def needs_everything(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard for what holds every shop's data."""
    if not sees_everything(connection.state.user):
        raise NotFoundException("There is no such page.")


def pages(*handlers: ControllerRouterHandler, guards: Sequence[Guard] = ()) -> Router:
    """Pages under /console for people who signed in, and pass the other guards."""
    return Router(
        HOME,
        route_handlers=list(handlers),
        guards=[needs_person, *guards],
        exception_handlers={SignInFirstError: to_sign_in},
        include_in_schema=False,
    )


def to_sign_in(request: Request[Any, Any, Any], _error: Exception) -> Response[Any]:
    """To the sign-in page, and from there back to where they wanted to go."""
    wanted = request.url.path if request.method == "GET" else HOME
    where = f"{SIGN_IN}?next={quote(wanted[:NEXT_LENGTH_MAX])}" if wanted != HOME else SIGN_IN
    return Redirect(where, status_code=HTTP_303_SEE_OTHER)


def way_back(text: str) -> str:
    """A path inside the console, or its first page: never another site."""
    parts = urlsplit(text[:NEXT_LENGTH_MAX])
    inside = parts.path == HOME or parts.path.startswith(f"{HOME}/")
    return parts.path if inside and not parts.netloc and not parts.scheme and "\\" not in text else HOME


def user_of(request: AnyRequest) -> User:
    """Who is signed in (behind `needs_person`)."""
    user: User = request.state.user
    return user


def shops_of(user: User) -> Sequence[str] | None:
    """The shops somebody may see; None means every shop."""
    return user.shop_ids or None


def may_see_contacts(user: User) -> bool:
    """Whether names, addresses, e-mails and phones are for their eyes."""
    return user.role in MAY_SEE_CONTACTS


def may_connect(user: User) -> bool:
    """Whether they may connect shops."""
    return user.role in MAY_CONNECT


def sees_everything(user: User) -> bool:
    """An admin of the whole place."""
    return user.role in MAY_SEE_EVERYTHING and not user.shop_ids


async def order_for(request: AnyRequest, number: str) -> OrderRow:
    """An order this person may see. Raises 404 alike for an unknown one and for another shop's."""
    row = await app_of(request).store.order(number[:NUMBER_LENGTH_MAX], shops_of(user_of(request)))
    if row is None:
        raise NotFoundException("There is no such order.")
    return row
