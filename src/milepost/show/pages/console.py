"""The console's first page: what needs attention, worst first, and whose move it is."""

from typing import Annotated

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import QueryParameter

from milepost.model.exceptions import Mover
from milepost.ports.store import CursorError
from milepost.show.console.frame import console_page
from milepost.show.console.guard import HOME, may_see_contacts, pages, shops_of, user_of
from milepost.show.console.lists import exception_lines
from milepost.show.looks import app_of

ROWS = 50
FILTERS = (
    ("", "All", "exceptions_open"),
    (Mover.SELLER.value, "Waiting on you", "needs_seller"),
    (Mover.BUYER.value, "Waiting on the buyer", "needs_buyer"),
    (Mover.CARRIER.value, "Waiting on the carrier", "needs_carrier"),
)

Waiting = Annotated[str, QueryParameter(max_length=20)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]


@get("/")
async def exceptions(
    request: Request[None, None, State], waiting: Waiting = "", cursor: Cursor = None
) -> Response[str]:
    """Open exceptions; `waiting` is seller, buyer or carrier, so a filter is a link one can keep."""
    if waiting not in {key for key, _, _ in FILTERS}:
        raise NotFoundException("There is no such filter.")
    app, user = app_of(request), user_of(request)
    try:
        found = await app.store.exceptions(
            shop_ids=shops_of(user), cursor=cursor, limit=ROWS, mover=waiting or None
        )
    except CursorError as error:
        raise NotFoundException("There is no such page.") from error
    return await console_page(
        request,
        "console/exceptions.html",
        HOME,
        lines=await exception_lines(app, found.rows, with_buyer=may_see_contacts(user)),
        next_cursor=found.next_cursor,
        waiting=waiting,
        filters=FILTERS,
    )


ROUTES = [pages(exceptions)]
