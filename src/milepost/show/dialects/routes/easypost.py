"""EasyPost's paths."""

from typing import Annotated, Any

from litestar import get, post
from litestar.exceptions import ClientException
from litestar.params import PathParameter, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_422_UNPROCESSABLE_ENTITY

from milepost.show.dialects import easypost
from milepost.show.dialects.asking import Ask, basic_key, body_of, text_in
from milepost.show.dialects.finding import DOES_NOT_FOLLOW, LIST_MAX, by_id, by_number, named, newest, one
from milepost.sources.couriers import couriers_of

Text = Annotated[str, PathParameter(max_length=128)]
Asked = Annotated[str | None, QueryParameter(max_length=4096)]
Limit = Annotated[int, QueryParameter(ge=1, le=LIST_MAX)]


@get("/v2/trackers/{tracker_id:str}")
async def easypost_one(request: Ask, tracker_id: Text) -> dict[str, Any]:
    """One Tracker by its id."""
    row = await by_id(request, tracker_id.removeprefix(easypost.ID_PREFIX))
    return easypost.tracker(*await one(request, "easypost", row))


@get("/v2/trackers")
async def easypost_list(
    request: Ask, *, tracking_code: Asked = None, carrier: Asked = None, page_size: Limit = 20
) -> dict[str, Any]:
    """Trackers of one number, or the newest ones."""
    if tracking_code is not None:
        row = await by_number(request, tracking_code, couriers_of("easypost").key_of(carrier or ""))
        return easypost.several(await named(request, "easypost", [row] if row else []))
    rows, following = await newest(request, None, page_size)
    return easypost.several(await named(request, "easypost", rows)) | {"has_more": following is not None}


@post("/v2/trackers", status_code=HTTP_201_CREATED)
async def easypost_create(request: Ask) -> dict[str, Any]:
    """Asked to follow a number: its Tracker, if we follow it already."""
    wish = await body_of(request)
    wish = wish.get("tracker", wish) if isinstance(wish, dict) else wish
    number = text_in(wish, "tracking_code")
    row = await by_number(request, number, couriers_of("easypost").key_of(text_in(wish, "carrier")))
    if row is None:
        raise ClientException(
            DOES_NOT_FOLLOW if number else "tracking_code: name the number.",
            status_code=HTTP_422_UNPROCESSABLE_ENTITY,
        )
    return easypost.tracker(*await one(request, "easypost", row))


ROUTES = [easypost_one, easypost_list, easypost_create]
KEY = basic_key()
PROBLEM = easypost.problem
