"""A buyer tells the seller whether everything is there, or what is wrong, with photos."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_400_BAD_REQUEST, HTTP_403_FORBIDDEN

from milepost.desk.feedback import FeedbackError, Wish, give_feedback
from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.desk.photos import File
from milepost.model.feedback import FeedbackKind, OrderField
from milepost.model.people import Link
from milepost.show.buyer.feedback import choices, field_choices
from milepost.show.buyer.visit import visit
from milepost.show.looks import AnyRequest, app_of, order_address, page
from milepost.show.pages.home import look_up_page
from milepost.show.pages.order import order_page, view_of

BODY_BYTES_MAX = 160_000_000
"""Thirty photos of a good phone; more is answered in words before it is read."""

ITEM_LENGTH_MAX = 300
Field = Annotated[str, QueryParameter(max_length=20)]
Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]


@get("/orders/{number:str}/problem", include_in_schema=False)
async def problem(number: Number, request: Request[None, None, State], field: Field = "") -> Response[Any]:
    """The form by itself, also before anything was delivered. `field`: what of the order is wrong."""
    link = await visit(request, number)
    if link is None:
        return look_up_page(request, status=HTTP_403_FORBIDDEN, message="needs_factor", order=number)
    given = {"kind": FeedbackKind.DETAILS.value, "field": field} if field in set(OrderField) else {}
    return await _problem_page(request, link, given=given)


@post("/orders/{number:str}/feedback", include_in_schema=False, request_max_body_size=BODY_BYTES_MAX)
async def feedback(number: Number, request: Request[None, None, State]) -> Response[Any]:
    """Keep it and go back to the order; what is missing is said on the form, with all that was filled in."""
    link = await visit(request, number)
    if link is None:
        return look_up_page(request, status=HTTP_403_FORBIDDEN, message="needs_factor", order=number)
    form = await request.form()
    said = {name: str(value) for name, value in form.multi_items() if isinstance(value, str)}
    items = [str(value)[:ITEM_LENGTH_MAX] for value in form.getall("item", []) if isinstance(value, str)]
    wish = Wish(kind=_kind(said), items=items, field=said.get("field", ""), words=said.get("words", ""))
    try:
        await give_feedback(app_of(request), link.shop_id, link.order_number, wish, _files(form))
    except FeedbackError as error:
        given = {**said, "items": items}
        if said.get("from") == "problem":
            return await _problem_page(request, link, wrong=str(error), given=given)
        return await order_page(request, link, wrong_feedback=str(error), given=given, status=400)
    return Redirect(f"{order_address(link.order_number)}#feedback", status_code=HTTP_303_SEE_OTHER)


async def _problem_page(
    request: AnyRequest, link: Link, *, wrong: str = "", given: Mapping[str, Any] | None = None
) -> Response[Any]:
    view = await view_of(request, link)
    if view is None:
        return look_up_page(request, status=HTTP_403_FORBIDDEN, message="needs_factor")
    return page(
        request,
        "buyer/problem.html",
        status=HTTP_400_BAD_REQUEST if wrong else 200,
        view=view,
        look=view.look,
        wrong_feedback=wrong,
        given=given or {},
        kinds=choices(kind for kind in FeedbackKind if kind is not FeedbackKind.ALL_GOOD),
        fields=field_choices(),
    )


def _kind(said: Mapping[str, str]) -> str:
    """`All good` is one press; else what was chosen from the list."""
    return FeedbackKind.ALL_GOOD.value if said.get("all") == "good" else said.get("kind", "")


def _files(form: Any) -> list[File]:
    """What was chosen, in its order."""
    chosen = [one for one in form.getall("photos", []) if isinstance(one, UploadFile) and one.filename]
    return [File(one.filename, one.read) for one in chosen]


ROUTES = [problem, feedback]
