"""Keeps delivery exceptions: opened, and resolved when they are over."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects import postgresql

from milepost.model.exceptions import DeliveryException, Mover, Severity
from milepost.model.statuses import BEFORE_ACCEPTANCE, TERMINAL, Status
from milepost.ports.rows import Page
from milepost.store.shelf import Shelf, replaced, rows_to_ask, texts, wall, walled
from milepost.store.sql.compiled import Among
from milepost.store.tables import EVENTS, EXCEPTIONS, ORDERS, SHIPMENTS
from milepost.store.values import from_cursor, from_json, micros, micros_or_none, to_cursor, to_json

RANK = {severity: number for number, severity in enumerate(Severity)}  # worst first
STILL = {*TERMINAL, *BEFORE_ACCEPTANCE, Status.UNKNOWN}  # statuses in which nothing moves
FIRST_PAGE = (-1, 0, 0)

_put = postgresql.insert(EXCEPTIONS)
PUT = _put.on_conflict_do_update(index_elements=[EXCEPTIONS.c.key], set_=replaced(_put, EXCEPTIONS, "key"))
OPEN_OF = (
    select(EXCEPTIONS.c.facts)
    .where(Among(EXCEPTIONS.c.shipment_id, "ids"), EXCEPTIONS.c.resolved_at.is_(None))
    .order_by(EXCEPTIONS.c.seq)
)
# Spelled out rather than compared as a row, so that both engines walk the index from the cursor on.
AFTER = or_(
    EXCEPTIONS.c.rank > bindparam("rank"),
    and_(
        EXCEPTIONS.c.rank == bindparam("rank"),
        or_(
            EXCEPTIONS.c.opened_at > bindparam("opened_at"),
            and_(EXCEPTIONS.c.opened_at == bindparam("opened_at"), EXCEPTIONS.c.seq > bindparam("seq")),
        ),
    ),
)
WORST = (
    select(EXCEPTIONS.c.rank, EXCEPTIONS.c.opened_at, EXCEPTIONS.c.seq, EXCEPTIONS.c.facts)
    .where(EXCEPTIONS.c.rank >= bindparam("rank"), AFTER)
    .order_by(EXCEPTIONS.c.rank, EXCEPTIONS.c.opened_at, EXCEPTIONS.c.seq)
    .limit(bindparam("rows"))
)
ENDED = (
    select(EXCEPTIONS.c.facts)
    .where(EXCEPTIONS.c.resolved_at.is_not(None))
    .order_by(EXCEPTIONS.c.seq.desc())
    .limit(bindparam("limit"))
)

ORDER_COUNT = select(func.count()).select_from(ORDERS)
SHIPMENT_COUNTS = select(SHIPMENTS.c.status, SHIPMENTS.c.superseded, func.count()).group_by(
    SHIPMENTS.c.status, SHIPMENTS.c.superseded
)
OPEN_COUNTS = (
    select(EXCEPTIONS.c.mover, func.count())
    .where(EXCEPTIONS.c.resolved_at.is_(None))
    .group_by(EXCEPTIONS.c.mover)
)
IN_TROUBLE = (
    select(EXCEPTIONS.c.seq)
    .where(EXCEPTIONS.c.shipment_id == SHIPMENTS.c.shipment_id, EXCEPTIONS.c.resolved_at.is_(None))
    .exists()
)
ON_TRACK = (
    select(func.count())
    .select_from(SHIPMENTS)
    .where(
        SHIPMENTS.c.status.not_in([literal_column(f"'{status}'") for status in sorted(STILL)]),
        SHIPMENTS.c.superseded == 0,
        ~IN_TROUBLE,
    )
)
UNKNOWN_COUNT = select(func.count()).select_from(EVENTS).where(EVENTS.c.status == literal_column("'unknown'"))


class ExceptionWrites(Shelf):
    async def open_exceptions(self, shipment_ids: Iterable[str]) -> list[DeliveryException]:
        found = await self._session.rows(OPEN_OF, {"ids": texts(shipment_ids)})
        return [from_json(DeliveryException, row[0]) for row in found]

    async def put_exceptions(self, exceptions: Iterable[DeliveryException]) -> None:
        """Add or replace by key."""
        rows = [_row(exception) for exception in exceptions]
        if rows:
            await self._session.run(PUT, rows)


class ExceptionReads(Shelf):
    async def ended_exceptions(self, limit: int) -> list[DeliveryException]:
        """Of every shop, the newest first."""
        found = await self._session.rows(ENDED, {"limit": limit})
        return [from_json(DeliveryException, row[0]) for row in found]

    async def exceptions(
        self,
        *,
        shop_ids: Sequence[str] | None,
        cursor: str | None,
        limit: int,
        only_open: bool = True,
        mover: str | None = None,
        shipment_id: str | None = None,
    ) -> Page[DeliveryException]:
        """Worst severity first, then oldest. Raises CursorError."""
        rank, opened_at, seq = from_cursor(cursor, FIRST_PAGE)
        asked = rows_to_ask(limit)
        filters = {"mover": mover, "shipment_id": shipment_id}
        given = {name: value for name, value in filters.items() if value is not None}
        statement = walled(_filtered(tuple(given), only_open=only_open), EXCEPTIONS.c.shop_id, shop_ids)
        place = {"rank": rank, "opened_at": opened_at, "seq": seq, "rows": asked}
        found = await self._session.rows(statement, {**place, **given, **wall(shop_ids)})
        shown = found[: asked - 1]
        after = to_cursor(*shown[-1][:3]) if len(found) == asked else None
        rows = tuple(from_json(DeliveryException, row[3]) for row in shown)
        return Page(rows=rows, next_cursor=after)

    async def counts(self, shop_ids: Sequence[str] | None) -> dict[str, int]:
        """As the port says. On track: moving, and nothing is wrong.

        A number the marketplace replaced by another counts neither as moving nor as delivered.
        """
        orders = await self._counted(ORDER_COUNT, ORDERS.c.shop_id, shop_ids)
        shipments = await self._counted(SHIPMENT_COUNTS, SHIPMENTS.c.shop_id, shop_ids)
        exceptions = await self._counted(OPEN_COUNTS, EXCEPTIONS.c.shop_id, shop_ids)
        on_track = await self._counted(ON_TRACK, SHIPMENTS.c.shop_id, shop_ids)
        unknown = await self._counted(UNKNOWN_COUNT, EVENTS.c.shop_id, shop_ids)
        current = [(status, number) for status, superseded, number in shipments if not superseded]
        return {
            "orders": orders[0][0],
            "shipments": sum(row[-1] for row in shipments),
            "moving": sum(number for status, number in current if status not in STILL),
            "on_track": on_track[0][0],
            "delivered": sum(number for status, number in current if status == Status.DELIVERED),
            "exceptions_open": sum(number for _, number in exceptions),
            **{
                f"needs_{mover}": sum(number for one, number in exceptions if one == mover)
                for mover in (Mover.SELLER, Mover.BUYER, Mover.CARRIER)
            },
            "unknown_events": unknown[0][0],
        }

    async def _counted(
        self, statement: Select[Any], column: Any, shop_ids: Sequence[str] | None
    ) -> list[tuple[Any, ...]]:
        return await self._session.rows(walled(statement, column, shop_ids), wall(shop_ids))


@cache
def _filtered(names: tuple[str, ...], *, only_open: bool) -> Select[Any]:
    """One statement for each set of filters, made once."""
    statement: Select[Any] = WORST
    if only_open:
        statement = statement.where(EXCEPTIONS.c.resolved_at.is_(None))
    for name in names:
        statement = statement.where(EXCEPTIONS.c[name] == bindparam(name))
    return statement


def _row(exception: DeliveryException) -> dict[str, object]:
    return {
        "key": exception.key,
        "shop_id": exception.shop_id,
        "shipment_id": exception.shipment_id,
        "mover": exception.mover.value,
        "rank": RANK[exception.severity],
        "opened_at": micros(exception.opened_at),
        "resolved_at": micros_or_none(exception.resolved_at),
        "facts": to_json(exception),
    }
