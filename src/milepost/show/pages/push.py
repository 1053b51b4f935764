"""The service worker that shows notifications: at an address that never changes, for nothing but /push/."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.status_codes import HTTP_204_NO_CONTENT

from milepost.desk.switches import move_browser
from milepost.show.assets import built
from milepost.show.looks import app_of

ADDRESS_LENGTH_MAX = 2_500
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

FRESH = {"Cache-Control": "no-cache"}
"""A browser looks for a new one by itself, and at most a day apart."""


@get("/push/worker.js", include_in_schema=False)
async def worker() -> Response[Any]:
    """It controls no page: its own folder holds none. `/static` could not be its home, names change there."""
    found = built("push-worker.js")
    return Response(found.body, media_type=found.media_type, headers=FRESH)


@post("/push/moved", include_in_schema=False, status_code=HTTP_204_NO_CONTENT)
async def moved(data: Form, request: Request[None, None, State]) -> None:
    """A browser tells its new address; nobody else knows the old one. The answer is always the same."""
    old, new = (data.get(name, "")[:ADDRESS_LENGTH_MAX] for name in ("old", "new"))
    await move_browser(app_of(request), old, new)


ROUTES = [worker, moved]
