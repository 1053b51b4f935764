"""Finds orders by whatever a person has at hand: any number, or a buyer's e-mail, phone or postcode."""

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, select, union

from milepost.ports.store import OrderRow
from milepost.store.contact_index import indexes_of_text
from milepost.store.order_shelf import LISTED, order_rows
from milepost.store.shelf import Shelf, rows_to_ask, wall
from milepost.store.sql.compiled import Among
from milepost.store.tables import ORDERS, SHIPMENT_ORDERS, SHIPMENTS

TEXT_LENGTH_MAX = 320

# One question each, because each is answered by an index of its own.
MATCHES = (
    select(ORDERS.c.seq).where(ORDERS.c.order_number == bindparam("text")),
    select(ORDERS.c.seq)
    .select_from(
        SHIPMENTS.join(SHIPMENT_ORDERS, SHIPMENT_ORDERS.c.shipment_id == SHIPMENTS.c.shipment_id).join(
            ORDERS,
            (ORDERS.c.shop_id == SHIPMENT_ORDERS.c.shop_id)
            & (ORDERS.c.order_number == SHIPMENT_ORDERS.c.order_number),
        )
    )
    .where(SHIPMENTS.c.tracking_number.in_([bindparam("text"), bindparam("number")])),
    select(ORDERS.c.seq).where(ORDERS.c.email_index == bindparam("email")),
    select(ORDERS.c.seq).where(ORDERS.c.phone_index == bindparam("phone")),
    select(ORDERS.c.seq).where(ORDERS.c.postal_index == bindparam("postal")),
)
FOUND = LISTED.where(ORDERS.c.seq.in_(union(*MATCHES))).order_by(ORDERS.c.seq.desc()).limit(bindparam("rows"))
FOUND_BEHIND_WALL = FOUND.where(Among(ORDERS.c.shop_id, "shop_ids"))


class SearchReads(Shelf):
    async def search(self, text: str, shop_ids: Sequence[str] | None, limit: int) -> list[OrderRow]:
        """Exact matches only, newest order first; without contacts."""
        wanted = text.strip()[:TEXT_LENGTH_MAX]
        if not wanted:
            return []
        email, phone, postal = indexes_of_text(wanted, self._sealer)
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
