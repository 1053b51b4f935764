"""Forgetting what is too old to be asked for: messages that nobody may replay, and work that is done."""

from collections.abc import Sequence
from datetime import timedelta

from milepost.carry.forecasts import OF_FORECAST, OF_WINDOWS, train_nightly, watch_windows
from milepost.carry.gaps import OF_GAPS, learn_gaps
from milepost.carry.subscribing import forget_pushes
from milepost.carry.surveys import OF_QUOTAS, survey_quotas
from milepost.carry.webhooks import sweep_webhooks
from milepost.flow import finish
from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.ports.app import App

OF_WORK = "work"
EVERY = timedelta(days=1)
WINDOWS_MAX = 20
"""Parts of the list in one go, each a transaction of its own; the next go follows at once."""


async def plan_sweeps(app: App) -> None:
    """See to it that done work is swept, by whoever is alive."""
    # A kind that older programs know too: on a node that was not updated yet it does no harm.
    first = Action(
        key=f"sweep:{OF_WORK}",
        kind=ActionKind.SWEEP_WEBHOOKS,
        shop_id=None,
        lane="sweep",
        due_at=app.clock.now(),
        payload={"of": OF_WORK},
        repeating=True,
    )
    async with app.store.transaction() as tx:
        await app.work.add(tx, [first])


async def sweep(group: Sequence[Leased], app: App) -> None:
    """One thing after the other."""
    for held in group:
        if held.action.payload.get("of") == OF_WORK:
            await _sweep_work(held, app)
        elif held.action.payload.get("of") == OF_QUOTAS:
            await survey_quotas(held, app)
        elif held.action.payload.get("of") == OF_GAPS:
            await learn_gaps(held, app)
        elif held.action.payload.get("of") == OF_FORECAST:
            await train_nightly(held, app)
        elif held.action.payload.get("of") == OF_WINDOWS:
            await watch_windows(held, app)
        else:
            await sweep_webhooks([held], app)


async def _sweep_work(held: Leased, app: App) -> None:
    """What happened is known for ever by its facts; that somebody carried it out, for `work.keep_days`."""
    await forget_pushes(app)
    async with app.store.transaction() as tx:
        await tx.forget_guesses(app.clock.now())
    now, name = app.clock.now(), f"swept:{OF_WORK}"
    before = now - timedelta(days=app.settings.work.keep_days)
    after = int(await app.store.mark(name) or 0)
    for _ in range(WINDOWS_MAX):
        async with app.store.transaction() as tx:
            gone, after = await app.work.sweep(tx, after=after, before=before)
            await tx.set_mark(name, str(after))
        app.tally.count("work_swept", gone)
        if not after:
            break
    async with app.store.transaction() as tx:
        await finish(tx, held, Outcome(next_due_at=now if after else now + EVERY), now, app)
