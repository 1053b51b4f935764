"""A tracking number alone: how far the parcel is and on which day, and nothing else."""

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.show.buyer.gather import number_story
from milepost.show.buyer.view import page_view
from milepost.show.looks import app_of, page
from milepost.show.words.sentences import source_names

Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/track", include_in_schema=False)
async def find_number(data: Form) -> Response[Any]:
    """To the number's own address."""
    number = "".join(data.get("number", "").split())[:NUMBER_LENGTH_MAX]
    return Redirect(f"/track/{quote(number, safe='')}" if number else "/", status_code=HTTP_303_SEE_OTHER)


@get("/track/{number:str}", include_in_schema=False)
async def track(number: Number, request: Request[None, None, State]) -> Response[Any]:
    """An unknown number has the page of one that nobody scanned yet."""
    app = app_of(request)
    shown = app.identify(number, "", "").number or number
    story = await app.store.together(lambda reads: number_story(app, reads, shown))
    view = page_view(story, source_names(app.teller_names), app.clock.now())
    return page(request, "buyer/track.html", view=view, number=number)


ROUTES = [find_number, track]
