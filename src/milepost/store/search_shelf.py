"""Finds orders by whatever a person has at hand: any number, or a buyer's e-mail, phone or postcode."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select, union
from sqlalchemy.sql.elements import ColumnElement

from milepost.ports.rows import OrderRow
from milepost.store.contact_index import indexes_of_text
from milepost.store.order_shelf import LISTED, order_rows
from milepost.store.shelf import Shelf, rows_to_ask, wall
from milepost.store.shipment_shelf import ids_with_number
from milepost.store.sql.compiled import Among
from milepost.store.tables import ORDERS, SHIPMENT_ORDERS, SHIPMENTS

TEXT_LENGTH_MAX = 320
POSTCODE_LENGTH_MAX = 12
PHONE_DIGITS_MAX = 15  # ITU E.164


def _newest(column: ColumnElement[Any], name: str, *, walled: bool) -> Select[Any]:
    """The newest orders by one index; no more than are shown, however many share a postcode."""
    found = select(ORDERS.c.seq).where(column == bindparam(name))
    if walled:
        found = found.where(Among(ORDERS.c.shop_id, "shop_ids"))
    newest = found.order_by(ORDERS.c.seq.desc()).limit(bindparam("rows")).subquery()
    return select(newest.c.seq)


def _found(*, walled: bool) -> Select[Any]:
    """One question for each way an order can be found, because each is answered by an index of its own."""
    joined = SHIPMENTS.join(SHIPMENT_ORDERS, SHIPMENT_ORDERS.c.shipment_id == SHIPMENTS.c.shipment_id).join(
        ORDERS,
        (ORDERS.c.shop_id == SHIPMENT_ORDERS.c.shop_id)
        & (ORDERS.c.order_number == SHIPMENT_ORDERS.c.order_number),
    )
    called_so = ids_with_number(lambda number: number.in_([bindparam("text"), bindparam("number")]))
    by_parcel = select(ORDERS.c.seq).select_from(joined).where(SHIPMENTS.c.shipment_id.in_(called_so))
    if walled:
        by_parcel = by_parcel.where(Among(ORDERS.c.shop_id, "shop_ids"))
    matches = union(
        _newest(ORDERS.c.order_number, "text", walled=walled),
        by_parcel,
        _newest(ORDERS.c.email_index, "email", walled=walled),
        _newest(ORDERS.c.phone_index, "phone", walled=walled),
        _newest(ORDERS.c.postal_index, "postal", walled=walled),
    )
    return LISTED.where(ORDERS.c.seq.in_(matches)).order_by(ORDERS.c.seq.desc()).limit(bindparam("rows"))


FOUND, FOUND_BEHIND_WALL = _found(walled=False), _found(walled=True)


class SearchReads(Shelf):
    async def search(self, text: str, shop_ids: Sequence[str] | None, limit: int) -> list[OrderRow]:
        """Exact matches only, newest order first; without contacts."""
        wanted = text.strip()[:TEXT_LENGTH_MAX]
        if not wanted:
            return []
        email, phone, postal = indexes_of_text(wanted, self._sealer)
        if sum(map(str.isdigit, wanted)) > PHONE_DIGITS_MAX:
            phone = None  # an order number ends like somebody's phone
        if len(wanted) > POSTCODE_LENGTH_MAX:
            postal = None
        parameters = {
            "text": wanted,
            "number": re.sub(r"[\s-]", "", wanted).upper(),  # tracking numbers are printed in groups
            "email": email,
            "phone": phone,
            "postal": postal,
            "rows": rows_to_ask(limit) - 1,
            **wall(shop_ids),
        }
        statement = FOUND if shop_ids is None else FOUND_BEHIND_WALL
        return await order_rows(self._session, await self._session.rows(statement, parameters))
