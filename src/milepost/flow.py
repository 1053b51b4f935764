"""The corridor: news comes in, is put in our words, recorded, reacted to, and shown. Read this first.

    source  →  normalize  →  record  →  react  →  notify  →  show

Three doors lead into it: a source spoke (`take_in`, `hear_push`), time passed (`look_again`, called by
`carry`), a person did something (`desk`; a long file goes by `take_in_long`). This file, its two neighbors
`carry` and `desk`, and its long stretches `identifying`, `foreseeing`, `watching`, `telling` and `pushing`
are the only ones that know the order of things.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from milepost.foreseeing import foresee, learn_lately
from milepost.identifying import identify, look_whose
from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.model.changes import Decision, ShipmentChange
from milepost.model.exceptions import DeliveryException
from milepost.model.pushes import HeardBy
from milepost.model.reading import Reading
from milepost.model.reports import Refusal, Report
from milepost.model.shipments import Shipment
from milepost.model.shops import ShopState
from milepost.normalize.reading import read
from milepost.ports.app import App
from milepost.ports.contention import again_if_contended
from milepost.ports.pushes import Push
from milepost.ports.store import Transaction
from milepost.pushing import count_first_heard, heed_pushes
from milepost.react import doubts, exceptions, polls
from milepost.record.append import Appended, append, look
from milepost.record.parts import parts
from milepost.telling import tell_people, tell_programs
from milepost.watching import decide_silence, next_looks

TAKE_IN_MAX = 500
"""Reports per transaction, at most: a batch is one fsync and one all-or-nothing."""


SOON_REAL_S = 2.0
"""Workers look by themselves as often. For work due later nobody is woken: with many nodes that would be all
the time, since every answer of a carrier asks for the next look, hours ahead."""


class LostLeaseError(Exception):
    """Another worker took the work over meanwhile; what we did is rolled back, theirs counts."""


NOTHING_NEW = Appended(orders=(), shipments=(), new_events=0, strays=0)
REPLAYED = "replayed_push"
"""Why a push is not taken that came before; its sender hears yes, or it would send it again and again."""

Alongside = Callable[[Transaction], Awaitable[None]]
"""What becomes durable together with the reports: marks set, leases finished."""


async def nothing_else(_tx: Transaction) -> None:
    """Nothing but the reports."""


class Going(Protocol):
    """Hears how far a long report is, in the transaction of each part."""

    async def __call__(self, tx: Transaction, /, *, done: int, total: int) -> None: ...


def reading_of(report: Report, app: App) -> Reading:
    """In our words, by its source's table of codes with this installation's corrections in it."""
    source = app.source(report)
    return read(report, source, app.gazetteer, app.code_tables.of(source), app.words)


async def take_in(reports: Sequence[Report], app: App, alongside: Alongside = nothing_else) -> list[Reading]:
    """Door 1: sources spoke. One batch, one transaction; everything or nothing of it stays."""
    await app.code_tables.look(app.store)
    await learn_lately(app)
    readings = [reading_of(report, app) for report in reports]
    await _take_in(readings, reports, app, alongside)
    return readings


async def take_in_long(report: Report, app: App, going: Going) -> Reading:
    """Door 1, by hand: a file of any length, read beside everything else and taken in part by part.

    Each part is durable by itself. Cut off in the middle, what went in stays, and nothing of it counts
    twice when the file is handed in again.
    """
    await app.code_tables.look(app.store)
    reading = await asyncio.to_thread(reading_of, report, app)
    done, total = 0, len(reading.orders) + len(reading.events)
    for part in parts(reading):
        reports = [] if done else [report]
        done += len(part.orders) + len(part.events)
        await _take_in([part], reports, app, partial(going, done=done, total=total))
    return reading


@again_if_contended
async def _take_in(
    readings: Sequence[Reading], reports: Sequence[Report], app: App, alongside: Alongside
) -> None:
    """`reports`: those to be kept; of a long one only the first part brings it."""
    await look_whose(readings, app)
    async with app.store.transaction() as tx:
        await _keep_refusals(tx, readings)
        appended = await append(
            tx, readings, now=app.clock.now(), identify=identify(app), carrier_names=app.teller_names
        )
        await tx.keep_reports(reports, appended.repeats)
        await count_first_heard(tx, appended, HeardBy.POLL, app)
        actions = await _react(tx, appended, app)
        await _add(tx, actions, app)
        await alongside(tx)
    _show(appended, readings if reports else (), actions, app)


async def hear_push(source: str, headers: Mapping[str, str], body: bytes, app: App) -> Push | Refusal:
    """Door 1, pushed: verified on the raw bytes, kept, and taken in or taken as a hint to look for oneself.

    Returns only after the commit, so that a sender who hears "yes" has been heard for good.
    """
    push = read_push(source, headers, body, app)
    if not isinstance(push, Refusal):
        await keep_pushes([push], app)
    return push


def read_push(source: str, headers: Mapping[str, str], body: bytes, app: App) -> Push | Refusal:
    """A push whose signature is right, not kept yet; or why it is refused. `source`: who is said to send."""
    now = app.clock.now()
    carrier = app.carriers.get(source) or app.aggregators.get(source)
    if carrier is None:
        push = app.marketplaces[source].read_push(headers, body, now)
    elif carrier.pushes is None:
        push = Refusal(reason="pushes_off", detail=f"Pushes of {carrier.card.name} are not switched on here.")
    else:
        push = carrier.pushes.read(headers, body, now)
    if isinstance(push, Refusal):
        app.tally.count("refusals", source=source, reason=push.reason)
    return push


@again_if_contended
async def keep_pushes(pushes: Sequence[Push], app: App) -> None:
    """Those we have not seen, in one transaction, with what they told and ask for; all of them or none."""
    now = app.clock.now()
    await learn_lately(app)
    async with app.store.transaction() as tx:
        new = await _unseen(tx, pushes, now)
        readings = [reading_of(push.report, app) for push in new]
        await tx.keep_reports([push.report for push in new])
        await _keep_refusals(tx, readings)
        looks = []
        for reading in readings:
            shop_id = reading.report.shop_id
            if shop_id is not None:
                looks += polls.looks_for_hints(shop_id, reading.hints, now)
                await _heed(tx, shop_id, reading.notes)
        await app.work.add(tx, looks)
        appended, actions = await _take_in_pushed(tx, new, readings, app)
    taken = {id(push) for push in new}
    for push in pushes:
        if id(push) in taken:
            app.tally.count("pushes", source=push.report.source)
        else:
            app.tally.count("refusals", source=push.report.source, reason=REPLAYED)
    _show(appended, [], [*looks, *actions], app)


async def _take_in_pushed(
    tx: Transaction, new: Sequence[Push], readings: Sequence[Reading], app: App
) -> tuple[Appended, list[Action]]:
    """What carriers pushed goes the way of their answers; then what the pushes ask for besides.

    What aggregators passed on goes the same way; they are asked in their own time.
    """
    of_carriers = [push for push in new if push.report.source in app.carriers]
    told = [reading for reading in readings if reading.report.source in app.all_asked]
    if not told:
        return NOTHING_NEW, []
    names = app.teller_names
    appended = await append(tx, told, now=app.clock.now(), identify=identify(app), carrier_names=names)
    await count_first_heard(tx, appended, HeardBy.PUSH, app)
    actions = await _react(tx, appended, app)
    actions += await heed_pushes(tx, of_carriers, appended, app)
    await _add(tx, actions, app)
    return appended, actions


async def _unseen(tx: Transaction, pushes: Sequence[Push], now: datetime) -> list[Push]:
    """Each id's first push, if that id was never heard before."""
    by_id = {(push.report.source, push.notification_id): push for push in reversed(pushes)}
    new = await tx.unseen_pushes(list(by_id), now)
    return [push for key, push in reversed(by_id.items()) if key in new]


