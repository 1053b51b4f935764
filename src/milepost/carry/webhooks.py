"""Handing messages to programs: a few at a time per endpoint, on a schedule, and what became of each try."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from milepost.flow import LostLeaseError, finish
from milepost.model.actions import Action, Leased, Outcome
from milepost.model.webhooks import Endpoint, SendingState, WebhookAttempt, WebhookMessage
from milepost.notify.schedule import WEBHOOK_AFTER_S, next_try
from milepost.ports.app import App
from milepost.ports.contention import again_if_contended
from milepost.ports.store import Transaction
from milepost.ports.webhooks import Posted, Verdict
from milepost.react.endpoints import GONE, SHARES, after_failure, disabled, seller_notices
from milepost.telling import tell

AT_ONCE = 5
"""Messages under way to one endpoint at a time, in one worker."""

BUSY_REAL_S_MAX = 60.0
"""A worker stays with one endpoint's messages no longer than this; the rest comes due again at once."""

BREATH = timedelta(seconds=15)
"""An endpoint that did not answer at all is left alone this long before its other messages are tried."""

REPLAY_GAP_REAL_S = 0.1
"""Between two messages of a replay, in life: a worker that was late does not make up for it by a flood."""

SWEEP_ROWS = 500
SWEEP_EVERY = timedelta(days=1)
OFF = "the endpoint was disabled: replay it"

log = structlog.get_logger(__name__)


async def send_webhooks(group: Sequence[Leased], app: App) -> None:
    """Hand over what is due for one endpoint."""
    endpoint = await app.store.webhook(group[0].action.payload["endpoint"])
    if endpoint is None or not endpoint.is_active:
        await _let_go(group, endpoint, app)
        return
    visit = _Visit(app, endpoint)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(held: Leased) -> None:
        async with limit:
            await visit.hand_over(held)

    await asyncio.gather(*(one(held) for held in group))


class _Visit:
    """One worker's turn at one endpoint."""

    def __init__(self, app: App, endpoint: Endpoint) -> None:
        self._app = app
        self._endpoint = endpoint
        self._ends = time.monotonic() + BUSY_REAL_S_MAX
        self._pause_until: datetime | None = endpoint.paused_until
        self._pause_why = "it asked for a pause"
        self._is_over = False
        self._next_replay = 0.0
        self._under_way: set[str] = set()  # a replay and a message's own try may come due together

    async def hand_over(self, held: Leased) -> None:
        """One message, unless the endpoint wants to be left alone meanwhile."""
        app, now = self._app, self._app.clock.now()
        message = await app.store.webhook_message(held.action.payload["message"])
        if message is None or await self._was_taken(held):
            await _finish(held, Outcome(done=True), app)
            return
        if self._is_over:
            await _let_go([held], replace(self._endpoint, disabled_at=now), app)
            return
        wait_until = self._leave_alone_until(now)
        if wait_until is not None:
            await _finish(held, Outcome(next_due_at=wait_until, error=self._pause_why), app)
            return
        if message.message_id in self._under_way:
            await _finish(held, Outcome(next_due_at=now + BREATH, error="it is on its way already"), app)
            return
        self._under_way.add(message.message_id)
        if held.action.payload.get("replay"):
            await self._pace()
        posted = await app.poster.post(
            self._endpoint.url,
            message.message_id,
            message.body.encode(),
            self._endpoint.signing(now),
            now,
        )
        self._heed(posted, now)
        await self._write(held, message, posted)
        app.tally.count("webhooks", outcome=posted.verdict.value)

    async def _was_taken(self, held: Leased) -> bool:
        """A replay overtook this try, or this try a replay; asked for by its id, it goes all the same."""
        if held.action.payload.get("even_if_taken"):
            return False
        told = held.action.payload
        return await self._app.store.webhook_state(told["endpoint"], told["message"]) is SendingState.SENT

    def _leave_alone_until(self, now: datetime) -> datetime | None:
        if self._pause_until is not None and now < self._pause_until:
            return self._pause_until
        return now if time.monotonic() > self._ends else None

    async def _pace(self) -> None:
        start = max(time.monotonic(), self._next_replay)
        self._next_replay = start + REPLAY_GAP_REAL_S
        await asyncio.sleep(max(0.0, start - time.monotonic()))

    def _heed(self, posted: Posted, now: datetime) -> None:
        if posted.asks_for_pause and posted.retry_after_s:
            self._pause_until = now + timedelta(seconds=posted.retry_after_s)
        elif posted.was_stuck:
            self._pause_until, self._pause_why = now + BREATH, "it does not answer"
        self._is_over = self._is_over or posted.verdict is Verdict.GONE

    @again_if_contended
    async def _write(self, held: Leased, message: WebhookMessage, posted: Posted) -> None:
        """The try, what follows from it, and the endpoint's health become durable together."""
        app, now = self._app, self._app.clock.now()
        outcome, state = _what_follows(held, message, posted, now)
        attempt = WebhookAttempt(
            endpoint_id=self._endpoint.endpoint_id,
            message_id=message.message_id,
            shop_id=message.shop_id,
            at=now,
            outcome={SendingState.WAITING: "retry"}.get(state, state.value),
            status=posted.status,
            detail=posted.detail,
            took_ms=posted.took_ms,
        )
        try:
            async with app.store.transaction() as tx:
                await tx.add_webhook_attempt(attempt)
                await tx.put_webhook_sendings([(self._endpoint.endpoint_id, message)], state, now)
                await app.work.add(tx, await self._health(tx, posted, now))
                await finish(tx, held, outcome, now, app)
        except LostLeaseError:
            log.warning("lease_lost", action=held.action.key)

    async def _health(self, tx: Transaction, posted: Posted, now: datetime) -> list[Action]:
        """Failures counted or forgotten; the owner told when it is time."""
        if posted.verdict is Verdict.TAKEN:
            await tx.webhook_worked(self._endpoint.endpoint_id)
            return []
        stands = await tx.webhook_failed(self._endpoint.endpoint_id, now)
        if stands is None or not stands.is_active:
            return []
        if posted.verdict is Verdict.GONE:
            changed, share = disabled(stands, GONE, now), SHARES[-1]
        else:
            changed, reached = after_failure(stands, now)
            share = reached or 0
        if posted.asks_for_pause and changed.is_active:
            changed = replace(changed, paused_until=self._pause_until)
        if changed != stands:
            await tx.put_webhook_endpoint(changed)
        if not share:
            return []
        host = urlsplit(changed.url).hostname or ""
        return await tell(
            tx, seller_notices(changed, host, share, seller_channels(self._app), now), self._app
        )


