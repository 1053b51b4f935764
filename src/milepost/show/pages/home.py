"""The look-up page: order number and e-mail, phone or postcode asked together; one refusal for all causes."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_404_NOT_FOUND

from milepost.desk.lookup import Earned, look_up, make_link
from milepost.ports.app import App
from milepost.show.clients import client_of
from milepost.show.cookies import remember
from milepost.show.looks import app_of, order_address, page

VISIT_DAYS = 1
"""World days a look-up lasts; a signed link lasts longer."""

REFUSED = "refused"
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/", include_in_schema=False)
async def home(request: Request[None, None, State]) -> Response[str]:
    """The empty form."""
    return look_up_page(request)


@post("/", include_in_schema=False)
async def find(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """To the order, or the form again. The refusal never repeats what was written: all are one page."""
    app = app_of(request)
    earned = await look_up(app, data.get("order", ""), data.get("factor", ""), client_of(request))
    if earned is None:
        return look_up_page(request, status=HTTP_404_NOT_FOUND, message=REFUSED)
    return await let_in(request, earned)


async def let_in(request: Request[None, None, State], earned: Earned) -> Response[Any]:
    """To the order, with a cookie for what was earned."""
    app = app_of(request)
    token = await make_link(
        app,
        shop_id=earned.shop_id,
        order_number=earned.order_number,
        view=earned.view,
        days=visit_days(app),
    )
    answer = Redirect(order_address(earned.order_number), status_code=HTTP_303_SEE_OTHER)
    remember(answer, request, token, app)
    return answer


def visit_days(app: App) -> int:
    """A day for the reader, also where the world's days pass faster."""
    return round(VISIT_DAYS * max(1.0, app.clock.rate))


def look_up_page(
    request: Request[None, None, State], *, status: int = 200, message: str = "", order: str = ""
) -> Response[Any]:
    """The form, with one of its template's messages: refused, wrong_link, needs_factor, no_number or none."""
    return page(request, "buyer/home.html", status=status, message=message, order=order)


ROUTES = [home, find]
