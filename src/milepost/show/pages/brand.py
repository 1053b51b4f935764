"""What a shop's look is made of in a browser: the sheet of a color, and logos; both kept for ever."""

import re
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import PathParameter

from milepost.model.colors import color_of
from milepost.show.assets import FOR_EVER
from milepost.show.brands import MADE_AS, sheet
from milepost.show.looks import app_of

SHEET = re.compile(rf"(try-)?([0-9a-f]{{6}})-{MADE_AS}\.css")
LOGO = re.compile(r"([0-9a-f]{32})\.png")
NOTHING = "There is no such file."

Name = Annotated[str, PathParameter(max_length=60)]


@get("/brand/{name:str}", include_in_schema=False)
async def style(name: Name) -> Response[str]:
    """Made from the color in its name, so there is nothing to look up and nobody's to see."""
    found = SHEET.fullmatch(name)
    color = color_of(found[2]) if found else None
    if found is None or color is None:
        raise NotFoundException(NOTHING)
    return Response(
        sheet(color, to_try=bool(found[1])), media_type="text/css", headers={"Cache-Control": FOR_EVER}
    )


@get("/brand/logo/{name:str}", include_in_schema=False)
async def logo(name: Name, request: Request[None, None, State]) -> Response[Any]:
    """A picture that we drew ourselves; its name is of its content."""
    found = LOGO.fullmatch(name)
    kept = await app_of(request).store.logo(found[1]) if found else None
    if kept is None:
        raise NotFoundException(NOTHING)
    return Response(kept.png, media_type="image/png", headers={"Cache-Control": FOR_EVER})


ROUTES = [style, logo]
