"""Somebody wants news of an order now: its carriers and its marketplace are asked at once."""

from milepost.model.actions import Action
from milepost.ports.app import App
from milepost.ports.rows import OrderRow
from milepost.react import polls


async def ask_now(app: App, row: OrderRow) -> int:
    """Make every look at this order due now; how many looks that are. A rate budget still holds."""
    now = app.clock.now()
    facts = row.facts
    shipments = await app.store.shipment_rows(row.shipment_ids)
    looks: list[Action] = []
    for one in shipments.values():
        asked = app.who_to_ask(one.shipment.carrier)
        if asked is None or one.shipment.superseded:
            continue
        if (poll := polls.carrier_poll(one.shipment, now, asked=asked.key)) is not None:
            looks.append(poll)
    if facts.shop_id in {shop.shop_id for shop in await app.store.shops()}:
        looks.append(polls.look_at_order(facts.shop_id, facts.order_number, now))
        looks.append(polls.look_at_tracking(facts.shop_id, facts.order_number, now))
    async with app.store.transaction() as tx:
        await app.work.add(tx, looks)
    app.live.publish(["work"])
    return len(looks)
