"""Carrying out what is due: work of one kind and lane together, lanes beside each other.

A carrier is asked about many numbers at once, and a slow or stuck lane never delays another.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from milepost.carry.asking import poll_carrier
from milepost.carry.failures import put_off
from milepost.carry.sending import send_notices
from milepost.carry.shops import poll_orders, poll_tracking, refresh_grants, sync_shops
from milepost.carry.webhooks import send_webhooks, sweep_webhooks
from milepost.flow import LostLeaseError, look_again
from milepost.model.actions import ActionKind, Leased
from milepost.ports.app import App

LEASE_MAX = 400
"""Actions taken at once; what is not reached within the lease comes back."""

LEASE_LENGTH = timedelta(minutes=5)
LANES_AT_ONCE = 8

log = structlog.get_logger(__name__)

Handler = Callable[[Sequence[Leased], App], Awaitable[None]]

HANDLERS: dict[ActionKind, Handler] = {
    ActionKind.POLL_CARRIER: poll_carrier,
    ActionKind.POLL_ORDER: poll_orders,
    ActionKind.POLL_TRACKING: poll_tracking,
    ActionKind.SYNC_SHOP: sync_shops,
    ActionKind.REFRESH_GRANT: refresh_grants,
    ActionKind.SEND_NOTICE: send_notices,
    ActionKind.SEND_WEBHOOK: send_webhooks,
    ActionKind.SWEEP_WEBHOOKS: sweep_webhooks,
    ActionKind.WATCH_SHIPMENT: look_again,
}


async def carry_out_due(app: App, worker: str) -> int:
    """Take what is due now and do it; how many actions were taken."""
    leased = await app.work.lease(now=app.clock.now(), worker=worker, length=LEASE_LENGTH, limit=LEASE_MAX)
    groups: dict[tuple[ActionKind, str], list[Leased]] = defaultdict(list)
    for held in leased:
        groups[(held.action.kind, held.action.lane)].append(held)
    limit = asyncio.Semaphore(LANES_AT_ONCE)
    await asyncio.gather(*(_carry_out(kind, group, app, limit) for (kind, _), group in groups.items()))
    return len(leased)


async def _carry_out(kind: ActionKind, group: list[Leased], app: App, limit: asyncio.Semaphore) -> None:
    async with limit:
        try:
            await HANDLERS[kind](group, app)
        except LostLeaseError as lost:
            log.warning("lease_lost", action=str(lost))
        except Exception as error:
            log.exception("action_failed", kind=kind.value, actions=len(group))
            await put_off(group, app, error)
