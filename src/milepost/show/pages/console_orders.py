"""Orders for seller and support: the list, the search, and one order with everything known of it."""

import re
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath, QueryParameter

from milepost.carry.sending import public_url
from milepost.desk.lookup import make_link
from milepost.desk.orders import ask_now
from milepost.ports.store import CursorError
from milepost.show.console.frame import console_page
from milepost.show.console.guard import (
    may_see_contacts,
    order_for,
    pages,
    sees_everything,
    shops_of,
    user_of,
)
from milepost.show.console.known import everything
from milepost.show.console.lists import order_lines
from milepost.show.console.sheet import sheet
from milepost.show.console.told import Told, go_to
from milepost.show.looks import app_of

ORDERS = "/console/orders"
ROWS = 50
FOUND_MAX = 50
QUERY_LENGTH_MAX = 320
HASH = re.compile(r"[0-9a-f]{64}")

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]


@get("/orders")
async def orders(request: Request[None, None, State], cursor: Cursor = None) -> Response[str]:
    """Every order this person may see, newest first."""
    app = app_of(request)
    try:
        found = await app.store.orders(shop_ids=shops_of(user_of(request)), cursor=cursor, limit=ROWS)
    except CursorError as error:
        raise NotFoundException("There is no such page.") from error
    return await console_page(
        request,
        "console/orders.html",
        ORDERS,
        lines=await order_lines(app, found.rows),
        next_cursor=found.next_cursor,
        is_first=cursor is None,
    )


@get("/search")
async def search_form(request: Request[None, None, State]) -> Response[str]:
    """The empty search."""
    return await console_page(request, "console/search.html", ORDERS, lines=[], query="", is_cut=False)


@post("/search", status_code=200)
async def search(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """By any number, e-mail, phone or postcode. Posted, so that nothing personal stands in an address."""
    app, query = app_of(request), data.get("q", "").strip()[:QUERY_LENGTH_MAX]
    found = await app.store.search(query, shops_of(user_of(request)), FOUND_MAX) if query else []
    if len(found) == 1:
        return go_to(request, f"{ORDERS}/{found[0].facts.order_number}")
    return await console_page(
        request,
        "console/search.html",
        ORDERS,
        lines=await order_lines(app, found),
        query=query,
        is_cut=len(found) == FOUND_MAX,
    )


@get("/orders/{number:str}")
async def order(number: FromPath[str], request: Request[None, None, State]) -> Response[str]:
    """Everything known of it."""
    app, user = app_of(request), user_of(request)
    row = await order_for(request, number)
    known = await everything(app, row, with_contact=may_see_contacts(user))
    return await console_page(
        request,
        "console/order.html",
        ORDERS,
        order=await sheet(app, known),
        may_download=sees_everything(user),
    )


@post("/orders/{number:str}/link", status_code=200)
async def link(number: FromPath[str], request: Request[None, None, State]) -> Response[Any]:
    """A new signed link for the buyer, shown once."""
    app, row = app_of(request), await order_for(request, number)
    token = await make_link(app, shop_id=row.facts.shop_id, order_number=row.facts.order_number)
    told = Told(
        sentence="A new link for the buyer. It shows name, address and photos: send it to nobody else. "
        "It is shown only now.",
        address=f"{public_url(app)}/t/{token}",
        address_words="The buyer's page",
    )
    return go_to(request, _page_of(row.facts.order_number), told)


@post("/orders/{number:str}/ask", status_code=200)
async def ask(number: FromPath[str], request: Request[None, None, State]) -> Response[Any]:
    """Ask carriers and marketplace at once."""
    row = await order_for(request, number)
    looks = await ask_now(app_of(request), row)
    told = (
        Told(sentence="Carriers and marketplace are being asked. Reload in a moment to see what they said.")
        if looks
        else Told(sentence="There is nobody to ask: no keys for its carriers, and no shop.", tone="bad")
    )
    return go_to(request, _page_of(row.facts.order_number), told)


@get("/orders/{number:str}/reports/{body_hash:str}")
async def report(
    number: FromPath[str], body_hash: FromPath[str], request: Request[None, None, State]
) -> Response[bytes]:
    """What a source said, byte for byte. It may tell of other shops' parcels: for an admin of all of them."""
    row = await order_for(request, number)
    if not sees_everything(user_of(request)) or not HASH.fullmatch(body_hash):
        raise NotFoundException("There is no such report.")
    app = app_of(request)
    known = await everything(app, row, with_contact=False)
    scans = [scan for one in known.shipments for scan in one.journey.events] + list(known.own.events)
    if body_hash not in {scan.event.report_hash for scan in scans}:
        raise NotFoundException("There is no such report.")
    body = await app.store.report_body(body_hash)
    if body is None:
        raise NotFoundException("There is no such report.")
    headers = {
        "Content-Disposition": f'attachment; filename="report-{body_hash[:16]}.txt"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/octet-stream", headers=headers)


def _page_of(number: str) -> str:
    return f"{ORDERS}/{number}"


ROUTES = [pages(orders, search_form, search, order, link, ask, report)]
