"""Asking carriers to push, again before that ends, and saying yes where they ask back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from milepost.carry.failures import put_off
from milepost.flow import finish, finish_all
from milepost.model.actions import Leased, Outcome
from milepost.model.pushes import PushSubscription
from milepost.model.shipments import Shipment
from milepost.model.statuses import Status
from milepost.ports.app import App
from milepost.ports.pushes import CarrierPushes, Subscribed, SubscriptionNews
from milepost.ports.sources import SourceError
from milepost.ports.store import Transaction
from milepost.react import subscriptions

KEPT = timedelta(days=30)
"""How long a push's id is known, and a subscription after its end."""

WINDOW = 1_000
WINDOWS_MAX = 100
"""Parts in one go, each a transaction of its own; what is left goes the next day."""

FORGOTTEN = SourceError("the push that asked for it is not kept any more")


async def plan_account_subscriptions(app: App) -> None:
    """See to it that carriers that push whole accounts are asked to, by whoever is alive."""
    now = app.clock.now()
    wanted = [
        subscriptions.account_subscription(key, now)
        for key, carrier in app.carriers.items()
        if carrier.pushes and carrier.pushes.batch_max and not carrier.pushes.is_by_number
    ]
    if wanted:
        async with app.store.transaction() as tx:
            await app.work.add(tx, wanted)


async def plan_subscriptions(tx: Transaction, polled: Iterable[Shipment], app: App) -> None:
    """Parcels that were just asked about and go on: whoever of them is not pushed yet should be.

    After the poll, because a subscription brings nothing of what was before it.
    """
    wanted: dict[str, list[Shipment]] = {}
    for shipment in polled:
        carrier = app.carriers.get(shipment.carrier or "")
        if carrier and carrier.pushes and carrier.pushes.is_by_number:
            wanted.setdefault(carrier.card.key, []).append(shipment)
    now = app.clock.now()
    for key, shipments in wanted.items():
        held = await tx.push_subscriptions(key, [one.tracking_number for one in shipments])
        new = [one for one in shipments if one.tracking_number not in held]
        await app.work.add(tx, [ask for one in new if (ask := subscriptions.subscription(one, now))])


async def subscribe_shipments(group: Sequence[Leased], app: App) -> None:
    """Ask one carrier about many numbers, as many in a call as it takes; each comes due again in its time."""
    pushes = app.carriers[group[0].action.lane].pushes
    wanted = await _still_wanted(group, app) if pushes else []
    await _end([held for held in group if held not in wanted], app)
    if pushes is None or not wanted:
        return
    numbers = [held.action.payload["number"] for held in wanted]
    known = await app.store.push_subscriptions(group[0].action.lane, numbers)
    now = app.clock.now()
    later = {number: due_at for number, one in known.items() if (due_at := _renewal(one, now))}
    waiting = [held for held in wanted if held.action.payload["number"] in later]
    ends = [(held, Outcome(next_due_at=later[held.action.payload["number"]])) for held in waiting]
    if ends:
        async with app.store.transaction() as tx:
            await finish_all(tx, ends, now, app)
    asking = [held for held in wanted if held.action.payload["number"] not in later]
    size = max(1, pushes.batch_max)
    for start in range(0, len(asking), size):
        await _ask(asking[start : start + size], pushes, app)


async def forget_pushes(app: App) -> None:
    """Ids of old pushes are of no use: what comes again after so long tells what is known.

    Those of marketplaces stay. Their pushes say nothing but that there is news, and say it for ever.
    """
    carriers = [key for key, carrier in app.carriers.items() if carrier.card.push]
    before = app.clock.now() - KEPT
    for _ in range(WINDOWS_MAX):
        async with app.store.transaction() as tx:
            gone = await tx.forget_pushes(carriers, before, WINDOW)
        if gone < WINDOW:
            return


async def activate_pushes(group: Sequence[Leased], app: App) -> None:
    """Say yes to subscriptions that a carrier asked about."""
    for held in group:
        carrier = held.action.lane
        pushes = app.carriers[carrier].pushes
        body = await app.store.report_body(held.action.payload["push"])
        if pushes is None or body is None:
            await (put_off([held], app, FORGOTTEN) if pushes else _end([held], app))
            continue
        try:
            said = await pushes.activate(body)
        except SourceError as error:
            await put_off([held], app, error)
            continue
        async with app.store.transaction() as tx:
            news = SubscriptionNews(
                subscription_id=said.subscription_id, state=said.state, until_at=said.until_at
            )
            await tx.heed_push_news(carrier, news)
            await finish(tx, held, Outcome(done=True), app.clock.now(), app)


async def _still_wanted(group: Sequence[Leased], app: App) -> list[Leased]:
    """Those whose parcel is on its way, and those of a whole account."""
    ids = [held.action.payload["shipment"] for held in group if "shipment" in held.action.payload]
    rows = await app.store.shipment_rows(ids)
    moving = {
        shipment_id
        for shipment_id, row in rows.items()
        if not row.shipment.superseded and not Status(row.status).is_terminal
    }
    return [held for held in group if held.action.payload.get("shipment", "") in moving | {""}]


def _renewal(known: PushSubscription, now: datetime) -> datetime | None:
    """When a subscription that holds is to be renewed; None when that is now, or it does not hold."""
    if not known.holds_at(now):
        return None
    due_at = subscriptions.next_ask(known.state, known.until_at, known.asked_at)
    return due_at if due_at is not None and due_at > now else None


def _outcome(answer: Subscribed | None, now: datetime) -> Outcome:
    if answer is None:  # it said nothing of a number we asked about
        return Outcome(next_due_at=now + subscriptions.YES_WITHIN)
    due_at = subscriptions.next_ask(answer.state, answer.until_at, now)
    return Outcome(done=due_at is None, next_due_at=due_at)


async def _ask(batch: Sequence[Leased], pushes: CarrierPushes, app: App) -> None:
    numbers = list(dict.fromkeys(held.action.payload["number"] for held in batch))
    try:
        answers = {one.tracking_number: one for one in await pushes.subscribe(numbers)}
    except SourceError as error:
        await put_off(batch, app, error)
        return
    now, carrier = app.clock.now(), batch[0].action.lane
    async with app.store.transaction() as tx:
        await tx.put_push_subscriptions(
            PushSubscription(
                carrier=carrier,
                tracking_number=one.tracking_number,
                state=one.state,
                asked_at=now,
                subscription_id=one.subscription_id,
                until_at=one.until_at,
                said=one.said,
            )
            for one in answers.values()
        )
        ends = [(held, _outcome(answers.get(held.action.payload["number"]), now)) for held in batch]
        await finish_all(tx, ends, now, app)


async def _end(group: Sequence[Leased], app: App) -> None:
    if group:
        async with app.store.transaction() as tx:
            await finish_all(tx, [(held, Outcome(done=True)) for held in group], app.clock.now(), app)
