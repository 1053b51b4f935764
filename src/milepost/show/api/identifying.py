"""The route that says whose numbers these are. Asked with a body: what people paste is in no address."""

import asyncio
from typing import Any

from litestar import Request, post
from litestar.exceptions import ValidationException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from milepost.model.carriers import NO_CLUES, Clues
from milepost.ports.app import App
from milepost.ports.carriers_used import carriers_of
from milepost.show.api import shapes, views
from milepost.show.api.keys import key_of, shops_of
from milepost.show.problems import PROBLEMS


@post("/identify", summary="Whose numbers these are", status_code=HTTP_200_OK, responses=PROBLEMS)
async def identify(
    request: Request[Any, Any, Any], data: JSONBody[shapes.IdentifyWish]
) -> shapes.IdentificationPage:
    """A ranked list for each text, and an answer only where it is sure. Nothing is kept.

    With `shop_id` the carriers of that shop's newest parcels weigh in.
    """
    app: App = request.app.state.milepost
    clues = await _history(request, app, data.shop_id) if data.shop_id else NO_CLUES
    found = []
    for text in data.texts:
        found.append(views.identification(app.identify(text, data.provider_name, data.country, clues)))
        await asyncio.sleep(0)  # long texts let other requests through
    return shapes.IdentificationPage(found)


async def _history(request: Request[Any, Any, Any], app: App, shop_id: str) -> Clues:
    walls = shops_of(key_of(request))
    if walls is not None and shop_id not in walls:
        raise ValidationException("shop_id: no such shop for this key")
    return Clues(history=await carriers_of(app.store, shop_id))


ROUTES = [identify]
