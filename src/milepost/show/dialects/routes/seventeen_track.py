"""17TRACK's paths."""

from typing import Annotated, Any

from litestar import Response, post
from litestar.exceptions import ValidationException
from litestar.params import QueryParameter
from litestar.status_codes import HTTP_200_OK

from milepost.show.dialects import seventeen_track
from milepost.show.dialects.asking import Ask, app_of, body_of, header_key, text_in
from milepost.show.dialects.finding import by_number, one
from milepost.sources.couriers import couriers_of

Asked = Annotated[str | None, QueryParameter(max_length=4096)]


@post("/track/{version:str}/gettrackinfo", status_code=HTTP_200_OK)
async def seventeen_track_info(request: Ask) -> Response[dict[str, Any]]:
    """Tracks of up to 40 numbers."""
    wishes = await body_of(request)
    if not isinstance(wishes, list) or not wishes:
        raise ValidationException("Send a list of objects with a number each.")
    if len(wishes) > seventeen_track.NUMBERS_MAX:
        told = seventeen_track.problem(400, "At most 40 numbers in one call.", seventeen_track.TOO_MANY)
        return Response(told, status_code=HTTP_200_OK)
    now, names = app_of(request).clock.now(), couriers_of("seventeen_track")
    accepted, unknown = [], []
    for wish in wishes:
        number = text_in(wish, "number")
        row = await by_number(request, number, names.key_of(text_in(wish, "carrier")))
        if row is None:
            unknown.append(number)
            continue
        parcel, name = await one(request, "seventeen_track", row)
        carrier = int(name) if name else None
        accepted.append(seventeen_track.track(parcel, carrier, parcel.tracking_page, now))
    return Response(seventeen_track.answer(accepted, unknown), status_code=HTTP_200_OK)


@post("/track/{version:str}/register", status_code=HTTP_200_OK)
async def seventeen_track_register(request: Ask) -> dict[str, Any]:
    """Asked to follow numbers: those we follow are accepted."""
    wishes = await body_of(request)
    if not isinstance(wishes, list) or not 0 < len(wishes) <= seventeen_track.NUMBERS_MAX:
        raise ValidationException("Send a list of 1 to 40 objects with a number each.")
    names = couriers_of("seventeen_track")
    accepted, unknown = [], []
    for wish in wishes:
        number = text_in(wish, "number")
        row = await by_number(request, number, names.key_of(text_in(wish, "carrier")))
        if row is None:
            unknown.append(number)
            continue
        name = names.name_of(row.shipment.carrier)
        accepted.append({"origin": 2, "number": number, "carrier": int(name) if name else None})
    return seventeen_track.answer(accepted, unknown)


ROUTES = [seventeen_track_info, seventeen_track_register]
KEY = header_key("17token")
PROBLEM = seventeen_track.problem
