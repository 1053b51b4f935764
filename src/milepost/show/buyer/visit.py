"""Who is looking: what the tokens in a browser's cookies have earned for one order."""

from datetime import timedelta
from typing import Any

from litestar import Request

from milepost.desk.lookup import open_link
from milepost.model.people import Link, View
from milepost.record.links import digest
from milepost.show.cookies import mine, tokens
from milepost.show.looks import app_of

RANK = {View.PUBLIC: 0, View.TOWN: 1, View.FULL: 2}
A_LOOK = timedelta(hours=1)
"""A page open through a link to all orders asks again after this, as every live page does."""

OWNED_MAX = 100


async def visit(request: Request[Any, Any, Any], order_number: str) -> Link | None:
    """The best link this browser holds to the order, or None: the answer is the same for no such order."""
    app = app_of(request)
    now = app.clock.now()
    found = [await open_link(app, token) for token in tokens(request)]
    valid = [link for link in found if link and link.order_number == order_number and link.expires_at > now]
    if token := mine(request):
        owned = await app.store.owned(digest(token), now, OWNED_MAX, order_number) or []
        valid += [
            Link(order_number=one.order_number, shop_id=one.shop_id, view=one.view, expires_at=now + A_LOOK)
            for one in owned
        ]
    return max(valid, key=lambda link: RANK[link.view], default=None)
