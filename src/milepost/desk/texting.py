"""A phone company tells us something: what became of a text message, or that a number wants no more."""

from milepost.model.reports import Refusal
from milepost.ports.app import App
from milepost.ports.notify import Callback, TextChannel

SMS = "sms"
NOT_SET_UP = Refusal(reason="not_configured", detail="No text messages are sent from here.")


def text_channel(app: App) -> TextChannel | None:
    """The channel to phones, if it is set up."""
    channel = app.channels.get(SMS)
    return channel if isinstance(channel, TextChannel) and channel.is_configured else None


async def hear_fate(app: App, url: str, body: bytes, signature: str) -> Callback | Refusal:
    """A message's status; kept beside the attempt, whichever of the two comes first."""
    channel = text_channel(app)
    heard = channel.read_callback(url, body, signature) if channel else NOT_SET_UP
    if isinstance(heard, Callback) and heard.message_id and heard.status:
        async with app.store.transaction() as tx:
            await tx.put_fate(heard.message_id, heard.status, heard.error, app.clock.now())
    return heard


async def hear_reply(app: App, url: str, body: bytes, signature: str) -> Callback | Refusal:
    """A buyer's answer. STOP holds for every shop and order until START."""
    channel = text_channel(app)
    heard = channel.read_callback(url, body, signature) if channel else NOT_SET_UP
    if isinstance(heard, Refusal) or channel is None:
        return heard
    number = channel.number_of(heard.number, "")
    if number is not None and heard.wish:
        async with app.store.transaction() as tx:
            if heard.wish == "stop":
                await tx.opt_out(number, app.clock.now())
            else:
                await tx.opt_in(number)
    return heard
