"""A tracking number alone: how far the parcel is and on which day, and nothing else."""

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_404_NOT_FOUND

from milepost.desk.lookup import NUMBER_LENGTH_MAX
from milepost.show.buyer.gather import number_story
from milepost.show.buyer.view import page_view
from milepost.show.buyer.whose import whose_number
from milepost.show.looks import app_of, page
from milepost.show.pages.home import look_up_page
from milepost.show.words.sentences import source_names

Number = Annotated[str, PathParameter(max_length=NUMBER_LENGTH_MAX)]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

NO_NUMBER = "no_number"


@post("/track", include_in_schema=False)
async def find_number(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """To the address of the number in what was pasted; nothing else of it goes into an address."""
    number = app_of(request).identify(data.get("number", "")).number
    if not number:
        return look_up_page(request, status=HTTP_404_NOT_FOUND, message=NO_NUMBER)
    return Redirect(f"/track/{quote(number, safe='')}", status_code=HTTP_303_SEE_OTHER)


@get("/track/{number:str}", include_in_schema=False)
async def track(number: Number, request: Request[None, None, State]) -> Response[Any]:
    """An unknown number has the page of one that nobody scanned yet: whose it is, the number itself says."""
    app = app_of(request)
    found = app.identify(number)
    shown = found.number or number
    story = await app.store.together(lambda reads: number_story(app, reads, shown))
    view = page_view(story, source_names(app.teller_names), app.clock.now())
    return page(request, "buyer/track.html", view=view, number=number, whose=whose_number(found, app))


ROUTES = [find_number, track]
