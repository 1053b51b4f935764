"""Under which name and look a shop writes to its buyers."""

from milepost.model.brands import PAPER, Brand
from milepost.model.colors import color_of
from milepost.model.notices import MY_ORDERS, Audience, Notice, Picture
from milepost.model.palette import OWN, palettes
from milepost.notify.render import PLAIN, Letterhead
from milepost.ports.app import App


async def letterhead(notice: Notice, app: App) -> tuple[str, Letterhead]:
    """The shop's name and its look. Sellers, and lists of many shops, get ours."""
    shop = await app.store.shop(notice.shop_id)
    name = shop.name if shop else ""
    if notice.audience is not Audience.BUYER or notice.template == MY_ORDERS:
        return name, PLAIN
    brand = await app.store.brand(notice.shop_id)
    if brand is None:
        return name, PLAIN
    color = color_of(brand.color)
    colors = palettes(color) if color else OWN
    return brand.name or name, Letterhead(colors=colors, logo=await _logo(brand, app))


async def _logo(brand: Brand, app: App) -> Picture | None:
    """As large as pages show it, without the paper: mail programs add that."""
    kept = await app.store.logo(brand.logo_id) if brand.logo_id else None
    if kept is None:
        return None
    width, height = (side - 2 * PAPER for side in brand.logo_size)
    return Picture(png=kept.png, alt="", width=width, height=height)
