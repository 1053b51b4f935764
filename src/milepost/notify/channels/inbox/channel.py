"""Notices for those who work with the shop, read where they work; the store keeps them."""

from milepost.model.notices import Message, Notice, Recipient
from milepost.ports.notify import SendResult, Sent
from milepost.settings import Settings


class InboxChannel:
    """Always there. Whoever carries a notice out writes it to the store's inbox with its outcome."""

    key = "inbox"
    is_configured = True

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """Nothing leaves the house, so nothing can fail here."""
        return SendResult(outcome=Sent.SENT, detail="kept in the inbox", message_id=notice.key)


def build(_settings: Settings) -> InboxChannel:
    """The inbox needs no settings."""
    return InboxChannel()
