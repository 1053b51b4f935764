"""The world: its shops, orders and parcels, found quickly, and what has been told of them so far."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from milepost_sandbox.clock import WorldClock
from milepost_sandbox.world.words import Order, Parcel, Shop

AFTER_LAST_STEP: Final = timedelta(days=4)


class World:
    """What will happen is fixed when the world is made; only the clock and the served marks change."""

    def __init__(
        self,
        *,
        seed: int,
        clock: WorldClock,
        shops: tuple[Shop, ...],
        orders: tuple[Order, ...],
        parcels: tuple[Parcel, ...],
    ) -> None:
        """Index the orders and parcels; `parcels` has the strangers' older ones too."""
        self.seed = seed
        self.clock = clock
        self.shops = shops
        self.orders = orders
        self.parcels = parcels
        self.started_at = clock.now()
        self._shop_by_id = {shop.shop_id: shop for shop in shops}
        self._order_by_id = {order.order_id: order for order in orders}
        self._by_number: dict[tuple[str, str], list[Parcel]] = defaultdict(list)
        for parcel in sorted(parcels, key=lambda parcel: parcel.label_at):
            self._by_number[parcel.carrier, parcel.tracking_number].append(parcel)
        self._orders_of_package: dict[str, list[Order]] = defaultdict(list)
        self._moments: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for order in orders:
            self._index(order)
        for moments in self._moments.values():
            moments.sort()
        self.ends_at = self._end()
        self._served: dict[tuple[str, str], tuple[datetime, float]] = {}

    def _index(self, order: Order) -> None:
        for package_id in dict.fromkeys(p for moment in order.package_moments for p in moment.package_ids):
            self._orders_of_package[package_id].append(order)
        self._moments[order.shop_id].extend((moment.at, order.order_id) for moment in order.moments)

    def _end(self) -> datetime:
        """Four days after the last step of the last parcel is published, or the last order is cancelled."""
        last = [step.published_at for parcel in self.parcels for step in parcel.steps]
        last += [order.cancelled_at or order.paid_at for order in self.orders]
        return max(last, default=self.started_at) + AFTER_LAST_STEP

    def now(self) -> datetime:
        """The world's present moment, UTC."""
        return self.clock.now()

    def shop(self, shop_id: str) -> Shop | None:
        """The shop with this id."""
        return self._shop_by_id.get(shop_id)

    def order(self, order_id: str) -> Order | None:
        """The order with this id, also when it is not placed yet (see `Order.status_at`)."""
        return self._order_by_id.get(order_id)

    def orders_of_package(self, package_id: str) -> tuple[Order, ...]:
        """The orders that have, had or will have this package."""
        return tuple(self._orders_of_package.get(package_id, ()))

    def parcels_by_number(self, carrier: str, number: str) -> tuple[Parcel, ...]:
        """The carrier's parcels with this number; two when the number was used again, the older first."""
        return tuple(self._by_number.get((carrier, number), ()))

    def orders_updated(
        self, shop_id: str, since: datetime, until: datetime, now: datetime
    ) -> tuple[Order, ...]:
        """The shop's orders with `update_time_at(now)` in [since, until), oldest change first, then by id."""
        moments = self._moments.get(shop_id, [])
        found: list[Order] = []
        for at, order_id in moments[bisect_left(moments, (since, "")) : bisect_left(moments, (until, ""))]:
            order = self._order_by_id[order_id]
            if at <= now and order.update_time_at(now) == at:
                found.append(order)
        return tuple(found)

    def served(self, source: str, step_key: str) -> None:
        """Mark that this source sent an answer with this step completely (a cut body does not count)."""
        if (source, step_key) not in self._served:
            self._served[source, step_key] = (self.now(), time.monotonic())

    def served_at(self, source: str, step_key: str) -> datetime | None:
        """The world moment of the first complete answer with this step, if there was one."""
        mark = self._served.get((source, step_key))
        return mark[0] if mark else None

    def served_seconds_ago(self, source: str, step_key: str) -> float | None:
        """Real seconds since that answer."""
        mark = self._served.get((source, step_key))
        return time.monotonic() - mark[1] if mark else None
