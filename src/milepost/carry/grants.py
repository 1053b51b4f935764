"""Calling a marketplace with a token that is still good: renewed ahead of time, once, by one worker."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from milepost.model.shops import Grant, Shop, ShopState
from milepost.ports.app import App
from milepost.ports.sources import AccessError, ShopHandleError, SourceBusyError, TokenExpiredError

T = TypeVar("T")

_locks: dict[tuple[str, str, str], asyncio.Lock] = defaultdict(asyncio.Lock)


async def with_grant(app: App, shop: Shop, call: Callable[[Grant], Awaitable[T]]) -> T:
    """Make a call for a shop; an expired token is renewed and the call repeated once.

    Raises AccessError when nobody authorized us (and marks the shop as needing it) or when the shop's handle
    no longer fits: it is read anew, for the next try.
    """
    grant = await app.store.grant(shop.marketplace, shop.app_key, shop.owner or None)
    if grant is None:
        raise AccessError(f"shop {shop.shop_id} has not authorized us: run `milepost shop connect`")
    try:
        return await call(grant)
    except TokenExpiredError:
        return await call(await renew(app, grant))
    except ShopHandleError as error:
        await _read_shops_again(app, grant)
        raise SourceBusyError(f"shop {shop.shop_id}: its handle was read anew") from error


async def _read_shops_again(app: App, grant: Grant) -> None:
    """The marketplace gave a shop a new handle."""
    shops = await app.marketplaces[grant.marketplace].shops(grant)
    async with app.store.transaction() as tx:
        for shop in shops:
            await tx.put_shop(replace(shop, owner=grant.owner))


async def renew(app: App, stale: Grant) -> Grant:
    """New tokens for old ones, both written together; whoever waited for the lock takes the new ones."""
    async with _locks[(stale.marketplace, stale.app_key, stale.owner)]:
        current = await app.store.grant(stale.marketplace, stale.app_key, stale.owner)
        if current is not None and current.access_token != stale.access_token:
            return current
        try:
            grant = await app.marketplaces[stale.marketplace].refresh(current or stale)
        except AccessError:
            await _needs_authorization(app, stale)
            raise
        async with app.store.transaction() as tx:
            await tx.put_grant(grant)
        return grant


async def _needs_authorization(app: App, grant: Grant) -> None:
    """Nobody can be asked for these shops until their owner connects them again."""
    shops = [
        shop
        for shop in await app.store.shops()
        if (shop.marketplace, shop.app_key, shop.owner) == (grant.marketplace, grant.app_key, grant.owner)
    ]
    async with app.store.transaction() as tx:
        for shop in shops:
            await tx.put_shop(replace(shop, state=ShopState.NEEDS_AUTHORIZATION))
