"""The routes with which a program enters what a person knows, and takes it back."""

from typing import Annotated, Any

from litestar import Request, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, PathParameter
from litestar.status_codes import HTTP_200_OK

from milepost.desk import entries as desk
from milepost.ports.app import App
from milepost.ports.rows import OrderRow
from milepost.show.api import shapes
from milepost.show.api.keys import key_of, needs_news_key, shops_of
from milepost.show.problems import PROBLEMS_OF_CHANGE

Number = Annotated[str, PathParameter(max_length=128)]
EventId = Annotated[str, PathParameter(max_length=64, description="The event's id.")]
ABOUT: Any = {"guards": [needs_news_key], "responses": PROBLEMS_OF_CHANGE, "status_code": HTTP_200_OK}


@post("/orders/{confirmation_number:str}/events", summary="Enter an event by hand", **ABOUT)
async def enter(
    request: Request[Any, Any, Any], confirmation_number: Number, data: JSONBody[shapes.EntryWish]
) -> shapes.EnteredShape:
    """Marked as entered, by this key. The same entry again is the same event."""
    app, row = await _order(request, confirmation_number)
    wish = desk.Wish(
        status=data.status,
        occurred_at=data.occurred_at,
        tracking_number=data.tracking_number,
        reason=data.reason,
        place=data.place,
        note=data.note,
    )
    return shapes.EnteredShape(event_id=await desk.add_entry(app, row, wish, _by(request)))


@post(
    "/orders/{confirmation_number:str}/events/{event_id:str}/take-back",
    summary="Take an entry back",
    **ABOUT,
)
async def take_back(
    request: Request[Any, Any, Any],
    confirmation_number: Number,
    event_id: EventId,
    data: JSONBody[shapes.TakeBackWish],
) -> shapes.EnteredShape:
    """It counts no more and stays to be seen, as `retracted`."""
    app, row = await _order(request, confirmation_number)
    await desk.take_back(app, row, event_id, data.note, _by(request))
    return shapes.EnteredShape(event_id=event_id)


async def _order(request: Request[Any, Any, Any], number: str) -> tuple[App, OrderRow]:
    app: App = request.app.state.milepost
    row = await app.store.order(number, shops_of(key_of(request)))
    if row is None:
        raise NotFoundException(f"No order {number} for this key.")
    return app, row


def _by(request: Request[Any, Any, Any]) -> desk.By:
    key = key_of(request)
    return desk.By(kind="api_key", id=key.key_id, name=f"{key.name} (API key)")


ROUTES = (enter, take_back)
