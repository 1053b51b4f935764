"""A code to the contact on file: the way to names, address and photos for whoever has no link at hand."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND

from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.desk.passcodes import ask_passcode, use_passcode
from milepost.show.clients import client_of
from milepost.show.looks import app_of, page
from milepost.show.pages.home import let_in

Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/passcode", include_in_schema=False)
async def which_order(request: Request[None, None, State]) -> Response[Any]:
    """Ask for which order."""
    return page(request, "buyer/passcode.html", order="", message="")


@get("/orders/{number:str}/passcode", include_in_schema=False)
async def type_in(number: Number, request: Request[None, None, State]) -> Response[Any]:
    """Where the message leads: the field for the code, the same whether there is such an order or not."""
    return page(request, "buyer/passcode.html", order=number, message="")


@post("/passcode", include_in_schema=False, status_code=HTTP_200_OK)
async def ask(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """Say the same whatever became of it."""
    number = data.get("order", "").strip()[:NUMBER_LENGTH_MAX]
    await ask_passcode(app_of(request), number, client_of(request))
    return page(request, "buyer/passcode.html", order=number, message="asked" if number else "")


@post("/passcode/check", include_in_schema=False)
async def check(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """To the order, or the field again; the refusal is one for every cause."""
    number = data.get("order", "").strip()[:NUMBER_LENGTH_MAX]
    earned = await use_passcode(app_of(request), number, data.get("code", ""), client_of(request))
    if earned is None:
        return page(
            request, "buyer/passcode.html", status=HTTP_404_NOT_FOUND, order=number, message="refused"
        )
    return await let_in(request, earned)


ROUTES = [which_order, type_in, ask, check]
