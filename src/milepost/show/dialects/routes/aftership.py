"""AfterShip's paths (the dated API and v4, which it retired)."""

from typing import Annotated, Any

from litestar import get, post
from litestar.exceptions import ValidationException
from litestar.params import PathParameter, QueryParameter
from litestar.status_codes import HTTP_201_CREATED

from milepost.show.dialects import aftership
from milepost.show.dialects.asking import Ask, body_of, header_key, text_in
from milepost.show.dialects.finding import DOES_NOT_FOLLOW, LIST_MAX, by_id, by_number, named, newest, one
from milepost.sources.couriers import couriers_of

Text = Annotated[str, PathParameter(max_length=128)]
Asked = Annotated[str | None, QueryParameter(max_length=4096)]
Limit = Annotated[int, QueryParameter(ge=1, le=LIST_MAX)]


@get(["/tracking/{version:str}/trackings", "/v4/trackings"])
async def aftership_list(
    request: Ask,
    *,
    tracking_numbers: Asked = None,
    slug: Asked = None,
    cursor: Asked = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Trackings by their numbers, or the newest ones page by page."""
    if tracking_numbers is None:
        return await _aftership_page(request, cursor, limit)
    numbers = [number for number in tracking_numbers.split(",") if number.strip()][:limit]
    carrier = couriers_of("aftership").key_of(slug or "")
    rows = [row for number in numbers if (row := await by_number(request, number, carrier))]
    return aftership.several(await named(request, "aftership", rows), limit)


@get("/tracking/{version:str}/trackings/{tracking_id:str}")
async def aftership_one(request: Ask, tracking_id: Text) -> dict[str, Any]:
    """One tracking by its id."""
    return aftership.one(*await one(request, "aftership", await by_id(request, tracking_id)), nested=False)


@get("/v4/trackings/{tracking_id:str}")
async def aftership_one_v4(request: Ask, tracking_id: Text) -> dict[str, Any]:
    """The same in the shape of v4."""
    return aftership.one(*await one(request, "aftership", await by_id(request, tracking_id)), nested=True)


@get("/tracking/{version:str}/trackings/{slug:str}/{number:str}")
async def aftership_number(request: Ask, slug: Text, number: Text) -> dict[str, Any]:
    """One tracking by carrier and number."""
    row = await by_number(request, number, couriers_of("aftership").key_of(slug))
    return aftership.one(*await one(request, "aftership", row), nested=False)


@get("/v4/trackings/{slug:str}/{number:str}")
async def aftership_number_v4(request: Ask, slug: Text, number: Text) -> dict[str, Any]:
    """The same in the shape of v4."""
    row = await by_number(request, number, couriers_of("aftership").key_of(slug))
    return aftership.one(*await one(request, "aftership", row), nested=True)


@post(["/tracking/{version:str}/trackings", "/v4/trackings"], status_code=HTTP_201_CREATED)
async def aftership_create(request: Ask) -> dict[str, Any]:
    """Asked to follow a number: the tracking, if we follow it already."""
    body = await body_of(request)
    nested = isinstance(body, dict) and "tracking" in body
    wish = body.get("tracking") if nested else body
    number = text_in(wish, "tracking_number")
    row = await by_number(request, number, couriers_of("aftership").key_of(text_in(wish, "slug")))
    if row is None:
        raise ValidationException(DOES_NOT_FOLLOW if number else "tracking_number: name the number.")
    parcel, slug = await one(request, "aftership", row)
    return aftership.one(parcel, slug, nested=nested, code=201)


async def _aftership_page(request: Ask, cursor: str | None, limit: int) -> dict[str, Any]:
    rows, following = await newest(request, cursor, limit)
    told = aftership.several(await named(request, "aftership", rows), limit)
    told["data"]["pagination"] |= {"next_cursor": following or "", "has_next_page": following is not None}
    return told


ROUTES = [
    aftership_list,
    aftership_one,
    aftership_one_v4,
    aftership_number,
    aftership_number_v4,
    aftership_create,
]
KEY = header_key("as-api-key", "aftership-api-key")
PROBLEM = aftership.problem
