"""Light or dark: the reader's choice, kept in a cookie; works without JavaScript."""

from typing import Annotated
from urllib.parse import urlsplit

from litestar import Request, Response, post
from litestar.datastructures import Cookie, State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from milepost.show.looks import THEME_COOKIE, THEMES

YEAR_S = 365 * 86_400
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/theme", include_in_schema=False)
async def theme(data: Form, request: Request[None, None, State]) -> Response[object]:
    """Remember the choice and go back to where the reader was."""
    answer = Redirect(_back(request), status_code=HTTP_303_SEE_OTHER)
    if (choice := data.get("theme")) in THEMES:
        answer.set_cookie(Cookie(key=THEME_COOKIE, value=choice, max_age=YEAR_S, samesite="lax"))
    return answer


def _back(request: Request[None, None, State]) -> str:
    """The path of the page before, on this site only."""
    path = urlsplit(request.headers.get("referer", "")).path
    return path if path.startswith("/") and not path.startswith("//") else "/"


ROUTES = [theme]
