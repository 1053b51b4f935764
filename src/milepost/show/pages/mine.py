"""My orders: asked for with an e-mail address, shown to whoever opens the link that was sent there."""

from functools import partial
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_404_NOT_FOUND

from milepost.desk.mine import ask_for_link, can_send, my_orders
from milepost.model.people import Owned
from milepost.ports.app import App
from milepost.ports.store import Reads
from milepost.show.buyer.gather import order_story
from milepost.show.buyer.view import PageView, page_view
from milepost.show.clients import client_of
from milepost.show.cookies import mine, remember_mine
from milepost.show.looks import AnyRequest, app_of, page
from milepost.show.security import PRIVATE
from milepost.show.words.sentences import source_names

Token = Annotated[str, PathParameter(max_length=512)]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/mine", include_in_schema=False)
async def show(request: Request[None, None, State]) -> Response[Any]:
    """Every order of the address whose link this browser opened, or the form that asks for one."""
    owned = await my_orders(app_of(request), mine(request))
    if owned is None:
        return _form(request)
    return page(request, "buyer/mine.html", orders=await _views(app_of(request), owned))


@get("/mine/{token:str}", include_in_schema=False)
async def open_mine(token: Token, request: Request[None, None, State]) -> Response[Any]:
    """Looking changes nothing: the browser gets its cookie and goes on to an address without a secret."""
    app = app_of(request)
    if await my_orders(app, token) is None:
        return _form(request, status=HTTP_404_NOT_FOUND, message="expired")
    answer = Redirect("/mine", status_code=HTTP_303_SEE_OTHER, headers=dict(PRIVATE))
    remember_mine(answer, token, app)
    return answer


@post("/mine", include_in_schema=False, status_code=HTTP_200_OK)
async def ask(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """Say the same whatever became of it."""
    await ask_for_link(app_of(request), data.get("email", ""), client_of(request))
    return _form(request, message="asked")


@post("/mine/leave", include_in_schema=False)
async def leave(request: Request[None, None, State]) -> Response[Any]:
    """This browser forgets the link."""
    answer: Response[Any] = Redirect("/mine", status_code=HTTP_303_SEE_OTHER)
    remember_mine(answer, "", app_of(request))
    return answer


def _form(request: AnyRequest, *, status: int = 200, message: str = "") -> Response[Any]:
    can_mail = can_send(app_of(request))
    return page(request, "buyer/ask_mine.html", status=status, message=message, can_mail=can_mail)


async def _views(app: App, owned: list[Owned]) -> list[PageView]:
    """Each order as its own page says it; one that is gone is left out."""
    now, names = app.clock.now(), source_names(app.teller_names)
    found = [await app.store.together(partial(_story, app, one)) for one in owned]
    return [page_view(story, names, now) for story in found if story is not None]


async def _story(app: App, one: Owned, reads: Reads) -> Any:
    return await order_story(app, reads, one.shop_id, one.order_number, one.view)


ROUTES = [show, open_mine, ask, leave]
