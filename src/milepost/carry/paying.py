"""Messages that cost money: set aside before they are sent, and never more in a day than somebody allowed."""

from milepost.model.notices import Message, Notice, Recipient, shop_notice
from milepost.ports.app import App
from milepost.ports.notify import TextChannel
from milepost.ports.texts import Paid
from milepost.record.links import digest
from milepost.telling import tell

INBOX = "inbox"
UNPAID = {
    Paid.OPTED_OUT: "the number wants no messages (STOP)",
    Paid.NUMBER: "the number got as many today as it may (sms.per_number_per_day)",
    Paid.MONEY: "today's money is spent (sms.day_money)",
}


async def why_unpaid(
    notice: Notice, recipient: Recipient, message: Message, channel: TextChannel, app: App
) -> str | None:
    """Why a message that costs money is not sent, or None once its money is set aside.

    Set aside before it is sent: a worker that dies in between has spent too much on paper, never in life.
    """
    if why := channel.why_not(recipient.address):
        return why
    fare = channel.fare(message, recipient)
    day = app.clock.now().date().isoformat()
    key = f"{notice.key}:{digest(recipient.address)[:16]}"
    async with app.store.transaction() as tx:
        paid = await tx.pay_fare(key, notice.shop_id, fare, day)
    if paid is Paid.MONEY:
        await _say_money_is_spent(notice.shop_id, day, app)
    return None if paid is Paid.YES else UNPAID[paid]


async def _say_money_is_spent(shop_id: str, day: str, app: App) -> None:
    """The seller reads it in the inbox, once a day."""
    notice = shop_notice(
        key=f"sms_stopped:{shop_id}:{day}:seller:{INBOX}",
        shop_id=shop_id,
        channel=INBOX,
        template="sms_stopped",
        facts={"day": day},
        created_at=app.clock.now(),
    )
    async with app.store.transaction() as tx:
        await app.work.add(tx, await tell(tx, [notice], app))
