"""Asking carriers about parcels: many numbers in a call, within the quota, and when to ask again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from milepost.carry.condition import note_polled
from milepost.carry.failures import put_off
from milepost.carry.outlooks import next_parcel_look, usual_gaps
from milepost.carry.subscribing import plan_subscriptions
from milepost.flow import TAKE_IN_MAX, Alongside, finish_all, order_topics, take_in
from milepost.model.actions import Leased, Outcome
from milepost.model.pushes import EVERY_NUMBER
from milepost.model.reports import Report
from milepost.model.shipments import Shipment, TrackingQuery
from milepost.model.statuses import Status
from milepost.ports.app import App
from milepost.ports.sources import Carrier, SourceError
from milepost.ports.store import Transaction
from milepost.react import planner, polls

CALLS_AT_ONCE = 6
"""Calls to one source beside each other; its rate budget holds all the same."""

Heard = tuple[list[Leased], list[Report] | SourceError]


async def poll_carrier(group: Sequence[Leased], app: App) -> None:
    """Ask one carrier about its due numbers, as many in a call as it takes, as far as its quota goes.

    Or an aggregator, about numbers of carriers that we have no keys for.
    """
    carrier = app.asked(group[0].action.lane)
    quota = carrier.card.quota
    left = await app.budgets.left(carrier.key, per_minute=quota.per_minute, per_day=quota.per_day)
    room = planner.Room(quota=quota, left=left, pace=await app.store.pace(carrier.key))
    asked = await _admitted(group, room, app)
    if not asked:
        await _tell_pages(group, app)
        return
    now = app.clock.now()
    more, until = planner.ahead(len(asked), room, now, app.settings.polling)
    early = await app.work.top_up(asked[0], until=until, limit=more, now=now) if more else []
    try:
        await _ask([*asked, *early], carrier, app)
    finally:
        if early:  # nobody else knows that we have these
            await app.work.give_back(early, app.clock.now())
    await _tell_pages([*group, *early], app)


async def _tell_pages(group: Sequence[Leased], app: App) -> None:
    """When each is asked again is settled, and open pages say it: with news of the parcel or without."""
    rows = await app.store.shipment_rows([held.action.payload["shipment"] for held in group])
    app.live.publish(topic for row in rows.values() for topic in order_topics(row.shipment))


async def _admitted(group: Sequence[Leased], room: planner.Room, app: App) -> list[Leased]:
    """Those that may be asked now; the others come again when it is their turn."""
    now, polling = app.clock.now(), app.settings.polling
    due = [_waiting(held) for held in group]
    chosen = set(planner.admitted(due, room, now))
    waiting = [place for place in range(len(group)) if place not in chosen]
    if waiting:
        agains = [
            (group[place], planner.put_off(due[place], line, room, now, polling))
            for line, place in enumerate(waiting)
        ]
        async with app.store.transaction() as tx:
            await finish_all(tx, [(held, Outcome(next_due_at=at)) for held, at in agains], now, app)
        app.tally.count("polls_put_off", len(waiting), source=group[0].action.lane)
    return [group[place] for place in sorted(chosen)]


def _waiting(held: Leased) -> planner.Waiting:
    action = held.action
    return planner.Waiting(
        number=action.payload["number"],
        shop_id=action.shop_id,
        is_first=polls.is_first(action),
        is_wanted=polls.is_wanted(action),
    )


async def _ask(group: Sequence[Leased], carrier: Carrier, app: App) -> None:
    size = carrier.card.batch_max
    batches = [list(group[start : start + size]) for start in range(0, len(group), size)]
    heard = await ask_together(batches, lambda batch: carrier.fetch(_queries(batch)))
    await take_in_heard(heard, app, finish_carrier_polls)
    await note_polled(carrier.key, [answer for _, answer in heard], app)


async def ask_together(
    batches: Iterable[list[Leased]], ask: Callable[[list[Leased]], Awaitable[list[Report]]]
) -> list[Heard]:
    """Every batch's answer, or the error that stands in its place."""
    limit = asyncio.Semaphore(CALLS_AT_ONCE)

    async def one(batch: list[Leased]) -> Heard:
        async with limit:
            try:
                return batch, await ask(batch)
            except SourceError as error:
                return batch, error

    return await asyncio.gather(*(one(batch) for batch in batches))


async def take_in_heard(
    heard: Iterable[Heard], app: App, finishing: Callable[[list[Leased], App], Alongside]
) -> None:
    """What was heard goes in, in few transactions; what failed is put off."""
    reports: list[Report] = []
    done: list[Leased] = []
    for batch, answer in heard:
        if isinstance(answer, SourceError):
            await put_off(batch, app, answer)
            continue
        reports += answer
        done += batch
        if len(reports) >= TAKE_IN_MAX:
            await take_in(reports, app, finishing(done, app))
            reports, done = [], []
    if done:
        await take_in(reports, app, finishing(done, app))


def finish_carrier_polls(done: list[Leased], app: App) -> Alongside:
    """Each poll comes due again by what its parcel is doing now."""
    key = done[0].action.lane
    card = app.asked(key).card

    async def alongside(tx: Transaction) -> None:
        now = app.clock.now()
        rows = await tx.shipment_rows([held.action.payload["shipment"] for held in done])
        pace, gaps = await tx.pace(key), await usual_gaps(tx, key)
        held_by = await _pushed(tx, key, done, now) if pace.pushed else frozenset()
        outcomes, going_on = [], []
        for held in done:
            row, again_at = rows.get(held.action.payload["shipment"]), None
            if row is not None and _is_asked(row.shipment, held, app):
                stretch = pace.of(held.action.shop_id)
                again_at = next_parcel_look(
                    row,
                    held.action,
                    now,
                    app,
                    gaps=gaps,
                    pushed=pace.pushed if held.action.payload["number"] in held_by else 0.0,
                    stretch=stretch,
                    batch=card.batch_max,
                )
                if again_at is not None and not Status(row.status).is_terminal:
                    going_on.append(row.shipment)
            outcomes.append((held, Outcome(done=again_at is None, next_due_at=again_at)))
        await plan_subscriptions(tx, going_on, app)
        await finish_all(tx, outcomes, now, app)

    return alongside


def _is_asked(shipment: Shipment, held: Leased, app: App) -> bool:
    """Whether who was asked is still to be asked about it: it may have another carrier by now."""
    if held.action.lane in app.aggregators:
        return polls.is_held_by(shipment, held.action.key)
    return polls.is_asked_of(shipment, held.action.lane)


async def _pushed(tx: Transaction, key: str, done: list[Leased], now: datetime) -> frozenset[str]:
    """Numbers whose scans are pushed now."""
    numbers = [held.action.payload["number"] for held in done]
    held = await tx.push_subscriptions(key, [EVERY_NUMBER, *numbers])
    if EVERY_NUMBER in held and held[EVERY_NUMBER].holds_at(now):
        return frozenset(numbers)
    return frozenset(number for number, one in held.items() if one.holds_at(now))


def _queries(batch: Iterable[Leased]) -> list[TrackingQuery]:
    by_number = {
        held.action.payload["number"]: TrackingQuery(
            tracking_number=held.action.payload["number"],
            since=datetime.fromisoformat(held.action.payload["since"]),
            carrier=held.action.payload.get("carrier"),
        )
        for held in batch
    }
    return list(by_number.values())
