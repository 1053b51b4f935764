"""The frame of every console page: navigation with its counts, search, who is signed in, what was told."""

from dataclasses import dataclass
from typing import Any

from litestar import Response

from milepost.show.console import told
from milepost.show.console.guard import may_connect, sees_everything, shops_of, user_of
from milepost.show.looks import AnyRequest, app_of, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation."""

    path: str
    icon: str
    name: str
    count: int | None = None


async def console_page(
    request: AnyRequest, template: str, here: str, *, status: int = 200, **facts: Any
) -> Response[str]:
    """A page inside the frame. `here` is the path of the navigation entry it belongs to."""
    user = user_of(request)
    counts = await app_of(request).store.counts(shops_of(user))
    places = [
        Place(path="/console", icon="triangle-alert", name="Exceptions", count=counts["exceptions_open"]),
        Place(path="/console/orders", icon="package", name="Orders", count=counts["orders"]),
        Place(path="/console/inbox", icon="inbox", name="Inbox"),
        Place(path="/console/forecast", icon="clock", name="Forecast"),
    ]
    if may_connect(user):
        places.append(Place(path="/console/shops", icon="store", name="Shops"))
        places.append(Place(path="/console/imports", icon="file-text", name="Import"))
        places.append(Place(path="/console/webhooks", icon="link", name="Webhooks"))
    if sees_everything(user):
        places.append(Place(path="/console/codes", icon="circle-help", name="Codes"))
        places.append(Place(path="/console/carriers", icon="truck", name="Carriers"))
        places.append(Place(path="/console/work", icon="list-checks", name="Work"))
    answer = page(
        request,
        template,
        status=status,
        places=places,
        here=here,
        user=user,
        counts=counts,
        told=told.take(request),
        **facts,
    )
    told.forget(request, answer)
    return answer
