"""My orders: a link by mail shows every order of the address it was sent to, without any account."""

import time

from milepost.desk.guessing import count_try
from milepost.desk.lookup import rest_of_answer
from milepost.desk.switches import EMAIL
from milepost.model.notices import LANGUAGE, MY_ORDERS, Audience, Notice
from milepost.model.people import Owned
from milepost.ports.app import App
from milepost.record.links import digest
from milepost.telling import tell
from milepost.tongues.speech import spoken

MAIL = "email"
ASKED_MAX = 3
"""Links sent to one address in a day."""

SHOWN_MAX = 30
"""Orders on the page, newest first."""

ADDRESS_LENGTH_MAX = 254


def can_send(app: App) -> bool:
    """Whether there is mail to send a link by."""
    channel = app.channels.get(MAIL)
    return channel is not None and channel.is_configured


async def ask_for_link(app: App, address: str, client: str = "") -> None:
    """Send a link, if any order is this address's; nobody is told. Raises TooManyGuessesError."""
    started = time.monotonic()
    try:
        await _ask(app, address.strip()[:ADDRESS_LENGTH_MAX], client)
    finally:
        await rest_of_answer(started)


async def my_orders(app: App, token: str) -> list[Owned] | None:
    """What a link shows; None for a wrong or an expired one."""
    return await app.store.owned(digest(token), app.clock.now(), SHOWN_MAX) if token else None


async def _ask(app: App, address: str, client: str) -> None:
    known = await app.store.owned_by(address, 1) if EMAIL.fullmatch(address) else []
    on_file = await _as_on_file(app, known[0], address) if known else None
    now = app.clock.now()
    async with app.store.transaction() as tx:
        tries = await count_try(tx, app, f"mine:{address.casefold()}", client, most=ASKED_MAX)
        if tries.is_open and on_file is not None and can_send(app):
            notice = Notice(
                key=f"{MY_ORDERS}:{digest(on_file)[:16]}:{now.isoformat()}:buyer:{MAIL}",
                shop_id=known[0].shop_id,
                order_number=known[0].order_number,
                shipment_id=None,
                audience=Audience.BUYER,
                channel=MAIL,
                template=MY_ORDERS,
                facts={LANGUAGE: spoken().tag},
                created_at=now,
            )
            await app.work.add(tx, await tell(tx, [notice], app, to=digest(on_file)))
    app.live.publish(["work"])


async def _as_on_file(app: App, one: Owned, address: str) -> str | None:
    """The address as it was written with the order or the subscription: a mail goes to no other spelling."""
    contact = await app.store.contact(one.shop_id, one.order_number)
    found = await app.store.subscriptions(one.shop_id, one.order_number)
    known = [contact.email or "", *(told.address for told in found if told.ended_at is None)]
    return next((told for told in known if told.strip().casefold() == address.casefold()), None)
