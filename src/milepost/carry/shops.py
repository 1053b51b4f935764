"""Asking marketplaces: which orders changed, what they look like, and what is known of their parcels."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from milepost.carry.asking import ask_together, take_in_heard
from milepost.carry.failures import put_off
from milepost.carry.grants import renew, with_grant
from milepost.carry.outlooks import next_parcel_look
from milepost.flow import Alongside, finish, finish_all, take_in
from milepost.model.actions import Action, Leased, Outcome
from milepost.model.orders import OrderFacts
from milepost.model.reports import Report
from milepost.model.shops import Grant, Shop, ShopState
from milepost.ports.app import App
from milepost.ports.rows import ShipmentRow
from milepost.ports.sources import SourceError
from milepost.ports.store import OrderKey, Transaction
from milepost.react import polls

SYNC_LAG = timedelta(seconds=30)
"""A search ends this long before now: an order may be indexed a moment after it changed."""

SYNC_WINDOW = timedelta(days=3)
"""A long way back is walked in windows of this length, so that chains of pages stay short."""

PAGES_MAX = 10_000
"""Pages of one search, at most."""

ORDERS_AT_ONCE = 50
"""Orders re-read in one go (tiktok-shop.md section 3.2)."""


async def sync_shops(group: Sequence[Leased], app: App) -> None:
    """Search each shop for orders changed since its watermark."""
    shops = {shop.shop_id: shop for shop in await app.store.shops()}
    for held in group:
        shop = shops.get(held.action.payload["shop"])
        if shop is None or shop.state is not ShopState.CONNECTED:
            await _finish_now(held, Outcome(done=True), app)
            continue
        try:
            await _sync(shop, held, app)
        except SourceError as error:
            await put_off([held], app, error)


async def _sync(shop: Shop, held: Leased, app: App) -> None:
    """The watermark moves to a window's end only together with all of the window's pages."""
    settings, marketplace = app.settings.tiktok_shop, app.marketplaces[shop.marketplace]
    now, off = app.clock.now(), marketplace.clock_offset
    theirs = now + off  # what the watermark is in: our clock may be wrong, and set right again
    mark = await app.store.mark(f"sync:{shop.shop_id}")
    start = datetime.fromisoformat(mark) if mark else theirs - timedelta(days=settings.backfill_days)
    start = min(start, theirs)
    end = min(theirs - SYNC_LAG, start + SYNC_WINDOW)
    since = start - timedelta(seconds=settings.sync_overlap_s)
    pages = await with_grant(app, shop, lambda grant: _pages(app, shop, grant, since, end))
    is_of_their_time = abs(marketplace.clock_offset - off) < SYNC_LAG  # else it learned better on the way
    behind = not is_of_their_time or theirs - SYNC_LAG - end > timedelta(0)
    due_at = now if behind else now + timedelta(seconds=settings.sync_interval_s)

    async def alongside(tx: Transaction) -> None:
        if is_of_their_time:
            await tx.set_mark(f"sync:{shop.shop_id}", max(start, end).isoformat())
        await finish(tx, held, Outcome(next_due_at=due_at), now, app)

    await take_in(pages, app, alongside)


async def _pages(app: App, shop: Shop, grant: Grant, since: datetime, until: datetime) -> list[Report]:
    pages: list[Report] = []
    marketplace = app.marketplaces[shop.marketplace]
    async for page in marketplace.changed_orders(shop, grant, since, until):
        pages.append(page)
        if len(pages) >= PAGES_MAX:
            break
    return pages


async def poll_orders(group: Sequence[Leased], app: App) -> None:
    """Re-read orders of one shop in batches, and those of their packages we have not read yet."""
    shop = await _shop(group[0], app)
    if shop is None:
        for held in group:
            await _finish_now(held, Outcome(done=True), app)
        return
    batches = [list(group[n : n + ORDERS_AT_ONCE]) for n in range(0, len(group), ORDERS_AT_ONCE)]

    async def ask(batch: list[Leased]) -> list[Report]:
        numbers = [held.action.payload["order"] for held in batch]
        marketplace = app.marketplaces[shop.marketplace]
        return await with_grant(app, shop, lambda grant: marketplace.orders(shop, grant, numbers))

    heard = await ask_together(batches, ask)
    await take_in_heard(heard, app, _finish_order_polls)
    await _read_new_packages(shop, group, app)


async def _read_new_packages(shop: Shop, group: Sequence[Leased], app: App) -> None:
    """A package's own answer names every order combined in it."""
    orders = await _orders(group, app)
    unread = sorted({package_id for order in orders.values() for package_id in _unread(order)})
    if not unread:
        return
    marketplace = app.marketplaces[shop.marketplace]
    reports = await with_grant(app, shop, lambda grant: marketplace.packages(shop, grant, unread))
    await take_in(reports, app)


