"""The seller's inbox: what they were told, newest first."""

from litestar import Request, Response, get
from litestar.datastructures import State

from milepost.show.console.frame import console_page
from milepost.show.console.guard import pages, shops_of, user_of
from milepost.show.looks import app_of

INBOX = "/console/inbox"
ROWS = 100


@get("/inbox")
async def inbox(request: Request[None, None, State]) -> Response[str]:
    """Messages of the shops this person may see."""
    entries = await app_of(request).store.inbox(shops_of(user_of(request)), ROWS)
    return await console_page(request, "console/inbox.html", INBOX, entries=entries, rows_max=ROWS)


ROUTES = [pages(inbox)]
