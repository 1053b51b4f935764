"""The paths of karrio."""

from typing import Annotated, Any

from litestar import get, post
from litestar.exceptions import ValidationException
from litestar.params import PathParameter, QueryParameter
from litestar.status_codes import HTTP_201_CREATED

from milepost.show.dialects import karrio
from milepost.show.dialects.asking import Ask, body_of, scheme_key, text_in
from milepost.show.dialects.finding import DOES_NOT_FOLLOW, LIST_MAX, by_id, by_number, named, newest, one
from milepost.sources.couriers import couriers_of

Text = Annotated[str, PathParameter(max_length=128)]
Asked = Annotated[str | None, QueryParameter(max_length=4096)]
Limit = Annotated[int, QueryParameter(ge=1, le=LIST_MAX)]


@get("/v1/trackers/{tracker_id:str}")
async def karrio_one(request: Ask, tracker_id: Text) -> dict[str, Any]:
    """One tracker by its id or its number."""
    row = await by_id(request, tracker_id.removeprefix(karrio.ID_PREFIX))
    return karrio.tracker(*await one(request, "karrio", row or await by_number(request, tracker_id)))


@get("/v1/trackers/{carrier:str}/{number:str}")
async def karrio_number(request: Ask, carrier: Text, number: Text) -> dict[str, Any]:
    """One tracker by carrier and number."""
    row = await by_number(request, number, couriers_of("karrio").key_of(carrier))
    return karrio.tracker(*await one(request, "karrio", row))


@get("/v1/trackers")
async def karrio_list(request: Ask, *, tracking_number: Asked = None, limit: Limit = 20) -> dict[str, Any]:
    """Trackers of one number, or the newest ones."""
    if tracking_number is not None:
        row = await by_number(request, tracking_number)
        return karrio.several(await named(request, "karrio", [row] if row else []))
    rows, _ = await newest(request, None, limit)
    return karrio.several(await named(request, "karrio", rows))


@post("/v1/trackers", status_code=HTTP_201_CREATED)
async def karrio_create(request: Ask) -> dict[str, Any]:
    """Asked to follow a number: its tracker, if we follow it already."""
    wish = await body_of(request)
    number = text_in(wish, "tracking_number")
    row = await by_number(request, number, couriers_of("karrio").key_of(text_in(wish, "carrier_name")))
    if row is None:
        raise ValidationException(DOES_NOT_FOLLOW if number else "tracking_number: name the number.")
    return karrio.tracker(*await one(request, "karrio", row))


ROUTES = [karrio_one, karrio_number, karrio_list, karrio_create]
KEY = scheme_key("token", "bearer")
PROBLEM = karrio.problem