async def _orders(group: Sequence[Leased], app: App) -> dict[OrderKey, OrderFacts]:
    async with app.store.transaction() as tx:
        return await tx.orders([_key(held) for held in group])


def _unread(order: OrderFacts) -> Iterable[str]:
    return (
        package.package_id
        for package in order.packages
        if package.package_id and package.tracking_number and not package.order_numbers
    )


def _finish_order_polls(done: list[Leased], app: App) -> Alongside:
    """Open orders are read again once or twice a day; closed ones never."""

    async def alongside(tx: Transaction) -> None:
        now = app.clock.now()
        keys = [_key(held) for held in done]
        orders = await tx.orders(keys)
        again = now + timedelta(seconds=app.settings.polling.order_refresh_s)
        outcomes = []
        for held in done:
            order = orders.get(_key(held))
            ended = order is None or order.closed
            outcomes.append((held, Outcome(done=ended, next_due_at=None if ended else again)))
        await finish_all(tx, outcomes, now, app)

    return alongside


async def poll_tracking(group: Sequence[Leased], app: App) -> None:
    """What the marketplace itself knows of each order's parcels."""
    shop = await _shop(group[0], app)
    if shop is None:
        for held in group:
            await _finish_now(held, Outcome(done=True), app)
        return

    orders = await _orders(group, app)

    async def ask(batch: list[Leased]) -> list[Report]:
        marketplace = app.marketplaces[shop.marketplace]
        number = batch[0].action.payload["order"]
        order = orders.get(_key(batch[0]))
        detailed = order is not None and order.marketplace_ships
        return await with_grant(
            app, shop, lambda grant: marketplace.tracking(shop, grant, number, detailed=detailed)
        )

    heard = await ask_together([[held] for held in group], ask)
    await take_in_heard(heard, app, _finish_tracking_polls)


def _finish_tracking_polls(done: list[Leased], app: App) -> Alongside:
    """Polled until every parcel of the order has ended, not only until the order completes."""

    async def alongside(tx: Transaction) -> None:
        now = app.clock.now()
        shipments = await tx.shipments_of_orders([_key(held) for held in done])
        orders = await tx.orders([_key(held) for held in done])
        rows = await tx.shipment_rows([shipment.shipment_id for shipment in shipments])
        outcomes = []
        for held in done:
            key = _key(held)
            mine = [row for row in rows.values() if _is_of(row, key) and not row.shipment.superseded]
            due_at = _next_tracking_poll(mine, orders.get(key), held.action, now, app)
            outcomes.append((held, Outcome(done=due_at is None, next_due_at=due_at)))
        await finish_all(tx, outcomes, now, app)

    return alongside


def _next_tracking_poll(
    rows: list[ShipmentRow], order: OrderFacts | None, poll: Action, now: datetime, app: App
) -> datetime | None:
    polling = app.settings.polling
    if not rows:
        return None if order is None or order.closed else now + timedelta(seconds=polling.label_created_s)
    looks = [next_parcel_look(row, poll, now, app, gaps={}) for row in rows]
    going_on = [look for look in looks if look is not None]
    if not going_on:
        return None
    return max(min(going_on), now + timedelta(seconds=polling.marketplace_tracking_s))


async def refresh_grants(group: Sequence[Leased], app: App) -> None:
    """Renew tokens ahead of their end; the lease is the lock between workers."""
    for held in group:
        told = held.action.payload
        grant = await app.store.grant(told["marketplace"], told["app_key"], told["owner"])
        if grant is None:
            await _finish_now(held, Outcome(done=True), app)
            continue
        try:
            fresh = await renew(app, grant)
        except SourceError as error:
            await put_off([held], app, error)
            continue
        again = polls.renewal(fresh, app.clock.now()).due_at
        await _finish_now(held, Outcome(next_due_at=again), app)


async def _finish_now(held: Leased, outcome: Outcome, app: App) -> None:
    async with app.store.transaction() as tx:
        await finish(tx, held, outcome, app.clock.now(), app)


async def _shop(held: Leased, app: App) -> Shop | None:
    shops = {shop.shop_id: shop for shop in await app.store.shops()}
    shop = shops.get(held.action.shop_id or "")
    return shop if shop is not None and shop.state is ShopState.CONNECTED else None


def _key(held: Leased) -> OrderKey:
    return (held.action.shop_id or "", held.action.payload["order"])


def _is_of(row: ShipmentRow, key: OrderKey) -> bool:
    return row.shipment.shop_id == key[0] and key[1] in row.shipment.order_numbers
