"""Signing in to the console and out again; one refusal for every cause."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_401_UNAUTHORIZED

from milepost.desk.accounts import SESSION_LENGTH, sign_in, sign_out
from milepost.show.console.guard import SESSION, SESSION_LENGTH_MAX, SIGN_IN, way_back
from milepost.show.cookies import is_secure
from milepost.show.looks import app_of, page

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Next = Annotated[str, QueryParameter(name="next", max_length=400)]
EMAIL_LENGTH_MAX = 254


@get("/console/sign-in", include_in_schema=False)
async def form(request: Request[None, None, State], next_path: Next = "") -> Response[str]:
    """The empty form."""
    return page(request, "console/sign_in.html", refused=False, next_path=way_back(next_path))


@post("/console/sign-in", include_in_schema=False)
async def enter(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """Into the console, or the form again: it never says which of the two was wrong."""
    app, where = app_of(request), way_back(data.get("next", ""))
    entered = await sign_in(app, data.get("email", "")[:EMAIL_LENGTH_MAX], data.get("password", ""))
    if entered is None:
        return page(
            request, "console/sign_in.html", status=HTTP_401_UNAUTHORIZED, refused=True, next_path=where
        )
    answer: Response[Any] = Redirect(where, status_code=HTTP_303_SEE_OTHER)
    answer.set_cookie(
        Cookie(
            key=SESSION,
            value=entered[1],
            max_age=int(SESSION_LENGTH.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=is_secure(app),
        )
    )
    return answer


@post("/console/sign-out", include_in_schema=False)
async def leave(request: Request[None, None, State]) -> Response[Any]:
    """The session ends here and in the browser."""
    token = request.cookies.get(SESSION, "")[:SESSION_LENGTH_MAX]
    if token:
        await sign_out(app_of(request), token)
    answer: Response[Any] = Redirect(SIGN_IN, status_code=HTTP_303_SEE_OTHER)
    answer.delete_cookie(SESSION)
    return answer


ROUTES = [form, enter, leave]
