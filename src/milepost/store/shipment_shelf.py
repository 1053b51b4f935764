"""Keeps shipments: what identifies them, the orders in them, and the summary of their journey."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    delete,
    insert,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql

from milepost.model.journeys import Journey
from milepost.model.shipments import Shipment
from milepost.ports.rows import Page, ShipmentRow
from milepost.ports.store import OrderKey
from milepost.store.order_shelf import parameters_of
from milepost.store.shelf import Shelf, replaced, rows_to_ask, texts, wall, walled
from milepost.store.sql.compiled import Among
from milepost.store.tables import SHIPMENT_LEGS, SHIPMENT_ORDERS, SHIPMENTS
from milepost.store.values import (
    INTEGER_MAX,
    from_cursor,
    from_json,
    micros_or_none,
    moment_or_none,
    to_cursor,
    to_json,
)

SUMMARY = (
    "status",
    "reason",
    "status_since",
    "delivered_at",
    "delivery_retracted",
    "last_heard_at",
    "last_scan_at",
    "last_place",
)
FACTS = select(SHIPMENTS.c.facts).order_by(SHIPMENTS.c.seq)


def ids_with_number(is_asked: Callable[[ColumnElement[Any]], ColumnElement[bool]]) -> CompoundSelect[Any]:
    """Of shipments that are called so, or are so on a later leg. On PostgreSQL an `OR` would use no index."""
    called = SHIPMENTS.alias("called")
    return union_all(
        select(called.c.shipment_id).where(is_asked(called.c.tracking_number)),
        select(SHIPMENT_LEGS.c.shipment_id).where(is_asked(SHIPMENT_LEGS.c.number)),
    )


BY_NUMBERS = FACTS.where(
    SHIPMENTS.c.shipment_id.in_(ids_with_number(lambda number: Among(number, "numbers")))
)
"""Asked for two numbers of one parcel, it comes once."""

BY_IDS = FACTS.where(Among(SHIPMENTS.c.shipment_id, "ids"))
IDS_OF_ORDER = select(SHIPMENT_ORDERS.c.shipment_id).where(
    SHIPMENT_ORDERS.c.shop_id == bindparam("shop_id"),
    SHIPMENT_ORDERS.c.order_number == bindparam("order_number"),
)
_put = postgresql.insert(SHIPMENTS)
PUT = _put.on_conflict_do_update(
    index_elements=[SHIPMENTS.c.shipment_id], set_=replaced(_put, SHIPMENTS, "shipment_id", *SUMMARY)
)
FORGET_ORDERS = delete(SHIPMENT_ORDERS).where(SHIPMENT_ORDERS.c.shipment_id == bindparam("shipment_id"))
ADD_ORDER = insert(SHIPMENT_ORDERS)
ADD_LEG = postgresql.insert(SHIPMENT_LEGS).on_conflict_do_nothing(
    index_elements=[SHIPMENT_LEGS.c.number, SHIPMENT_LEGS.c.shipment_id]
)
PUT_JOURNEY = (
    update(SHIPMENTS)
    .where(SHIPMENTS.c.shipment_id == bindparam("which"))
    .values({name: bindparam(f"new_{name}") for name in SUMMARY})
)
LISTED = select(SHIPMENTS.c.seq, SHIPMENTS.c.facts, *[SHIPMENTS.c[name] for name in SUMMARY])
ONE = LISTED.where(SHIPMENTS.c.shipment_id == bindparam("shipment_id"))
NEWEST = (
    LISTED.where(SHIPMENTS.c.seq < bindparam("before"))
    .order_by(SHIPMENTS.c.seq.desc())
    .limit(bindparam("rows"))
)


ROWS = LISTED.where(Among(SHIPMENTS.c.shipment_id, "ids"))


class ShipmentRows(Shelf):
    async def shipment_rows(self, shipment_ids: Sequence[str]) -> dict[str, ShipmentRow]:
        """Those that exist, by id."""
        found = await self._session.rows(ROWS, {"ids": texts(shipment_ids)})
        rows = [_shipment_row(row) for row in found]
        return {row.shipment.shipment_id: row for row in rows}


class ShipmentWrites(ShipmentRows):
    async def shipments_with_numbers(self, numbers: Iterable[str]) -> list[Shipment]:
        """All uses of these tracking numbers, also as a later leg's, in any shop, each once, oldest first."""
        return await self._shipments(BY_NUMBERS, {"numbers": texts(numbers)})

    async def shipments_of_orders(self, keys: Iterable[OrderKey]) -> list[Shipment]:
        found = await self._session.each(IDS_OF_ORDER, parameters_of(keys))
        return await self.shipments_by_id(row[0] for row in found)

    async def shipments_by_id(self, shipment_ids: Iterable[str]) -> list[Shipment]:
        return await self._shipments(BY_IDS, {"ids": texts(shipment_ids)})

    async def _shipments(self, statement: Select[Any], parameters: dict[str, list[str]]) -> list[Shipment]:
        found = await self._session.rows(statement, parameters)
        return [from_json(Shipment, row[0]) for row in found]

    async def put_shipments(self, shipments: Iterable[Shipment]) -> None:
        """Add or replace by id; the journey's summary stays."""
        last = list({shipment.shipment_id: shipment for shipment in shipments}.values())
        if not last:
            return
        await self._session.run(PUT, [_row(shipment) for shipment in last])
        await self._session.run(FORGET_ORDERS, [{"shipment_id": one.shipment_id} for one in last])
        links = [
            {"shop_id": one.shop_id, "order_number": number, "shipment_id": one.shipment_id}
            for one in last
            for number in dict.fromkeys(one.order_numbers)
        ]
        if links:
            await self._session.run(ADD_ORDER, links)
        legs = [
            {"number": leg.number, "shipment_id": one.shipment_id, "shop_id": one.shop_id}
            for one in last
            for leg in one.legs
        ]
        if legs:
            await self._session.run(ADD_LEG, legs)

    async def put_journeys(self, journeys: Mapping[str, Journey]) -> None:
        """Replace the summary columns of these shipments."""
        rows = [_summary(shipment_id, journey) for shipment_id, journey in journeys.items()]
        if rows:
            await self._session.run(PUT_JOURNEY, rows)


