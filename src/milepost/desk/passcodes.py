"""A code sent to the contact on file opens the full view: a postcode or phone alone never does (A1)."""

import time

from milepost.desk.guessing import count_try
from milepost.desk.lookup import NUMBER_LENGTH_MAX, Earned, rest_of_answer
from milepost.desk.texting import SMS, text_channel
from milepost.model.notices import LANGUAGE, PASSCODE, Audience, Notice
from milepost.model.orders import Contact, OrderFacts
from milepost.ports.app import App
from milepost.record.links import passcode_hash, plain_passcode
from milepost.telling import tell
from milepost.tongues.speech import spoken

MAIL = "email"
ASKED_MAX = 3
"""Codes sent for one order in a day: the form is no way to fill somebody's mailbox."""


async def ask_passcode(app: App, order_number: str, client: str = "") -> None:
    """Send a code, if the order is ours and we can write to its contact; nobody is told which.

    Raises TooManyGuessesError.
    """
    started = time.monotonic()
    try:
        await _ask(app, order_number.strip()[:NUMBER_LENGTH_MAX], client)
    finally:
        await rest_of_answer(started)


async def use_passcode(app: App, order_number: str, typed: str, client: str = "") -> Earned | None:
    """The order, if that is the code that was sent for it; it works once. Raises TooManyGuessesError."""
    started = time.monotonic()
    try:
        return await _use(app, order_number.strip()[:NUMBER_LENGTH_MAX], plain_passcode(typed), client)
    finally:
        await rest_of_answer(started)


async def passcode_channel(app: App, facts: OrderFacts, contact: Contact) -> str | None:
    """By which channel a code would go to the contact on file; None: by none."""
    mail, texts = app.channels.get(MAIL), text_channel(app)
    if contact.email and mail is not None and mail.is_configured:
        return MAIL
    number = texts.number_of(contact.phone, facts.destination.country) if texts and contact.phone else None
    if texts is None or number is None or texts.why_not(number) is not None:
        return None
    return None if await app.store.has_opted_out(number) else SMS


async def _ask(app: App, order_number: str, client: str) -> None:
    row = await app.store.order(order_number)
    shop_id = row.facts.shop_id if row else ""
    contact = await app.store.contact(shop_id, order_number)
    channel = await passcode_channel(app, row.facts, contact) if row else None
    now = app.clock.now()
    notice = Notice(
        key=f"{PASSCODE}:{shop_id}:{order_number}:{now.isoformat()}:buyer:{channel}",
        shop_id=shop_id,
        order_number=order_number,
        shipment_id=None,
        audience=Audience.BUYER,
        channel=channel or "",
        template=PASSCODE,
        facts={LANGUAGE: spoken().tag},
        created_at=now,
    )
    async with app.store.transaction() as tx:
        subject = f"passcode asked:{order_number.casefold()}"
        tries = await count_try(tx, app, subject, client, most=ASKED_MAX)
        if tries.is_open and channel is not None:
            await app.work.add(tx, await tell(tx, [notice], app))
    app.live.publish(["work"])


async def _use(app: App, order_number: str, code: str, client: str) -> Earned | None:
    async with app.store.transaction() as tx:
        tries = await count_try(tx, app, f"passcode:{order_number.casefold()}", client)
        hashed = passcode_hash(order_number if tries.is_open else "", code)
        link = await tx.use_link(hashed, app.clock.now())
        if link is None:
            return None
        await tries.take_back(tx)
    return Earned(order_number=link.order_number, shop_id=link.shop_id, view=link.view)
