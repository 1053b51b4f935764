"""Connecting a shop: the seller's yes becomes tokens, and its orders begin to come in."""

from dataclasses import replace
from datetime import datetime

from milepost.model.shops import Grant, Shop, ShopState
from milepost.ports.app import App
from milepost.ports.sources import AccessError, TokenExpiredError
from milepost.react import polls


async def connect(app: App, marketplace: str, app_key: str, code: str) -> list[Shop]:
    """Exchange the code the seller brought and start reading every shop it opens.

    Raises AccessError when the code is refused, SourceError when the marketplace cannot be heard.
    """
    source = app.marketplaces.get(marketplace)
    if source is None or not source.is_configured:
        raise AccessError(
            f"{marketplace} has no app keys: set [[{marketplace}.apps]] (docs/run/configure.md)"
        )
    grant = await source.exchange(app_key, code)
    try:
        shops = await source.shops(grant)
    except TokenExpiredError:
        grant = await source.refresh(grant)
        shops = await source.shops(grant)
    return await keep(app, grant, shops)


async def keep(app: App, grant: Grant, shops: list[Shop]) -> list[Shop]:
    """Keep a grant and its shops; their orders are searched at once, the token renewed in time."""
    now = app.clock.now()
    connected = [replace(shop, state=ShopState.CONNECTED, owner=grant.owner) for shop in shops]
    async with app.store.transaction() as tx:
        await tx.put_grant(grant)
        for shop in connected:
            await tx.put_shop(shop)
        await app.work.add(
            tx, [polls.renewal(grant, now), *(polls.sync(shop.shop_id, now) for shop in connected)]
        )
    app.live.publish(["work"])
    return connected


async def sync_now(app: App, shop_ids: list[str] | None = None) -> list[str]:
    """Search shops for changed orders at once; which ones."""
    now: datetime = app.clock.now()
    shops = [
        shop
        for shop in await app.store.shops()
        if shop.state is ShopState.CONNECTED and (shop_ids is None or shop.shop_id in shop_ids)
    ]
    async with app.store.transaction() as tx:
        await app.work.add(tx, [polls.sync(shop.shop_id, now) for shop in shops])
    app.live.publish(["work"])
    return [shop.shop_id for shop in shops]