async def _heed(tx: Transaction, shop_id: str, notes: Sequence[str]) -> None:
    """What a push says of our access: a shop whose authorization ended is not asked any more."""
    for note in notes:
        word, _, when = note.partition(" ")
        if word == "authorization_ends":
            await tx.set_mark(f"authorization-ends:{shop_id}", when)
        if word == "authorization_ended":
            for shop in await tx.shops():
                if shop.shop_id == shop_id:
                    await tx.put_shop(replace(shop, state=ShopState.NEEDS_AUTHORIZATION))


@again_if_contended
async def look_again(leased: Sequence[Leased], app: App) -> None:
    """Door 2: time passed over these parcels and nothing was heard. Silence can be news."""
    now = app.clock.now()
    await learn_lately(app)
    async with app.store.transaction() as tx:
        changes = await look(tx, [held.action.payload["shipment"] for held in leased])
        appended = Appended(orders=(), shipments=changes, new_events=0, strays=0)
        actions = await _react(tx, appended, app)
        due = {action.key: action.due_at for action in actions if action.kind is ActionKind.WATCH_SHIPMENT}
        await _add(tx, [action for action in actions if action.key not in due], app)
        agains = [(held, due.get(held.action.key)) for held in leased]
        outcomes = [(held, Outcome(done=again is None, next_due_at=again)) for held, again in agains]
        await finish_all(tx, outcomes, now, app)
    _show(appended, [], actions, app)


