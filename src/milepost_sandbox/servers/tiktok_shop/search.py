"""Order search and package search: windows, filters, sorting, paging (tiktok-shop.md §3.1 and 4.2)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.servers.tiktok_shop import orders, packages
from milepost_sandbox.servers.tiktok_shop.envelope import BAD_VALUES, Refusal
from milepost_sandbox.servers.tiktok_shop.paging import Page, filters_digest, page_of
from milepost_sandbox.world.words import Order, Shop, WorldLike

ORDERS_PAGE_MAX: Final = 100
PACKAGES_PAGE_MAX: Final = 50
PAGE_DEFAULT: Final = 20
SECONDS_MAX: Final = 253_402_300_799
"""The last second of the year 9999; a later bound means the same."""


class Filters(msgspec.Struct, frozen=True):
    """The body of a search; members we do not know are ignored."""

    order_status: str = ""
    package_status: str = ""
    create_time_ge: int = 0
    create_time_lt: int = SECONDS_MAX
    update_time_ge: int = 0
    update_time_lt: int = SECONDS_MAX
    shipping_type: str = ""
    buyer_user_id: str = ""
    is_buyer_request_cancel: bool | None = None
    warehouse_ids: list[str] = msgspec.field(default_factory=list)


class _Sorting(msgspec.Struct, frozen=True):
    size: int
    field: str
    descending: bool
    token: str


class Search:
    """Finds orders without looking at all of them."""

    def __init__(self, world: WorldLike, options: ServerOptions) -> None:
        self._world = world
        self._options = options
        created: dict[str, list[tuple[datetime, str]]] = {}
        for order in world.orders:
            created.setdefault(order.shop_id, []).append((order.created_at, order.order_id))
        self._created = {shop_id: sorted(pairs) for shop_id, pairs in created.items()}

    def orders(self, shop: Shop, query: Mapping[str, str], body: bytes) -> dict[str, Any] | Refusal:
        """One page of orders."""
        filters, sorting = _filters(body), _sorting(query, ORDERS_PAGE_MAX, ("create_time", "update_time"))
        if filters is None or sorting is None:
            return BAD_VALUES
        now = self._world.now()
        found = [order for order in self._candidates(shop, filters, now) if _matches(order, filters, now)]
        page = _paged(found, sorting, filters, shop, now)
        if page is None:
            return BAD_VALUES
        masking = self._options.masking
        shown = [orders.shown(order, shop, now, masking, "search") for order in page.items]
        data: dict[str, Any] = {"next_page_token": page.next_token, "total_count": page.total}
        return data | _listing("orders", shown, filters)

    def packages(self, shop: Shop, query: Mapping[str, str], body: bytes) -> dict[str, Any] | Refusal:
        """One page of packages."""
        fields = ("create_time", "update_time", "order_pay_time")
        filters, sorting = _filters(body), _sorting(query, PACKAGES_PAGE_MAX, fields)
        if filters is None or sorting is None:
            return BAD_VALUES
        now = self._world.now()
        ids = dict.fromkeys(
            package_id
            for order in self._candidates(shop, filters, now)
            for package_id in order.packages_at(now)
        )
        rows = [packages.search_row(self.sharing(package_id, now), package_id, now) for package_id in ids]
        wanted = filters.package_status
        rows = [row for row in rows if not wanted or row["status"] == wanted]
        field = "update_time" if sorting.field == "update_time" else "create_time"
        rows.sort(key=lambda row: (row[field], row["id"]), reverse=sorting.descending)
        page = page_of(
            rows,
            lambda row: (row[field], row["id"]),
            size=sorting.size,
            token=sorting.token,
            digest=filters_digest(shop.shop_id, filters, field, sorting.descending),
            descending=sorting.descending,
        )
        if page is None:
            return BAD_VALUES
        data: dict[str, Any] = {"next_page_token": page.next_token, "total_count": page.total}
        return data | _listing("packages", page.items, filters)

    def sharing(self, package_id: str, now: datetime) -> tuple[Order, ...]:
        """The placed orders that share a package."""
        orders_of = self._world.orders_of_package(package_id)
        return tuple(order for order in orders_of if order.status_at(now) is not None)

    def _candidates(self, shop: Shop, filters: Filters, now: datetime) -> Sequence[Order]:
        """The shop's placed orders within the window that is cheaper to look up."""
        if filters.update_time_ge or filters.update_time_lt < SECONDS_MAX:
            since, until = _at(filters.update_time_ge), _at(filters.update_time_lt)
            return self._world.orders_updated(shop.shop_id, since, until, now)
        pairs = self._created.get(shop.shop_id, [])
        first = bisect_left(pairs, (_at(filters.create_time_ge), ""))
        last = bisect_left(pairs, (min(_at(filters.create_time_lt), now), "~"))
        found = (self._world.order(order_id) for _, order_id in pairs[first:last])
        return [order for order in found if order is not None and order.status_at(now) is not None]


def _filters(body: bytes) -> Filters | None:
    try:
        return msgspec.json.decode(body, type=Filters) if body else Filters()
    except msgspec.DecodeError:
        return None


def _sorting(query: Mapping[str, str], size_max: int, fields: tuple[str, ...]) -> _Sorting | None:
    size = query.get("page_size", str(PAGE_DEFAULT))
    field = query.get("sort_field", "create_time")
    order = query.get("sort_order", "DESC")
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= size_max):
        return None
    if field not in fields or order not in {"ASC", "DESC"}:
        return None
    token = query.get("page_token", "")
    return _Sorting(size=int(size), field=field, descending=order == "DESC", token=token)


def _matches(order: Order, filters: Filters, now: datetime) -> bool:
    created = int(order.created_at.timestamp())
    requested = order.cancel_requested_at is not None and order.cancel_requested_at <= now
    return (
        filters.create_time_ge <= created < filters.create_time_lt
        and filters.order_status in {"", order.status_at(now)}
        and filters.shipping_type in {"", order.shipping_type}
        and filters.buyer_user_id in {"", order.buyer.user_id}
        and filters.is_buyer_request_cancel in {None, requested}
    )


def _paged(
    found: list[Order], sorting: _Sorting, filters: Filters, shop: Shop, now: datetime
) -> Page[Order] | None:
    by_update = sorting.field == "update_time"

    def key(order: Order) -> tuple[int, str]:
        at = order.update_time_at(now) if by_update else order.created_at
        return int((at or order.created_at).timestamp()), order.order_id

    return page_of(
        sorted(found, key=key, reverse=sorting.descending),
        key,
        size=sorting.size,
        token=sorting.token,
        digest=filters_digest(shop.shop_id, filters, sorting.field, sorting.descending),
        descending=sorting.descending,
    )


def _listing(name: str, items: list[Any], filters: Filters) -> dict[str, Any]:
    """The items; when there are none the member is empty, null or missing, which is not settled (§13)."""
    if items:
        return {name: items}
    shape = chance.number(3, "empty", filters.update_time_ge, filters.update_time_lt)
    return ({name: []}, {name: None}, {})[shape]


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0), SECONDS_MAX), UTC)
