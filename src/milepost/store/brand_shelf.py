"""Keeps how shops look to their buyers: every choice, and the logos."""

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects import postgresql

from milepost.model.brands import Brand, Logo
from milepost.store.shelf import Shelf, rows_to_ask
from milepost.store.tables import BRAND_LOGOS, BRANDS
from milepost.store.values import from_json, to_json

ADD = insert(BRANDS)
NEWEST = (
    select(BRANDS.c.facts)
    .where(BRANDS.c.shop_id == bindparam("shop_id"))
    .order_by(BRANDS.c.seq.desc())
    .limit(bindparam("rows"))
)
PUT_LOGO = postgresql.insert(BRAND_LOGOS).on_conflict_do_nothing(index_elements=[BRAND_LOGOS.c.logo_id])
LOGO = select(BRAND_LOGOS.c.shop_id, BRAND_LOGOS.c.png, BRAND_LOGOS.c.width, BRAND_LOGOS.c.height).where(
    BRAND_LOGOS.c.logo_id == bindparam("logo_id")
)


class BrandWrites(Shelf):
    async def add_brand(self, brand: Brand) -> None:
        await self._session.run(ADD, [{"shop_id": brand.shop_id, "facts": to_json(brand)}])

    async def put_logo(self, logo: Logo) -> None:
        row = {
            "logo_id": logo.logo_id,
            "shop_id": logo.shop_id,
            "png": logo.png,
            "width": logo.width,
            "height": logo.height,
        }
        await self._session.run(PUT_LOGO, [row])


class BrandReads(Shelf):
    async def brand(self, shop_id: str) -> Brand | None:
        """The newest; None when nobody ever chose one."""
        found = await self.brands(shop_id, 1)
        return found[0] if found else None

    async def brands(self, shop_id: str, limit: int) -> list[Brand]:
        rows = rows_to_ask(limit) - 1
        found = await self._session.rows(NEWEST, {"shop_id": shop_id, "rows": rows})
        return [from_json(Brand, row[0]) for row in found]

    async def logo(self, logo_id: str) -> Logo | None:
        found = await self._session.rows(LOGO, {"logo_id": logo_id})
        if not found:
            return None
        shop_id, png, width, height = found[0]
        return Logo(logo_id=logo_id, shop_id=shop_id, png=bytes(png), width=width, height=height)
