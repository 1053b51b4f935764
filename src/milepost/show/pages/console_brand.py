"""A shop's name, logo and color for its buyers: seen in both themes before they count, and the way back."""

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, PathParameter

from milepost.desk import branding as desk
from milepost.desk.photos import PHOTO_BYTES_MAX
from milepost.model.brands import NAME_LENGTH_MAX, Brand
from milepost.model.colors import color_of
from milepost.model.palette import BLACK, OWN, palettes
from milepost.model.shops import Shop
from milepost.show.brands import look_of, sheet_address
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_connector, pages, shops_of, user_of
from milepost.show.console.told import Told, go_to
from milepost.show.looks import AnyRequest, app_of

SHOPS = "/console/shops"
REQUEST_BYTES_MAX = PHOTO_BYTES_MAX + 100_000
FIELD_LENGTH_MAX = 400
ON = "yes"
TRY = "try"

ShopId = Annotated[str, PathParameter(max_length=128)]
Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/shops/{shop_id:str}/look")
async def look(shop_id: ShopId, request: Request[None, None, State]) -> Response[str]:
    """What stands, in both themes, and what stood before."""
    shop = await _shop(request, shop_id)
    stands = await app_of(request).store.brand(shop.shop_id)
    return await _page(request, shop, stands or Brand(shop_id=shop.shop_id))


@post("/shops/{shop_id:str}/look", status_code=200, request_max_body_size=REQUEST_BYTES_MAX)
async def choose(shop_id: ShopId, data: Upload, request: Request[None, None, State]) -> Response[Any]:
    """Try it on this page, or let it count."""
    shop, app = await _shop(request, shop_id), app_of(request)
    name, color = (str(data.get(field, ""))[:FIELD_LENGTH_MAX] for field in ("name", "color"))
    logo = await _file(data.get("logo"))
    try:
        if data.get("do") == TRY:
            stands = await app.store.brand(shop.shop_id)
            tried = desk.checked(shop.shop_id, name, color)
            return await _page(request, shop, tried, logo_of=stands, is_tried=True, lost=bool(logo))
        await desk.choose(
            app,
            shop.shop_id,
            name=name,
            color=color,
            logo=logo,
            drop_logo=data.get("drop_logo") == ON,
            by=user_of(request).name or user_of(request).email,
        )
    except desk.BrandError as error:
        given = Brand(shop_id=shop.shop_id, name=name, color=color)
        stands = await app.store.brand(shop.shop_id)
        return await _page(request, shop, given, logo_of=stands, wrong=error, status=400)
    return go_to(request, address_of(shop), Told(sentence="Saved. Buyers see it from now on."))


@post("/shops/{shop_id:str}/look/again", status_code=200)
async def choose_again(shop_id: ShopId, data: Form, request: Request[None, None, State]) -> Response[Any]:
    """Back to a look that stood before; the one that stands now can be gone back to as well."""
    shop, user = await _shop(request, shop_id), user_of(request)
    place = data.get("place", "")[:4]
    place_number = int(place) if place.isascii() and place.isdigit() else 0
    found = await desk.choose_again(app_of(request), shop.shop_id, place_number, user.name or user.email)
    if found is None:
        told = Told(sentence="That look is not in the list any more. Choose another.", tone="bad")
        return go_to(request, address_of(shop), told)
    return go_to(request, address_of(shop), Told(sentence="Buyers see that look again."))


def address_of(shop: Shop) -> str:
    """The page of a shop's look."""
    return f"{SHOPS}/{quote(shop.shop_id, safe='')}/look"


async def _page(
    request: AnyRequest,
    shop: Shop,
    brand: Brand,
    *,
    logo_of: Brand | None = None,
    wrong: desk.BrandError | None = None,
    is_tried: bool = False,
    lost: bool = False,
    status: int = 200,
) -> Response[str]:
    """`logo_of`: whose logo is shown while something else is tried. `lost`: a file came that is not kept."""
    color = color_of(brand.color)
    found = palettes(color) if color else OWN
    return await console_page(
        request,
        "console/look.html",
        SHOPS,
        status=status,
        shop=shop,
        brand=brand,
        kept=look_of(logo_of or brand),
        sheet=sheet_address(color, to_try=True) if color else "",
        sheet_pattern=sheet_address(BLACK, to_try=True).replace("000000", "COLOR"),
        moved=_moved(brand.color, found.light.brand) if color else "",
        wrong=wrong,
        is_tried=is_tried,
        lost=lost,
        looks=await desk.looks_of(app_of(request), shop.shop_id),
        here_address=address_of(shop),
        name_length_max=NAME_LENGTH_MAX,
    )


def _moved(chosen: str, made: Any) -> str:
    """What is said when the color itself cannot be read on white."""
    color = color_of(chosen)
    if color is None or color == made:
        return ""
    return (
        f"{color} is too faint on light ground. Lines and buttons are {made} there, "
        "the nearest that everybody can read."
    )


async def _shop(request: AnyRequest, shop_id: str) -> Shop:
    """One of this person's shops. Raises 404 alike for another's and for one there is not."""
    walls = shops_of(user_of(request))
    shop = await app_of(request).store.shop(shop_id)
    if shop is None or (walls is not None and shop.shop_id not in walls):
        raise NotFoundException("There is no such shop.")
    return shop


async def _file(given: Any) -> bytes:
    return await given.read(PHOTO_BYTES_MAX + 1) if isinstance(given, UploadFile) and given.filename else b""


ROUTES = [pages(look, choose, choose_again, guards=[needs_connector])]
