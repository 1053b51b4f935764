"""Who is looking: what the tokens in a browser's cookie have earned for one order."""

from typing import Any

from litestar import Request

from milepost.desk.lookup import open_link
from milepost.model.people import Link, View
from milepost.show.cookies import tokens
from milepost.show.looks import app_of

RANK = {View.PUBLIC: 0, View.TOWN: 1, View.FULL: 2}


async def visit(request: Request[Any, Any, Any], order_number: str) -> Link | None:
    """The best link this browser holds to the order, or None: the answer is the same for no such order."""
    app = app_of(request)
    now = app.clock.now()
    found = [await open_link(app, token) for token in tokens(request)]
    valid = [link for link in found if link and link.order_number == order_number and link.expires_at > now]
    return max(valid, key=lambda link: RANK[link.view], default=None)
