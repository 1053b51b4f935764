"""A signed link out of a message: opens one order without asking anything, or ends its messages."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_404_NOT_FOUND, HTTP_410_GONE

from milepost.desk.lookup import open_link
from milepost.desk.switches import WEB_PUSH, switch_off
from milepost.record.links import MARK_LENGTH
from milepost.show.cookies import remember
from milepost.show.looks import app_of, order_address, page
from milepost.show.pages.home import look_up_page
from milepost.show.pages.order import MAIL
from milepost.show.security import PRIVATE

ADDRESS_LENGTH_MAX = 512
"""A link pasted twice is still read as far as that: as a wrong one, in words."""

Token = Annotated[str, PathParameter(max_length=ADDRESS_LENGTH_MAX)]
Mark = Annotated[str, QueryParameter(max_length=MARK_LENGTH)]


@get("/t/{token:str}", include_in_schema=False)
async def open_order(token: Token, request: Request[None, None, State]) -> Response[Any]:
    """Looking changes nothing: the browser gets its cookie and goes on to an address without a secret."""
    app = app_of(request)
    link = await open_link(app, token)
    if link is None:
        return look_up_page(request, status=HTTP_404_NOT_FOUND, message="wrong_link")
    if link.expires_at <= app.clock.now():
        return page(request, "buyer/expired.html", status=HTTP_410_GONE)
    answer = Redirect(order_address(link.order_number), status_code=HTTP_303_SEE_OTHER, headers=dict(PRIVATE))
    remember(answer, request, token, app)
    return answer


@get("/u/{token:str}", include_in_schema=False)
async def ask_to_stop(token: Token, request: Request[None, None, State], browser: Mark = "") -> Response[Any]:
    """Ask first: mail programs open links by themselves. `browser`: only what is shown in that one ends."""
    if await open_link(app_of(request), token) is None:
        return look_up_page(request, status=HTTP_404_NOT_FOUND, message="wrong_link")
    return page(request, "buyer/stop.html", token=token, browser=browser, stopped=False)


@post("/u/{token:str}", include_in_schema=False, status_code=HTTP_200_OK)
async def stop(token: Token, request: Request[None, None, State], browser: Mark = "") -> Response[Any]:
    """One click, by the mail program itself too (RFC 8058), or out of a notification.

    An expired link still stops its messages.
    """
    app = app_of(request)
    link = await open_link(app, token)
    if link is None:
        return look_up_page(request, status=HTTP_404_NOT_FOUND, message="wrong_link")
    channel = WEB_PUSH if browser else MAIL
    await switch_off(
        app, shop_id=link.shop_id, order_number=link.order_number, channel=channel, browser=browser
    )
    return page(request, "buyer/stop.html", token=token, browser=browser, stopped=True)


ROUTES = [open_order, ask_to_stop, stop]
