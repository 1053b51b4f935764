"""A buyer switches notices on or off: consent is kept with its time and wording."""

import re

from milepost.model.people import Subscription
from milepost.ports.app import App

EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}")

WORDING = "Tell me about this order at this address until it arrives. I can stop it with one click."


class SwitchError(Exception):
    """A switch cannot be set as asked; the text names the field and the fix."""


async def switch_on(
    app: App, *, shop_id: str, order_number: str, channel: str, address: str, only_problems: bool
) -> Subscription:
    """Start telling an address about an order. Raises SwitchError."""
    found = app.channels.get(channel)
    if found is None or not found.is_configured:
        raise SwitchError(f"channel: {channel!r} is not available here")
    if not EMAIL.fullmatch(address.strip()):
        raise SwitchError("address: write an e-mail address as name@host")
    subscription = Subscription(
        order_number=order_number,
        shop_id=shop_id,
        channel=channel,
        address=address.strip(),
        only_problems=only_problems,
        consented_at=app.clock.now(),
        wording=WORDING,
    )
    async with app.store.transaction() as tx:
        await tx.put_subscription(subscription)
    return subscription


async def switch_off(app: App, *, shop_id: str, order_number: str, channel: str) -> int:
    """Stop telling anybody about an order through a channel; how many addresses that ended."""
    now = app.clock.now()
    ended = [
        Subscription(
            order_number=one.order_number,
            shop_id=one.shop_id,
            channel=one.channel,
            address=one.address,
            only_problems=one.only_problems,
            consented_at=one.consented_at,
            wording=one.wording,
            ended_at=now,
        )
        for one in await app.store.subscriptions(shop_id, order_number)
        if one.channel == channel and one.ended_at is None
    ]
    async with app.store.transaction() as tx:
        for subscription in ended:
            await tx.put_subscription(subscription)
    return len(ended)