class ShipmentReads(ShipmentRows):
    async def shipment(self, shipment_id: str, shop_ids: Sequence[str] | None = None) -> ShipmentRow | None:
        statement = walled(ONE, SHIPMENTS.c.shop_id, shop_ids)
        found = await self._session.rows(statement, {"shipment_id": shipment_id, **wall(shop_ids)})
        return _shipment_row(found[0]) if found else None

    async def shipments(
        self,
        *,
        shop_ids: Sequence[str] | None,
        cursor: str | None,
        limit: int,
        order_number: str | None = None,
        tracking_number: str | None = None,
        carrier: str | None = None,
        status: str | None = None,
    ) -> Page[ShipmentRow]:
        """Newest first, by when we first knew of them. Raises CursorError."""
        (before,) = from_cursor(cursor, (INTEGER_MAX,))
        asked = rows_to_ask(limit)
        filters = {
            "order_number": order_number,
            "tracking_number": tracking_number,
            "carrier": carrier,
            "status": status,
        }
        given = {name: value for name, value in filters.items() if value is not None}
        statement = walled(_filtered(tuple(given)), SHIPMENTS.c.shop_id, shop_ids)
        parameters = {"before": before, "rows": asked, **given, **wall(shop_ids)}
        found = await self._session.rows(statement, parameters)
        shown = found[: asked - 1]
        after = to_cursor(shown[-1][0]) if len(found) == asked else None
        return Page(rows=tuple(_shipment_row(row) for row in shown), next_cursor=after)


@cache
def _filtered(names: tuple[str, ...]) -> Select[Any]:
    """One statement for each set of filters, made once."""
    statement = NEWEST
    for name in names:
        if name == "order_number":
            linked = select(SHIPMENT_ORDERS.c.shipment_id).where(
                SHIPMENT_ORDERS.c.order_number == bindparam("order_number"),
                SHIPMENT_ORDERS.c.shop_id == SHIPMENTS.c.shop_id,
            )
            statement = statement.where(SHIPMENTS.c.shipment_id.in_(linked))
        elif name == "tracking_number":
            called = ids_with_number(lambda number: number == bindparam("tracking_number"))
            statement = statement.where(SHIPMENTS.c.shipment_id.in_(called))
        else:
            statement = statement.where(SHIPMENTS.c[name] == bindparam(name))
    return statement


def _row(shipment: Shipment) -> dict[str, object]:
    return {
        "shipment_id": shipment.shipment_id,
        "shop_id": shipment.shop_id,
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "superseded": int(shipment.superseded),
        "facts": to_json(shipment),
    }


def _summary(shipment_id: str, journey: Journey) -> dict[str, object]:
    return {
        "which": shipment_id,
        "new_status": journey.status.value,
        "new_reason": journey.reason,
        "new_status_since": micros_or_none(journey.status_since),
        "new_delivered_at": micros_or_none(journey.delivered_at),
        "new_delivery_retracted": int(journey.delivery_retracted),
        "new_last_heard_at": micros_or_none(journey.last_heard_at),
        "new_last_scan_at": micros_or_none(journey.last_scan_at),
        "new_last_place": _place_line(journey),
    }


def _place_line(journey: Journey) -> str:
    place = journey.last_place
    if place is None:
        return ""
    if place.located is None:
        return place.raw.line
    located = place.located
    return ", ".join(part for part in (located.city, located.region, located.country) if part)


def _shipment_row(row: tuple[Any, ...]) -> ShipmentRow:
    _, facts, status, reason, since, delivered, retracted, heard, scanned, place = row
    return ShipmentRow(
        shipment=from_json(Shipment, facts),
        status=status,
        reason=reason,
        status_since=moment_or_none(since),
        delivered_at=moment_or_none(delivered),
        delivery_retracted=bool(retracted),
        last_heard_at=moment_or_none(heard),
        last_scan_at=moment_or_none(scanned),
        last_place=place,
    )
