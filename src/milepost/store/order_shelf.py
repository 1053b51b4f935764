"""Keeps orders: every version a source told, and which one is current."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql

from milepost.model.orders import Contact, OrderFacts, OrderOutline
from milepost.ports.rows import OrderRow, Page
from milepost.ports.store import OrderKey
from milepost.store.contact_index import indexes, indexes_of_text, matches
from milepost.store.sealing import Sealer
from milepost.store.shelf import Shelf, replaced, rows_to_ask, wall, walled
from milepost.store.sql.engine import Session
from milepost.store.tables import EXCEPTIONS, ORDER_VERSIONS, ORDERS, SHIPMENT_ORDERS
from milepost.store.values import (
    INTEGER_MAX,
    from_cursor,
    from_json,
    micros,
    micros_or_none,
    moment_or_none,
    to_cursor,
    to_json,
)

NO_CONTACT = Contact()
VERSION = ORDERS.join(ORDER_VERSIONS, ORDER_VERSIONS.c.seq == ORDERS.c.version)
SAME_ORDER = (ORDERS.c.shop_id == bindparam("shop_id"), ORDERS.c.order_number == bindparam("order_number"))

CURRENT = select(ORDER_VERSIONS.c.facts, ORDERS.c.heard_at, ORDER_VERSIONS.c.digest, ORDER_VERSIONS.c.sealed)
CURRENT = CURRENT.select_from(VERSION).where(*SAME_ORDER)
HEARD_AGAIN = (
    update(ORDERS)
    .where(
        ORDERS.c.shop_id == bindparam("shop"),
        ORDERS.c.order_number == bindparam("number"),
        ORDERS.c.digest == bindparam("said"),
    )
    .values(heard_at=bindparam("heard"))
)
ADD_VERSION = insert(ORDER_VERSIONS).returning(ORDER_VERSIONS.c.seq)
_put = postgresql.insert(ORDERS)
PUT_ORDER = _put.on_conflict_do_update(
    index_elements=[ORDERS.c.shop_id, ORDERS.c.order_number],
    set_=replaced(_put, ORDERS, "shop_id", "order_number"),
)

LISTED = select(ORDERS.c.seq, ORDER_VERSIONS.c.facts, ORDERS.c.heard_at).select_from(VERSION)
BY_NUMBER = LISTED.where(ORDERS.c.order_number == bindparam("order_number")).order_by(ORDERS.c.seq)
BY_KEY = LISTED.where(*SAME_ORDER)
NEWEST = (
    LISTED.where(ORDERS.c.seq < bindparam("before")).order_by(ORDERS.c.seq.desc()).limit(bindparam("rows"))
)
INDEXES = (
    select(ORDERS.c.shop_id, ORDERS.c.email_index, ORDERS.c.phone_index, ORDERS.c.postal_index)
    .where(ORDERS.c.order_number == bindparam("order_number"))
    .order_by(ORDERS.c.seq)
    .limit(bindparam("rows"))
)
SHOPS_MAX = 20
"""Shops that may use one order number; further ones are opened by their links only."""

NOBODYS_ORDER = ("", None, None, None)

OPEN_EXCEPTIONS = (
    select(func.count())
    .select_from(EXCEPTIONS)
    .where(EXCEPTIONS.c.shipment_id == SHIPMENT_ORDERS.c.shipment_id, EXCEPTIONS.c.resolved_at.is_(None))
    .scalar_subquery()
)
SHIPMENTS_OF = (
    select(*SHIPMENT_ORDERS.columns, OPEN_EXCEPTIONS)
    .where(
        SHIPMENT_ORDERS.c.shop_id == bindparam("shop_id"),
        SHIPMENT_ORDERS.c.order_number == bindparam("order_number"),
    )
    .order_by(SHIPMENT_ORDERS.c.shipment_id)
)


class OrderWrites(Shelf):
    async def orders(self, keys: Iterable[OrderKey]) -> dict[OrderKey, OrderFacts]:
        """The current facts, contact included."""
        found = await self._session.each(CURRENT, parameters_of(keys))
        facts = [_with_contact(row, self._sealer) for row in found]
        return {(one.shop_id, one.order_number): one for one in facts}

    async def order_outlines(self, keys: Iterable[OrderKey]) -> dict[OrderKey, OrderOutline]:
        """When each was placed and where it goes, as it is now known."""
        found = await self._session.each(BY_KEY, parameters_of(keys))
        outlines = [from_json(OrderOutline, text) for _, text, _ in found]
        return {(one.shop_id, one.order_number): one for one in outlines}

    async def put_order(self, facts: OrderFacts, heard_at: datetime, report_hash: str) -> None:
        """Append this version and make it the current one; the same as the current one adds nothing."""
        key = {"shop_id": facts.shop_id, "order_number": facts.order_number}
        plain = to_json(replace(facts, contact=NO_CONTACT, heard_at=None))
        contact = msgspec.json.encode(facts.contact)
        digest = self._sealer.blind("order version", plain + "\x1f" + contact.decode())
        heard = micros_or_none(facts.heard_at)
        again = {"shop": facts.shop_id, "number": facts.order_number, "said": digest, "heard": heard}
        if await self._session.run(HEARD_AGAIN, [again]):
            return
        place = (facts.shop_id, facts.order_number, digest)
        version = {
            **key,
            "heard_at": micros(heard_at),
            "report_hash": report_hash,
            "digest": digest,
            "facts": plain,
            "sealed": self._sealer.seal(contact, "order_versions", place),
        }
        seq = (await self._session.each(ADD_VERSION, [version]))[0][0]
        email, phone, postal = indexes(facts.contact, self._sealer)
        now = {"version": seq, "digest": digest, "heard_at": heard}
        findable = {"email_index": email, "phone_index": phone, "postal_index": postal}
        await self._session.run(PUT_ORDER, [{**key, **now, **findable}])


class OrderReads(Shelf):
    async def order(self, order_number: str, shop_ids: Sequence[str] | None = None) -> OrderRow | None:
        """The order, without its contact. The first one seen, should two shops use one number."""
        statement = walled(BY_NUMBER, ORDERS.c.shop_id, shop_ids)
        found = await self._session.rows(statement, {"order_number": order_number, **wall(shop_ids)})
        return next(iter(await order_rows(self._session, found[:1])), None)

    async def orders(
        self, *, shop_ids: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page[OrderRow]:
        """Newest first, by when we first heard of them; without contacts. Raises CursorError."""
        (before,) = from_cursor(cursor, (INTEGER_MAX,))
        asked = rows_to_ask(limit)
        statement = walled(NEWEST, ORDERS.c.shop_id, shop_ids)
        found = await self._session.rows(statement, {"before": before, "rows": asked, **wall(shop_ids)})
        shown = found[: asked - 1]
        after = to_cursor(shown[-1][0]) if len(found) == asked else None
        return Page(rows=tuple(await order_rows(self._session, shown)), next_cursor=after)

    async def contact(self, shop_id: str, order_number: str) -> Contact:
        """Who gets it; empty for an unknown order."""
        found = await self._session.each(CURRENT, parameters_of([(shop_id, order_number)]))
        return _with_contact(found[0], self._sealer).contact if found else NO_CONTACT

    async def shop_matching(self, order_number: str, factor: str) -> str | None:
        """The shop whose order has this number and factor; the same work for known and unknown."""
        given = indexes_of_text(factor, self._sealer)
        found = await self._session.rows(INDEXES, {"order_number": order_number, "rows": SHOPS_MAX})
        right = None
        for shop_id, email, phone, postal in found or [NOBODYS_ORDER]:
            if matches(given, (email, phone, postal)) and right is None:
                right = str(shop_id)
        return right


def parameters_of(keys: Iterable[OrderKey]) -> list[dict[str, str]]:
    return [{"shop_id": shop_id, "order_number": number} for shop_id, number in dict.fromkeys(keys)]


async def order_rows(session: Session, found: Sequence[tuple[Any, ...]]) -> list[OrderRow]:
    """Rows of `LISTED` with what lists show beside the facts."""
    facts = [_facts(text, heard) for _, text, heard in found]
    keys = [(one.shop_id, one.order_number) for one in facts]
    shipments: dict[OrderKey, list[tuple[str, int]]] = {key: [] for key in keys}
    for shop_id, number, shipment_id, exceptions in await session.each(SHIPMENTS_OF, parameters_of(keys)):
        shipments[shop_id, number].append((shipment_id, exceptions))
    return [
        OrderRow(
            facts=one,
            shipment_ids=tuple(shipment_id for shipment_id, _ in shipments[key]),
            open_exceptions=sum(exceptions for _, exceptions in shipments[key]),
        )
        for one, key in zip(facts, keys, strict=True)
    ]


def _facts(text: str, heard: int | None) -> OrderFacts:
    return replace(from_json(OrderFacts, text), heard_at=moment_or_none(heard))


def _with_contact(row: tuple[Any, ...], sealer: Sealer) -> OrderFacts:
    facts, digest, sealed = _facts(row[0], row[1]), row[2], row[3]
    place = (facts.shop_id, facts.order_number, digest)
    contact = from_json(Contact, sealer.open(sealed, "order_versions", place))
    return replace(facts, contact=contact)