async def _add(tx: Transaction, actions: Sequence[Action], app: App) -> None:
    """Decided work; after a restore, what may have been told before it is held for a person to decide."""
    await app.work.add(tx, actions)
    behind = app.fence.behind(actions) if app.fence else []
    if app.fence and behind:
        await app.work.hold(tx, reason=app.fence.reason, keys=behind)


async def _react(tx: Transaction, appended: Appended, app: App) -> list[Action]:
    """Everything that follows from a change: exceptions, forecasts, notices, the next looks."""
    now = app.clock.now()
    actions = [poll for order in appended.orders for poll in polls.order_polls(order, now)]
    changes = appended.shipments
    decisions = [_decide(change, app, now) for change in changes]
    await tx.put_exceptions([exception for one in decisions for exception in (*one.resolved, *one.opened)])
    foreseen = await foresee(tx, changes, app, now)
    news = [
        (change, decision, one.promises)
        for change, decision, one in zip(changes, decisions, foreseen, strict=True)
    ]
    actions += await tell_people(tx, news, app)
    actions += await tell_programs(tx, appended.orders, news, app)
    looks = [next_looks(change, one, app, now) for change, one in zip(changes, foreseen, strict=True)]
    return actions + [look for some in looks for look in some]


def _decide(change: ShipmentChange, app: App, now: datetime) -> Decision:
    scanned = exceptions.decide(change, now)
    silent = decide_silence(change, app, now)
    doubted = doubts.decide(change, app.carriers.keys(), now)
    return Decision(
        opened=(*scanned.opened, *silent.opened, *doubted.opened),
        resolved=_once(*scanned.resolved, *silent.resolved),
    )


def _once(*resolved: DeliveryException) -> tuple[DeliveryException, ...]:
    return tuple({exception.key: exception for exception in resolved}.values())


async def _keep_refusals(tx: Transaction, readings: Iterable[Reading]) -> None:
    for reading in readings:
        if reading.refusals:
            await tx.keep_refusals(reading.report, reading.refusals)


async def finish(tx: Transaction, leased: Leased, outcome: Outcome, now: datetime, app: App) -> None:
    """Write a piece of work's outcome with its facts. Raises LostLeaseError, which rolls both back."""
    if not await app.work.finish(tx, leased, outcome, now):
        raise LostLeaseError(leased.action.key)


async def finish_all(
    tx: Transaction, ended: Sequence[tuple[Leased, Outcome]], now: datetime, app: App
) -> None:
    """The same for many. Raises LostLeaseError when any of them is another worker's by now."""
    if not await app.work.finish_all(tx, ended, now):
        raise LostLeaseError(f"one of {len(ended)}")


def order_topics(shipment: Shipment) -> set[str]:
    """What the pages of its orders listen to."""
    return {f"order:{shipment.shop_id}:{number}" for number in shipment.order_numbers}


def _show(appended: Appended, readings: Iterable[Reading], actions: Iterable[Action], app: App) -> None:
    """After the commit: open pages look again, workers wake if there is work, counters count."""
    soon = app.clock.now() + timedelta(seconds=SOON_REAL_S * app.clock.rate)
    topics = {"work"} if any(action.due_at <= soon for action in actions) else set()
    for order in appended.orders:
        topics.add(f"order:{order.after.shop_id}:{order.after.order_number}")
        topics.add(f"console:{order.after.shop_id}")
    for change in appended.shipments:
        topics |= order_topics(change.shipment)
        topics.add(f"console:{change.shipment.shop_id}")
    app.live.publish(topics)
    app.tally.count("events_new", appended.new_events)
    app.tally.count("events_stray", appended.strays)
    for reading in readings:
        app.tally.count("reports", source=reading.report.source)
        for refusal in reading.refusals:
            app.tally.count("refusals", source=reading.report.source, reason=refusal.reason)
