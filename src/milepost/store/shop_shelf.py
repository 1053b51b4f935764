"""Keeps the connected shops, the grants that let us in, and small things to remember."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql

from milepost.model.shops import Grant, Shop
from milepost.store.shelf import Shelf, replaced
from milepost.store.sql.engine import Row
from milepost.store.tables import GRANTS, MARKS, PUSHES, SHOPS
from milepost.store.values import from_json, micros, to_json

_shop = postgresql.insert(SHOPS)
PUT_SHOP = _shop.on_conflict_do_update(
    index_elements=[SHOPS.c.shop_id], set_=replaced(_shop, SHOPS, "shop_id")
)
ONE_SHOP = select(SHOPS.c.facts).where(SHOPS.c.shop_id == bindparam("shop_id"))
ALL_SHOPS = select(SHOPS.c.facts).order_by(SHOPS.c.shop_id)

_grant = postgresql.insert(GRANTS)
PUT_GRANT = _grant.on_conflict_do_update(
    index_elements=[GRANTS.c.marketplace, GRANTS.c.app_key, GRANTS.c.owner],
    set_=replaced(_grant, GRANTS, "marketplace", "app_key", "owner"),
)
ALL_GRANTS = select(GRANTS.c.marketplace, GRANTS.c.app_key, GRANTS.c.owner, GRANTS.c.sealed).order_by(
    GRANTS.c.access_expires_at.desc(), GRANTS.c.owner
)
APP_GRANTS = ALL_GRANTS.where(
    GRANTS.c.marketplace == bindparam("marketplace"), GRANTS.c.app_key == bindparam("app_key")
)
OWNER_GRANT = APP_GRANTS.where(GRANTS.c.owner == bindparam("owner"))

_mark = postgresql.insert(MARKS)
SET_MARK = _mark.on_conflict_do_update(index_elements=[MARKS.c.name], set_={"value": _mark.excluded.value})
MARK = select(MARKS.c.value).where(MARKS.c.name == bindparam("name"))

SEE_PUSH = (
    postgresql.insert(PUSHES)
    .on_conflict_do_nothing(index_elements=[PUSHES.c.source, PUSHES.c.notification_id])
    .returning(PUSHES.c.source, PUSHES.c.notification_id)
)


class ShopWrites(Shelf):
    async def put_shop(self, shop: Shop) -> None:
        await self._session.run(PUT_SHOP, [{"shop_id": shop.shop_id, "facts": to_json(shop)}])

    async def put_grant(self, grant: Grant) -> None:
        """Add or replace by who granted; sealed."""
        key = {"marketplace": grant.marketplace, "app_key": grant.app_key, "owner": grant.owner}
        sealed = self._sealer.seal(msgspec.json.encode(grant), "grants", tuple(key.values()))
        expires_at = micros(grant.access_expires_at)
        await self._session.run(PUT_GRANT, [{**key, "access_expires_at": expires_at, "sealed": sealed}])

    async def set_mark(self, name: str, value: str) -> None:
        await self._session.run(SET_MARK, [{"name": name, "value": value}])

    async def unseen_pushes(self, keys: Sequence[tuple[str, str]], at: datetime) -> set[tuple[str, str]]:
        """Remember push ids, `(source, id)`; those that had not been seen before."""
        told = [{"source": source, "notification_id": name, "at": micros(at)} for source, name in keys]
        return {(source, name) for source, name in await self._session.each(SEE_PUSH, told)}


class ShopReads(Shelf):
    async def shops(self) -> list[Shop]:
        return [from_json(Shop, row[0]) for row in await self._session.rows(ALL_SHOPS)]

    async def shop(self, shop_id: str) -> Shop | None:
        found = await self._session.rows(ONE_SHOP, {"shop_id": shop_id})
        return from_json(Shop, found[0][0]) if found else None

    async def grant(self, marketplace: str, app_key: str, owner: str | None = None) -> Grant | None:
        """This owner's grant, or the app's freshest one."""
        about = {"marketplace": marketplace, "app_key": app_key}
        if owner is None:
            found = await self._session.rows(APP_GRANTS, about)
        else:
            found = await self._session.rows(OWNER_GRANT, {**about, "owner": owner})
        return self._grant(found[0]) if found else None

    async def grants(self) -> list[Grant]:
        return [self._grant(row) for row in await self._session.rows(ALL_GRANTS)]

    def _grant(self, row: Row) -> Grant:
        marketplace, app_key, owner, sealed = row
        return from_json(Grant, self._sealer.open(sealed, "grants", (marketplace, app_key, owner)))

    async def mark(self, name: str) -> str | None:
        found = await self._session.rows(MARK, {"name": name})
        return found[0][0] if found else None
