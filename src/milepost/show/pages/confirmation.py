"""The confirmation of an order, for whoever may see it; each part has its "something is wrong here"."""

from functools import partial
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import PathParameter
from litestar.status_codes import HTTP_403_FORBIDDEN

from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.model.people import Link
from milepost.ports.app import App
from milepost.ports.store import Reads
from milepost.show.buyer.confirmation import confirmation
from milepost.show.buyer.gather import Story, order_story
from milepost.show.buyer.visit import visit
from milepost.show.looks import app_of, page
from milepost.show.pages.home import look_up_page

Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]


@get("/orders/{number:str}/confirmation", include_in_schema=False)
async def show(number: Number, request: Request[None, None, State]) -> Response[Any]:
    """The page, or the look-up form: alike for an order that is there and one that is not."""
    link = await visit(request, number)
    app = app_of(request)
    story = await app.store.together(partial(_story, app, link)) if link else None
    told = confirmation(story) if story else None
    if told is None:
        return look_up_page(request, status=HTTP_403_FORBIDDEN, message="needs_factor", order=number)
    return page(request, "buyer/confirmation.html", told=told, look=told.look)


async def _story(app: App, link: Link, reads: Reads) -> Story | None:
    return await order_story(app, reads, link.shop_id, link.order_number, link.view)


ROUTES = [show]
