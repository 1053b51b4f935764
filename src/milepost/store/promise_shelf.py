"""Keeps the promises ledger: every date anyone named, appended and never changed."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from milepost.model.promises import HAPPENED, Promise, Promiser
from milepost.ports.rows import Page
from milepost.ports.store import OrderKey
from milepost.store.order_shelf import parameters_of
from milepost.store.shelf import Shelf, rows_to_ask, wall, walled
from milepost.store.tables import PROMISES
from milepost.store.values import (
    INTEGER_MAX,
    from_cursor,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    to_cursor,
)

LISTED = select(PROMISES)
OF_ORDER = LISTED.where(
    PROMISES.c.shop_id == bindparam("shop_id"), PROMISES.c.order_number == bindparam("order_number")
).order_by(PROMISES.c.seq)
AHEAD_OF_ORDER = OF_ORDER.where(PROMISES.c.kind != HAPPENED)
NEWEST = (
    LISTED.where(PROMISES.c.seq < bindparam("before"))
    .order_by(PROMISES.c.seq.desc())
    .limit(bindparam("rows"))
)
ADD = insert(PROMISES)


class PromiseWrites(Shelf):
    async def promises(self, keys: Iterable[OrderKey]) -> list[Promise]:
        """The whole ledger of these orders, oldest first."""
        found = await self._session.each(OF_ORDER, parameters_of(keys))
        return [_promise(row) for row in sorted(found, key=lambda row: row[0])]

    async def promises_ahead(self, keys: Iterable[OrderKey], names: tuple[str, ...] = ()) -> list[Promise]:
        """The ledger of these orders, oldest first, without the dates of what merely happened.

        `names`: only what stands in it under one of these.
        """
        found = await self._session.each(_ahead(names), parameters_of(keys))
        return [_promise(row) for row in sorted(found, key=lambda row: row[0])]

    async def add_promises(self, promises: Sequence[Promise]) -> None:
        if promises:
            await self._session.run(ADD, [_row(promise) for promise in promises])


class PromiseReads(Shelf):
    async def promises(self, shop_id: str, order_number: str) -> list[Promise]:
        """The whole ledger of this order, oldest first."""
        return await PromiseWrites(self._session, self._sealer).promises([(shop_id, order_number)])

    async def promises_page(
        self, *, shop_ids: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page[Promise]:
        """Newest first, by when they were added. Raises CursorError."""
        (before,) = from_cursor(cursor, (INTEGER_MAX,))
        asked = rows_to_ask(limit)
        statement = walled(NEWEST, PROMISES.c.shop_id, shop_ids)
        found = await self._session.rows(statement, {"before": before, "rows": asked, **wall(shop_ids)})
        shown = found[: asked - 1]
        after = to_cursor(shown[-1][0]) if len(found) == asked else None
        return Page(rows=tuple(_promise(row) for row in shown), next_cursor=after)


@cache
def _ahead(names: tuple[str, ...]) -> Select[Any]:
    return AHEAD_OF_ORDER.where(PROMISES.c.name.in_(names)) if names else AHEAD_OF_ORDER


def _row(promise: Promise) -> dict[str, Any]:
    return {
        "shop_id": promise.shop_id,
        "order_number": promise.order_number,
        "shipment_id": promise.shipment_id,
        "promiser": promise.promiser.value,
        "source": promise.source,
        "name": promise.name,
        "kind": str(promise.kind),
        "from_at": micros_or_none(promise.from_at),
        "to_at": micros(promise.to_at),
        "offset_minutes": promise.offset_minutes,
        "said_at": micros(promise.said_at),
        "reason": promise.reason,
        "confidence": promise.confidence,
        "sample_size": promise.sample_size,
        "basis": promise.basis or None,
    }


def _promise(row: tuple[Any, ...]) -> Promise:
    _, shop_id, order_number, shipment_id, promiser, source, name, kind = row[:8]
    from_at, to_at, offset_minutes, said_at, reason, confidence, sample_size, basis = row[8:]
    return Promise(
        order_number=order_number,
        shop_id=shop_id,
        shipment_id=shipment_id,
        promiser=_PROMISERS[promiser],
        source=source,
        name=name,
        kind=kind,
        from_at=moment_or_none(from_at),
        to_at=moment(to_at),
        offset_minutes=offset_minutes,
        said_at=moment(said_at),
        reason=reason,
        confidence=confidence,
        sample_size=sample_size,
        basis=basis or "",
    )


_PROMISERS = {one.value: one for one in Promiser}
