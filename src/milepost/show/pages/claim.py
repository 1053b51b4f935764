"""A buyer whom the marketplace hides claims an order: which, who they are, and that they want news of it."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_404_NOT_FOUND

from milepost.desk.lookup import look_up
from milepost.desk.mine import can_send
from milepost.desk.switches import EMAIL, WORDING, switch_on
from milepost.show.clients import client_of
from milepost.show.looks import AnyRequest, app_of, page
from milepost.show.pages.home import let_in
from milepost.show.pages.order import MAIL
from milepost.tongues.speech import say, spoken

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/claim", include_in_schema=False)
async def claim(request: Request[None, None, State]) -> Response[Any]:
    """The empty form; a shop may print its address on what lies in the parcel."""
    return _form(request)


@post("/claim", include_in_schema=False)
async def take(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """To the order, with news of it switched on. The form itself is looked at before any order is."""
    app, email = app_of(request), data.get("email", "").strip()
    if not EMAIL.fullmatch(email) or data.get("agree") != "yes":
        missing = "email" if data.get("agree") == "yes" else "agree"
        return _form(request, status=HTTP_400_BAD_REQUEST, message=missing)
    earned = await look_up(app, data.get("order", ""), data.get("factor", ""), client_of(request))
    if earned is None:
        return _form(request, status=HTTP_404_NOT_FOUND, message="refused")
    if can_send(app):
        await switch_on(
            app,
            shop_id=earned.shop_id,
            order_number=earned.order_number,
            channel=MAIL,
            address=email,
            only_problems=data.get("only_problems") == "yes",
            language=spoken().tag,
        )
    return await let_in(request, earned)


def _form(request: AnyRequest, *, status: int = 200, message: str = "") -> Response[Any]:
    can_mail = can_send(app_of(request))
    wording = say(WORDING)
    return page(
        request, "buyer/claim.html", status=status, message=message, wording=wording, can_mail=can_mail
    )


ROUTES = [claim, take]
