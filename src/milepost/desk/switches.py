"""A buyer switches notices on or off: consent is kept with its time and wording."""

import re
from dataclasses import replace

from milepost.desk.confirming import confirmation_for
from milepost.desk.guessing import count_try
from milepost.desk.texting import text_channel
from milepost.model.people import Quiet, Subscription
from milepost.ports.app import App
from milepost.ports.notify import PushChannel, TextChannel
from milepost.record.links import browser_mark, digest
from milepost.telling import tell
from milepost.tongues.speech import mark, say

WEB_PUSH = "web_push"
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}")

WORDING = mark("Tell me about this order at this address until it arrives. I can stop it with one click.")
SMS_WORDING = mark(
    "Text me about this order until it arrives. My phone company may charge for it. Answer STOP to end it."
)
PUSH_WORDING = mark(
    "Show me news of this order on this device until it arrives. I can stop it with one click, here or there."
)
BROWSERS_MAX = 10
"""Browsers told of one order: a household has fewer, and whoever has more plays with us."""

MOVED_MAX = 200
"""Orders of one browser that move with it, the newest."""

NOT_THE_NUMBER = "address: write the phone number that was given with the order"


class SwitchError(Exception):
    """A switch cannot be set as asked; the text names the field and the fix."""


async def switch_on(
    app: App,
    *,
    shop_id: str,
    order_number: str,
    channel: str,
    address: str,
    only_problems: bool,
    quiet: Quiet | None = None,
    language: str = "",
) -> Subscription:
    """Start telling an address about an order. Raises SwitchError."""
    found = app.channels.get(channel)
    if found is None or not found.is_configured:
        raise SwitchError(f"channel: {channel!r} is not available here")
    wording = WORDING
    if isinstance(found, TextChannel):
        address, wording = await _number(app, found, shop_id, order_number, address), SMS_WORDING
    elif isinstance(found, PushChannel):
        await _check_browser(app, found, shop_id, order_number, address)
        wording = PUSH_WORDING
    elif not EMAIL.fullmatch(address.strip()):
        raise SwitchError("address: write an e-mail address as name@host")
    subscription = Subscription(
        order_number=order_number,
        shop_id=shop_id,
        channel=channel,
        address=address.strip(),
        only_problems=only_problems,
        consented_at=app.clock.now(),
        wording=say(wording),  # as it was shown
        quiet=quiet,
        language=language,
    )
    confirmation = await confirmation_for(app, subscription)
    async with app.store.transaction() as tx:
        await tx.put_subscription(subscription)
        if confirmation is not None and not isinstance(found, TextChannel):  # each text costs money
            await app.work.add(tx, await tell(tx, [confirmation], app, to=digest(subscription.address)))
    app.live.publish(["work"])
    return subscription


def quiet_of(from_time: str, to_time: str, zone: str | None) -> Quiet | None:
    """Quiet hours as a form tells them; two empty fields are none. Raises SwitchError."""
    if not from_time and not to_time:
        return None
    if not (CLOCK.fullmatch(from_time) and CLOCK.fullmatch(to_time)) or from_time == to_time:
        raise SwitchError("quiet: write both hours as HH:MM, and not the same, or leave both empty")
    return Quiet(from_time=from_time, to_time=to_time, zone=zone or "UTC")


async def switch_off(
    app: App, *, shop_id: str, order_number: str, channel: str | None = None, browser: str = ""
) -> int:
    """Stop telling anybody about an order through a channel (None: any); how many addresses that ended.

    `browser`: only the one with this mark.
    """
    now = app.clock.now()
    ended = [
        replace(one, ended_at=now)
        for one in await app.store.subscriptions(shop_id, order_number)
        if channel in (None, one.channel)
        and one.ended_at is None
        and browser in ("", browser_mark(one.address))
    ]
    async with app.store.transaction() as tx:
        for subscription in ended:
            await tx.put_subscription(subscription)
    return len(ended)


def push_channel(app: App) -> PushChannel | None:
    """The channel to browsers, if it is set up."""
    channel = app.channels.get(WEB_PUSH)
    return channel if isinstance(channel, PushChannel) and channel.is_configured else None


async def move_browser(app: App, old: str, new: str) -> int:
    """A browser is reached elsewhere now: what it was told of it is told of there; of how many orders.

    Whoever knows the old address with its secret is that browser. Both are as browsers tell them.
    """
    channel = push_channel(app)
    if channel is None or not old or old == new or channel.why_unreachable(new) is not None:
        return 0
    now = app.clock.now()
    told = [
        one
        for owned in await app.store.owned_by(old, MOVED_MAX)
        for one in await app.store.subscriptions(owned.shop_id, owned.order_number)
        if (one.channel, one.address, one.ended_at) == (channel.key, old, None)
    ]
    async with app.store.transaction() as tx:
        for one in told:
            await tx.put_subscription(replace(one, ended_at=now))
            await tx.put_subscription(replace(one, address=new))
    return len(told)


async def can_text(app: App, shop_id: str, order_number: str) -> bool:
    """Whether the order came with a phone number that text messages may go to."""
    channel = text_channel(app)
    number = await _number_of_order(app, channel, shop_id, order_number) if channel else None
    return channel is not None and number is not None and channel.why_not(number) is None


async def _check_browser(
    app: App, channel: PushChannel, shop_id: str, order_number: str, address: str
) -> None:
    """Raises SwitchError for one that is not sent to, and for one too many."""
    if why := channel.why_unreachable(address):
        raise SwitchError(f"browser: {why}")
    others = [
        one
        for one in await app.store.subscriptions(shop_id, order_number)
        if one.channel == channel.key and one.ended_at is None and one.address != address
    ]
    if len(others) >= BROWSERS_MAX:
        raise SwitchError(
            f"browser: {BROWSERS_MAX} browsers are told of this order; stop them all, then start anew"
        )


async def _number(app: App, channel: TextChannel, shop_id: str, order_number: str, typed: str) -> str:
    """The order's own number, if that is what was typed: no form sends texts to a number of one's choice.

    Each message costs money, and some prefixes pay whoever makes us send there (reliability.md A13, N-07).
    """
    async with app.store.transaction() as tx:  # a form that says which number is right is a way to find it
        tries = await count_try(tx, app, f"number:{shop_id}:{order_number}", "")
    number = await _number_of_order(app, channel, shop_id, order_number)
    row = await app.store.order(order_number, [shop_id])
    given = channel.number_of(typed, row.facts.destination.country if row else "")
    if number is None or given != number or not tries.is_open:
        raise SwitchError(NOT_THE_NUMBER)
    async with app.store.transaction() as tx:
        await tries.take_back(tx)
    if why := channel.why_not(number):
        raise SwitchError(f"address: {why}")
    if await app.store.has_opted_out(number):
        raise SwitchError("address: this number said STOP; send START from it to the number that wrote to it")
    return number


async def _number_of_order(app: App, channel: TextChannel, shop_id: str, order_number: str) -> str | None:
    row = await app.store.order(order_number, [shop_id])
    contact = await app.store.contact(shop_id, order_number)
    if row is None or not contact.phone:
        return None
    return channel.number_of(contact.phone, row.facts.destination.country)
