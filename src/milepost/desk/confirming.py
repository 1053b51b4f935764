"""The confirmation of an order, mailed once to each address that asked for news of it."""

from milepost.model.notices import Audience, Notice
from milepost.model.people import Subscription
from milepost.model.promises import DELIVERY, Promise
from milepost.ports.app import App
from milepost.ports.rows import OrderRow
from milepost.record.links import digest

TEMPLATE = "confirmation"
ITEMS_LENGTH_MAX = 400


async def confirmation_for(app: App, subscription: Subscription) -> Notice | None:
    """What was ordered, as far as it is told of; None when the order is gone. No name, no street."""
    shop_id, number = subscription.shop_id, subscription.order_number
    row = await app.store.order(number, [shop_id])
    if row is None:
        return None
    promises = await app.store.promises(shop_id, number)
    whose = digest(subscription.address.casefold())[:16]
    return Notice(
        key=f"{TEMPLATE}:{shop_id}:{number}:{whose}:buyer:{subscription.channel}",
        shop_id=shop_id,
        order_number=number,
        shipment_id=None,
        audience=Audience.BUYER,
        channel=subscription.channel,
        template=TEMPLATE,
        facts=_facts(row, promises),
        created_at=subscription.consented_at,
    )


def _facts(row: OrderRow, promises: list[Promise]) -> dict[str, str]:
    facts, to = row.facts, row.facts.destination
    items = "; ".join(
        f"{one.quantity} × {one.title}{f' ({one.variant})' if one.variant else ''}" for one in facts.items
    )
    told = [one for one in promises if one.name == DELIVERY]
    standing = max(told, key=lambda one: one.said_at, default=None)
    return {
        "items": items if len(items) <= ITEMS_LENGTH_MAX else f"{items[:ITEMS_LENGTH_MAX]}…",
        "to": ", ".join(part for part in (to.city, to.region, to.country) if part),
        "placed_at": facts.placed_at.isoformat() if facts.placed_at else "",
        "promised_from": standing.from_at.isoformat() if standing and standing.from_at else "",
        "promised_to": standing.to_at.isoformat() if standing else "",
    }
