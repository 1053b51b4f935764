"""Shippo's paths."""

from typing import Annotated, Any

from litestar import get, post
from litestar.exceptions import ValidationException
from litestar.params import PathParameter, QueryParameter
from litestar.status_codes import HTTP_201_CREATED

from milepost.show.dialects import shippo
from milepost.show.dialects.asking import Ask, body_of, scheme_key, text_in
from milepost.show.dialects.finding import by_number, parcels
from milepost.sources.couriers import couriers_of

Text = Annotated[str, PathParameter(max_length=128)]
Asked = Annotated[str | None, QueryParameter(max_length=4096)]


@get("/tracks/{carrier:str}/{number:str}")
async def shippo_one(request: Ask, carrier: Text, number: Text) -> dict[str, Any]:
    """One track; a number that nobody here knows is one without scans."""
    return await _shippo(request, carrier, number)


@post("/tracks", status_code=HTTP_201_CREATED)
async def shippo_create(request: Ask) -> dict[str, Any]:
    """Asked to follow a number: what we know of it."""
    wish = await body_of(request)
    carrier, number = text_in(wish, "carrier"), text_in(wish, "tracking_number")
    if not carrier or not number:
        raise ValidationException("carrier, tracking_number: name both.")
    return await _shippo(request, carrier, number)


async def _shippo(request: Ask, carrier: str, number: str) -> dict[str, Any]:
    row = await by_number(request, number, couriers_of("shippo").key_of(carrier))
    if row is None:
        return shippo.unknown(carrier, number)
    (parcel,) = await parcels(request, [row])
    return shippo.track(parcel, carrier)


ROUTES = [shippo_one, shippo_create]
KEY = scheme_key("shippotoken", "bearer")
PROBLEM = shippo.problem
