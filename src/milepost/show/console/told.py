"""One thing told once: what a form did, shown on the page the browser is sent to after it.

It travels in a short-lived cookie that scripts cannot read, because some of it (a buyer's link) may stand
in no address and no log.
"""

import base64
import binascii
from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from milepost.show.cookies import is_secure
from milepost.show.looks import AnyRequest, app_of

TOLD = "told"
KEPT_S = 60
LENGTH_MAX = 3000


class Told(msgspec.Struct, frozen=True):
    """What to say, and perhaps an address to show with it."""

    sentence: str
    tone: str = "good"  # good | bad
    address: str = ""
    address_words: str = ""
    secret: str = ""  # shown as it is, and never again


def go_to(request: AnyRequest, path: str, told: Told | None = None) -> Response[Any]:
    """After a form: to a page, which then says this."""
    answer: Response[Any] = Redirect(path, status_code=HTTP_303_SEE_OTHER)
    if told is not None:
        answer.set_cookie(_cookie(request, _written(told), KEPT_S))
    return answer


def take(request: AnyRequest) -> Told | None:
    """What the form before wanted to say."""
    text = request.cookies.get(TOLD, "")
    if not text or len(text) > LENGTH_MAX:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Told)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None


def forget(request: AnyRequest, answer: Response[Any]) -> None:
    """It was shown."""
    if request.cookies.get(TOLD):
        answer.set_cookie(_cookie(request, "", 0))


def _written(told: Told) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(told)).decode().rstrip("=")


def _cookie(request: AnyRequest, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=TOLD,
        value=value,
        path="/console",
        max_age=max_age,
        httponly=True,
        samesite="strict",
        secure=is_secure(app_of(request)),
    )
