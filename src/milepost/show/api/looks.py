"""The routes with which programs see and choose how a shop looks to its buyers."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post, put
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, PathParameter
from litestar.status_codes import HTTP_200_OK

from milepost.desk import branding as desk
from milepost.model.brands import Brand
from milepost.model.colors import color_of
from milepost.model.palette import OWN, palettes
from milepost.ports.app import App
from milepost.show.api.keys import key_of, needs_look_key, shops_of
from milepost.show.problems import PROBLEMS_OF_CHANGE, PROBLEMS_OF_ONE

ShopId = Annotated[str, PathParameter(max_length=128, description="The shop's id.")]
CHANGE: Any = {"guards": [needs_look_key], "responses": PROBLEMS_OF_CHANGE, "status_code": HTTP_200_OK}


class ColorsShape(msgspec.Struct, kw_only=True):
    """What is made of the color for one theme, each as `#rrggbb`."""

    brand: str
    on_brand: str
    ink: str
    soft: str


class LookShape(msgspec.Struct, kw_only=True):
    """A shop's look. What is null is Milepost's own, or as the marketplace tells it."""

    shop_id: str
    name: str | None
    color: str | None
    logo: str | None  # path on this site
    light: ColorsShape
    dark: ColorsShape
    chosen_at: datetime | None


class LookWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The whole look. Empty name and color go back to what they were without a choice."""

    name: Annotated[str, msgspec.Meta(max_length=400)] = ""
    color: Annotated[str, msgspec.Meta(max_length=40, description="`#rrggbb`, or empty.")] = ""
    logo: Annotated[
        str | None,
        msgspec.Meta(
            description="A PNG, WebP or JPEG, in base64. Left out it stays; empty, it is taken away."
        ),
    ] = None


@get("/shops/{shop_id:str}/look", summary="How a shop looks to its buyers", responses=PROBLEMS_OF_ONE)
async def look(request: Request[Any, Any, Any], shop_id: ShopId) -> LookShape:
    """404 when the shop is unknown or not yours."""
    app, found = await _shop(request, shop_id)
    return _shape(await app.store.brand(found) or Brand(shop_id=found))


@put("/shops/{shop_id:str}/look", summary="Choose how a shop looks", **CHANGE)
async def choose(request: Request[Any, Any, Any], shop_id: ShopId, data: JSONBody[LookWish]) -> LookShape:
    """It counts at once. What it was can be gone back to."""
    app, found = await _shop(request, shop_id)
    chosen = await desk.choose(
        app,
        found,
        name=data.name,
        color=data.color,
        logo=_picture(data.logo) if data.logo else b"",
        drop_logo=data.logo == "",
        by=key_of(request).name,
    )
    return _shape(chosen)


@post("/shops/{shop_id:str}/look/undo", summary="Go back to the look before", **CHANGE)
async def undo(request: Request[Any, Any, Any], shop_id: ShopId) -> LookShape:
    """Once more goes forward again: each going back is a choice of its own. 404 where none was chosen."""
    app, found = await _shop(request, shop_id)
    was = await desk.choose_again(app, found, 1, key_of(request).name)
    if was is None:
        raise NotFoundException("No look was chosen yet.")
    return _shape(was)


def _shape(brand: Brand) -> LookShape:
    color = color_of(brand.color)
    found = palettes(color) if color else OWN
    light, dark = (
        ColorsShape(brand=str(one.brand), on_brand=str(one.on_brand), ink=str(one.ink), soft=str(one.soft))
        for one in (found.light, found.dark)
    )
    return LookShape(
        shop_id=brand.shop_id,
        name=brand.name or None,
        color=brand.color or None,
        logo=brand.logo_path or None,
        light=light,
        dark=dark,
        chosen_at=brand.chosen_at,
    )


def _picture(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise desk.BrandError("logo", "write the file in base64") from error


async def _shop(request: Request[Any, Any, Any], shop_id: str) -> tuple[App, str]:
    app: App = request.app.state.milepost
    walls = shops_of(key_of(request))
    shop = await app.store.shop(shop_id)
    if shop is None or (walls is not None and shop.shop_id not in walls):
        raise NotFoundException(f"No shop {shop_id} for this key.")
    return app, shop.shop_id


ROUTES = [look, choose, undo]
