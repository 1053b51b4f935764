"""Who is told of a change: people by notices, programs by webhooks; each key once, kept with its facts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from milepost.model.actions import Action, ActionKind
from milepost.model.changes import Decision, OrderChange, ShipmentChange
from milepost.model.notices import Notice
from milepost.model.promises import Promise
from milepost.ports.app import App
from milepost.ports.store import Transaction
from milepost.react import notices, webhooks
from milepost.record.webhooks import keep_messages

News = tuple[ShipmentChange, Decision, list[Promise]]
"""A change, what the rules made of it, and the forecasts that came of it."""


async def tell_people(tx: Transaction, news: Iterable[News], app: App) -> list[Action]:
    """Notices, kept with the facts that caused them; each key is sent once."""
    now = app.clock.now()
    channels = tuple(key for key, channel in app.channels.items() if channel.is_configured)
    decided: dict[str, Notice] = {}
    for change, decision, forecast in news:
        told = replace(change, new_promises=(*change.new_promises, *forecast)) if forecast else change
        for notice in notices.decide(told, decision, channels, now):
            decided.setdefault(notice.key, notice)
    return await tell(tx, list(decided.values()), app)


async def tell(tx: Transaction, decided: Sequence[Notice], app: App, to: str = "") -> list[Action]:
    """Keep notices; the work of sending those whose key was not known.

    `to`: the digest of one address, where nobody else who asked for news is meant.
    """
    new = await tx.put_notices(decided)
    return [_sending(notice, app.clock.now(), to) for notice in decided if notice.key in new]


async def tell_programs(
    tx: Transaction, orders: Sequence[OrderChange], news: Sequence[News], app: App
) -> list[Action]:
    """Webhooks, for shops that have endpoints: kept with the facts they tell of."""
    shop_ids = {order.after.shop_id for order in orders} | {change.shipment.shop_id for change, _, _ in news}
    endpoints = await tx.webhook_endpoints(shop_ids) if shop_ids else []
    if not endpoints:
        return []
    now = app.clock.now()
    told = [one for order in orders for one in webhooks.of_order(order, now)]
    for change, decision, forecast in news:
        told += webhooks.of_shipment(change, decision, (*change.new_promises, *forecast), now)
    shops = {endpoint.shop_id for endpoint in endpoints}
    return await keep_messages(tx, [one for one in told if one.shop_id in shops], endpoints, now)


def _sending(notice: Notice, now: datetime, to: str) -> Action:
    return Action(
        key=f"notice:{notice.key}",
        kind=ActionKind.SEND_NOTICE,
        shop_id=notice.shop_id,
        lane=f"channel:{notice.channel}",
        due_at=now,
        payload={"notice": notice.key, "to": to} if to else {"notice": notice.key},
        news_at=None if notice.channel == notices.INBOX else notice.news_at,  # an inbox here is told anew
    )
