"""Asking carriers about parcels: many numbers in a call, and when to ask again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from milepost.carry.failures import put_off
from milepost.carry.subscribing import plan_subscriptions
from milepost.flow import TAKE_IN_MAX, Alongside, finish_all, take_in
from milepost.model.actions import Leased, Outcome
from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.model.statuses import Status
from milepost.ports.app import App
from milepost.ports.sources import SourceError
from milepost.ports.store import ShipmentRow, Transaction
from milepost.react import polls

CALLS_AT_ONCE = 6
"""Calls to one source beside each other; its rate budget holds all the same."""

Heard = tuple[list[Leased], list[Report] | SourceError]


async def poll_carrier(group: Sequence[Leased], app: App) -> None:
    """Ask one carrier about its due numbers, as many in a call as it takes."""
    carrier = app.carriers[group[0].action.lane]
    size = carrier.card.batch_max
    batches = [list(group[start : start + size]) for start in range(0, len(group), size)]
    heard = await ask_together(batches, lambda batch: carrier.fetch(_queries(batch)))
    await take_in_heard(heard, app, finish_carrier_polls)


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

    async def alongside(tx: Transaction) -> None:
        now = app.clock.now()
        rows = await tx.shipment_rows([held.action.payload["shipment"] for held in done])
        outcomes, going_on = [], []
        for held in done:
            row = rows.get(held.action.payload["shipment"])
            due_at = next_parcel_look(row, now, app) if row else None
            outcomes.append((held, Outcome(done=due_at is None, next_due_at=due_at)))
            if row and not (due_at is None or Status(row.status).is_terminal):
                going_on.append(row.shipment)
        await plan_subscriptions(tx, going_on, app)
        await finish_all(tx, outcomes, now, app)

    return alongside


def next_parcel_look(row: ShipmentRow, now: datetime, app: App) -> datetime | None:
    """When this parcel is asked about again, or None: never."""
    return polls.next_look(
        Status(row.status),
        last_scan_at=row.last_scan_at,
        since=row.shipment.since,
        now=now,
        polling=app.settings.polling,
    )


def _queries(batch: Iterable[Leased]) -> list[TrackingQuery]:
    by_number = {
        held.action.payload["number"]: TrackingQuery(
            tracking_number=held.action.payload["number"],
            since=datetime.fromisoformat(held.action.payload["since"]),
        )
        for held in batch
    }
    return list(by_number.values())
