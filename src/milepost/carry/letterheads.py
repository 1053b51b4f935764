"""Under which name and look a shop writes to its buyers."""

from milepost.model.brands import PAPER, Brand
from milepost.model.colors import color_of
from milepost.model.notices import MY_ORDERS, Audience, Notice
from milepost.model.palette import OWN, palettes
from milepost.notify.render import PLAIN, Letterhead
from milepost.ports.app import App


async def letterhead(notice: Notice, base: str, app: App) -> tuple[str, Letterhead]:
    """The shop's name and its look; `base` is our own address. Sellers, and lists of many shops, get ours."""
    shop = await app.store.shop(notice.shop_id)
    name = shop.name if shop else ""
    if notice.audience is not Audience.BUYER or notice.template == MY_ORDERS:
        return name, PLAIN
    brand = await app.store.brand(notice.shop_id)
    return (brand.name or name, _head(brand, base)) if brand else (name, PLAIN)


def _head(brand: Brand, base: str) -> Letterhead:
    color, (width, height) = color_of(brand.color), brand.logo_size
    return Letterhead(
        colors=palettes(color) if color else OWN,
        logo=base + brand.logo_path if brand.logo_id else "",
        logo_width=width - 2 * PAPER,  # mail programs add the paper to it
        logo_height=height - 2 * PAPER,
    )