def seller_channels(app: App) -> list[str]:
    """The channels that reach a seller and are set up."""
    return [key for key in ("inbox", "email") if key in app.channels and app.channels[key].is_configured]


async def sweep_webhooks(group: Sequence[Leased], app: App) -> None:
    """Forget what is too old to replay; every day, whoever is alive."""
    now = app.clock.now()
    before = now - timedelta(days=app.settings.webhooks.keep_days)
    for held in group:
        async with app.store.transaction() as tx:
            forgot = await tx.sweep_webhooks(before, SWEEP_ROWS)
            again = now if forgot == SWEEP_ROWS else now + SWEEP_EVERY
            await finish(tx, held, Outcome(next_due_at=again), now, app)


def _what_follows(
    held: Leased, message: WebhookMessage, posted: Posted, now: datetime
) -> tuple[Outcome, SendingState]:
    if posted.verdict is Verdict.TAKEN:
        return Outcome(done=True), SendingState.SENT
    if posted.verdict is Verdict.GONE:
        return Outcome(done=True, error=posted.detail), SendingState.DEAD
    again = next_try(
        held.attempts + 1,
        f"{message.message_id}:{held.action.payload['endpoint']}",
        now,
        after_s=WEBHOOK_AFTER_S,
        retry_after_s=posted.retry_after_s,
    )
    outcome = Outcome(next_due_at=again, counts_as_failure=True, error=posted.detail)
    return outcome, SendingState.DEAD if again is None else SendingState.WAITING


async def _let_go(group: Sequence[Leased], endpoint: Endpoint | None, app: App) -> None:
    """Nothing is sent to an endpoint that is disabled or gone; its messages are marked for a replay."""
    now = app.clock.now()
    async with app.store.transaction() as tx:
        if endpoint is not None:
            ids = [held.action.payload["message"] for held in group]
            messages = await tx.webhook_messages(ids)
            sendings = [(endpoint.endpoint_id, message) for message in messages]
            await tx.put_webhook_sendings(sendings, SendingState.DEAD, now)
        for held in group:
            await finish(tx, held, Outcome(done=True, error=OFF), now, app)


async def _finish(held: Leased, outcome: Outcome, app: App) -> None:
    try:
        async with app.store.transaction() as tx:
            await finish(tx, held, outcome, app.clock.now(), app)
    except LostLeaseError:
        log.warning("lease_lost", action=held.action.key)
