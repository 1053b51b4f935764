"""Now and then somebody counts the parcels under way, and sees whether each carrier's quota is enough."""

import asyncio
import random
from datetime import timedelta

from milepost.carry.forecasts import OF_FORECAST, OF_WINDOWS
from milepost.carry.gaps import OF_GAPS
from milepost.carry.outlooks import outlook_of, usual_gaps
from milepost.flow import finish
from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.model.polling import FREE, Pace
from milepost.model.pushes import PushHealth
from milepost.ports.app import App
from milepost.ports.sources import Carrier
from milepost.react import planner

OF_QUOTAS = "quotas"
EVERY = timedelta(minutes=15)
REST = 100
"""A survey that takes long rests for so many times as long."""

PUSHES_OF = timedelta(days=3)
SAMPLE = 300
"""Parcels whose wishes are looked at; the others are taken to be like them."""


async def plan_surveys(app: App) -> None:
    """See to it that quotas are surveyed and gaps learned, by whoever is alive."""
    # A kind that older programs know too: on a node that was not updated yet it does no harm.
    surveys = [
        Action(
            key=f"sweep:{of}",
            kind=ActionKind.SWEEP_WEBHOOKS,
            shop_id=None,
            lane="survey",
            due_at=app.clock.now(),
            payload={"of": of},
            repeating=True,
        )
        for of in (OF_QUOTAS, OF_GAPS, OF_FORECAST, OF_WINDOWS)
    ]
    async with app.store.transaction() as tx:
        await app.work.add(tx, surveys)


async def survey_quotas(held: Leased, app: App) -> None:
    """Write down each carrier's pace for all nodes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    since = (app.clock.now() - PUSHES_OF).date().isoformat()
    pushed = await app.store.push_health(since)
    asked = {key: one for key, one in app.all_asked.items() if one.is_configured}
    paces = {key: await _pace(one, pushed.get(key), app) for key, one in asked.items()}
    took = timedelta(seconds=(loop.time() - began) * app.clock.rate)
    now = app.clock.now()
    async with app.store.transaction() as tx:
        for key, pace in paces.items():
            await tx.put_pace(key, pace)
        await finish(tx, held, Outcome(next_due_at=now + max(EVERY, REST * took)), now, app)


async def _pace(carrier: Carrier, pushed: PushHealth | None, app: App) -> Pace:
    share = (pushed.share if pushed else None) or 0.0
    crowd = await _crowd(carrier, app)
    return Pace(by_shop=crowd.by_shop, pushed=share)


async def _crowd(carrier: Carrier, app: App) -> Pace:
    quota, key, polling = carrier.card.quota, carrier.card.key, app.settings.polling
    if not quota.per_minute and not quota.per_day:
        return FREE
    now = app.clock.now()
    left = await app.budgets.left(key, per_minute=quota.per_minute, per_day=quota.per_day)
    capacity = planner.numbers_per_h(quota, left, now)
    counts = await app.work.parcels(key)
    parcels = sum(counts.values())
    if parcels * planner.HOUR_S / planner.soonest_s(polling) <= capacity:
        return FREE  # enough, whatever they wish
    before, gaps = await app.store.pace(key), await usual_gaps(app.store, key)
    any_of_them = random.randrange(2**31)  # noqa: S311 - a sample
    some = await app.work.some_parcels(key, every=parcels // SAMPLE, of=any_of_them, limit=SAMPLE)
    rows = await app.store.shipment_rows([action.payload["shipment"] for action in some])
    wishes = [
        planner.wish_s(outlook_of(row, action, gaps), now, polling, before.pushed, before.of(action.shop_id))
        for action in some
        if (row := rows.get(action.payload["shipment"])) is not None
    ]
    return planner.paced(counts, [wish for wish in wishes if wish], capacity)
