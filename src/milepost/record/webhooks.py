"""Keeps messages for programs beside the facts they tell of, and decides the work of handing them over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from milepost.model.actions import Action, ActionKind
from milepost.model.webhooks import Endpoint, Happening, SendingState, WebhookMessage
from milepost.ports.store import Transaction

REPLAYS_PER_S = 10
"""How many messages of a replay fall due in a second, for one endpoint."""


async def keep_messages(
    tx: Transaction, happenings: Sequence[Happening], endpoints: Sequence[Endpoint], now: datetime
) -> list[Action]:
    """Keep what is new, and the work of telling each active endpoint that subscribed to it.

    A disabled endpoint gets no work, but the message is kept: it can be replayed.
    """
    messages = await tx.add_webhook_messages(happenings)
    wanted = [
        (endpoint, message)
        for message in messages
        for endpoint in endpoints
        if endpoint.is_active and endpoint.shop_id == message.shop_id and endpoint.wants(message.kind)
    ]
    sendings = [(endpoint.endpoint_id, message) for endpoint, message in wanted]
    await tx.put_webhook_sendings(sendings, SendingState.WAITING, now)
    news_at = {one.message_id: one.news_at for one in happenings}
    return [
        replace(sending(endpoint, message, now), news_at=news_at[message.message_id])
        for endpoint, message in wanted
    ]


def sending(
    endpoint: Endpoint,
    message: WebhookMessage,
    due_at: datetime,
    *,
    again: str = "",
    even_if_taken: bool = False,
) -> Action:
    """The work of handing one message to one endpoint. `again` tells a replay from the first time.

    Each endpoint has a lane of its own, so that a stuck one delays no other.
    """
    payload = {"endpoint": endpoint.endpoint_id, "message": message.message_id}
    if again:
        payload["replay"] = again
    if even_if_taken:
        payload["even_if_taken"] = "yes"
    key = f"webhook:{endpoint.endpoint_id}:{message.message_id}"
    return Action(
        key=f"{key}:{again}" if again else key,
        kind=ActionKind.SEND_WEBHOOK,
        shop_id=endpoint.shop_id,
        lane=lane_of(endpoint.endpoint_id),
        due_at=due_at,
        payload=payload,
    )


def lane_of(endpoint_id: str) -> str:
    """The line in which an endpoint's messages wait."""
    return f"webhook:{endpoint_id}"


async def send_again(
    tx: Transaction,
    endpoint: Endpoint,
    messages: Iterable[WebhookMessage],
    now: datetime,
    *,
    even_if_taken: bool,
) -> list[Action]:
    """A replay: at most ten a second fall due, in the order in which they were told."""
    found = list(messages)
    await tx.put_webhook_sendings(
        [(endpoint.endpoint_id, message) for message in found], SendingState.WAITING, now
    )
    again = now.isoformat()
    gap = timedelta(seconds=1 / REPLAYS_PER_S)
    return [
        sending(endpoint, message, now + number * gap, again=again, even_if_taken=even_if_taken)
        for number, message in enumerate(found)
    ]


def sweep(now: datetime) -> Action:
    """The daily look for messages that are too old to replay."""
    return Action(
        key="sweep:webhooks",
        kind=ActionKind.SWEEP_WEBHOOKS,
        shop_id=None,
        lane="sweep",
        due_at=now,
        repeating=True,
    )
