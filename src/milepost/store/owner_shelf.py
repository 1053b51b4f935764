"""Finds the orders of an e-mail address: those that came with it, and those it wants news of."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql

from milepost.model.people import Owned, Subscription, View
from milepost.store.contact_index import indexes_of_text
from milepost.store.shelf import Shelf, replaced, rows_to_ask
from milepost.store.tables import CONTACT_LINKS, ORDERS, SUBSCRIPTIONS
from milepost.store.values import from_json, micros

NOBODY = "-"
"""Where an address has no index: no row has this one."""

_link = postgresql.insert(CONTACT_LINKS)
PUT_LINK = _link.on_conflict_do_update(
    index_elements=[CONTACT_LINKS.c.token_hash], set_=replaced(_link, CONTACT_LINKS, "token_hash")
)
LINK = select(CONTACT_LINKS.c.email_index, CONTACT_LINKS.c.address_index).where(
    CONTACT_LINKS.c.token_hash == bindparam("token_hash"), CONTACT_LINKS.c.expires_at > bindparam("now")
)
BY_EMAIL = (
    select(ORDERS.c.order_number, ORDERS.c.shop_id)
    .where(ORDERS.c.email_index == bindparam("email"))
    .order_by(ORDERS.c.seq.desc())
    .limit(bindparam("rows"))
)
BY_SUBSCRIPTION = (
    select(
        SUBSCRIPTIONS.c.order_number,
        SUBSCRIPTIONS.c.shop_id,
        SUBSCRIPTIONS.c.channel,
        SUBSCRIPTIONS.c.address_index,
        SUBSCRIPTIONS.c.sealed,
    )
    .where(SUBSCRIPTIONS.c.address_index == bindparam("address"))
    .order_by(SUBSCRIPTIONS.c.seq.desc())
    .limit(bindparam("rows"))
)


class OwnerWrites(Shelf):
    async def put_contact_link(self, token_hash: str, address: str, expires_at: datetime) -> None:
        email, place = _indexes(self, address)
        row = {
            "token_hash": token_hash,
            "email_index": email,
            "address_index": place,
            "expires_at": micros(expires_at),
        }
        await self._session.run(PUT_LINK, [row])


class OwnerReads(Shelf):
    async def owned(
        self, token_hash: str, now: datetime, limit: int, order_number: str | None = None
    ) -> list[Owned] | None:
        """Orders of the address a link was made for (or one of them); None: no such link, or not any more."""
        found = await self._session.rows(LINK, {"token_hash": token_hash, "now": micros(now)})
        if not found:
            return None
        owned = await self._owned(found[0][0], found[0][1], limit)
        return [one for one in owned if order_number in (None, one.order_number)]

    async def owned_by(self, address: str, limit: int) -> list[Owned]:
        """Orders that came with this e-mail address, and those it wants news of now."""
        return await self._owned(*_indexes(self, address), limit)

    async def _owned(self, email: str, address: str, limit: int) -> list[Owned]:
        rows = rows_to_ask(limit) - 1
        found = {
            (shop_id, number): View.FULL
            for number, shop_id in await self._session.rows(BY_EMAIL, {"email": email, "rows": rows})
        }
        for number, shop_id, channel, index, sealed in await self._session.rows(
            BY_SUBSCRIPTION, {"address": address, "rows": rows}
        ):
            place = (shop_id, number, channel, index)
            told = from_json(Subscription, self._sealer.open(sealed, "subscriptions", place))
            if told.ended_at is None:
                found.setdefault((shop_id, number), View.TOWN)
        return [
            Owned(order_number=number, shop_id=shop_id, view=view)
            for (shop_id, number), view in found.items()
        ][:rows]


def _indexes(shelf: Shelf, address: str) -> tuple[str, str]:
    """As orders and as subscriptions are found."""
    plain = address.strip().casefold()
    email, _, _ = indexes_of_text(plain, shelf._sealer)  # noqa: SLF001 - the shelves are ours
    return email or NOBODY, shelf._sealer.blind("address", plain)  # noqa: SLF001
