"""The routes with which a program says whose parcel it is, undoes that, and reads what was said."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, PathParameter
from litestar.status_codes import HTTP_200_OK

from milepost.desk.carriers import choose_carrier, undo_choice
from milepost.desk.entries import By
from milepost.ports.app import App
from milepost.show.api import shapes, views
from milepost.show.api.keys import key_of, needs_news_key, shops_of
from milepost.show.problems import PROBLEMS_OF_CHANGE, PROBLEMS_OF_ONE

ShipmentId = Annotated[str, PathParameter(max_length=128)]
CHANGE: Any = {"guards": [needs_news_key], "responses": PROBLEMS_OF_CHANGE, "status_code": HTTP_200_OK}


@get("/shipments/{shipment_id:str}/carrier", summary="Whose parcel it is", responses=PROBLEMS_OF_ONE)
async def choices(request: Request[Any, Any, Any], shipment_id: ShipmentId) -> shapes.ChoicesShape:
    """Now, and everything that was said of it."""
    return await _choices(request, shipment_id)


@post("/shipments/{shipment_id:str}/carrier", summary="Choose or confirm the carrier", **CHANGE)
async def choose(
    request: Request[Any, Any, Any], shipment_id: ShipmentId, data: JSONBody[shapes.CarrierWish]
) -> shapes.ChoicesShape:
    """Another carrier's scans of the number are set aside, and its next one is raised for review."""
    await _choices(request, shipment_id)
    await choose_carrier(_app(request), shipment_id, data.carrier, _by(request), data.note)
    return await _choices(request, shipment_id)


@post("/shipments/{shipment_id:str}/carrier/undo", summary="Undo the last choice", **CHANGE)
async def undo(request: Request[Any, Any, Any], shipment_id: ShipmentId) -> shapes.ChoicesShape:
    """What held before it holds again; the history stays."""
    await _choices(request, shipment_id)
    await undo_choice(_app(request), shipment_id, _by(request))
    return await _choices(request, shipment_id)


async def _choices(request: Request[Any, Any, Any], shipment_id: str) -> shapes.ChoicesShape:
    app = _app(request)
    row = await app.store.shipment(shipment_id, shops_of(key_of(request)))
    if row is None:
        raise NotFoundException(f"No shipment {shipment_id} for this key.")
    told = await app.store.carrier_choices(shipment_id)
    return shapes.ChoicesShape(carrier=row.shipment.carrier, choices=[views.choice(one) for one in told])


def _app(request: Request[Any, Any, Any]) -> App:
    app: App = request.app.state.milepost
    return app


def _by(request: Request[Any, Any, Any]) -> By:
    key = key_of(request)
    return By(kind="api_key", id=key.key_id, name=f"{key.name} (API key)")


ROUTES = (choices, choose, undo)
