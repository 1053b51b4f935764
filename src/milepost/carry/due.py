"""Carrying out what is due: which kind of work is done by whom, in bounded time, and what a failure means."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from milepost.carry.asking import poll_carrier
from milepost.carry.backups import take_backups
from milepost.carry.failures import put_off
from milepost.carry.handed_in import read_handed_in
from milepost.carry.sending import send_notices
from milepost.carry.shops import poll_orders, poll_tracking, refresh_grants, sync_shops
from milepost.carry.subscribing import activate_pushes, subscribe_shipments
from milepost.carry.sweeps import sweep
from milepost.carry.webhooks import send_webhooks
from milepost.flow import LostLeaseError, look_again
from milepost.model.actions import ActionKind, Leased
from milepost.ports.app import App
from milepost.ports.sources import SourceError

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
    ActionKind.SWEEP_WEBHOOKS: sweep,
    ActionKind.SUBSCRIBE_SHIPMENT: subscribe_shipments,
    ActionKind.ACTIVATE_PUSHES: activate_pushes,
    ActionKind.READ_HANDED_IN: read_handed_in,
    ActionKind.TAKE_BACKUP: take_backups,
    ActionKind.WATCH_SHIPMENT: look_again,
}
TOGETHER = frozenset(
    {
        ActionKind.POLL_CARRIER,
        ActionKind.POLL_ORDER,
        ActionKind.POLL_TRACKING,
        ActionKind.SEND_WEBHOOK,
        ActionKind.SUBSCRIBE_SHIPMENT,
        ActionKind.WATCH_SHIPMENT,
    }
)
"""Kinds that are done many in one go; all others one by one, each in its own time."""


async def carry_out(
    kind: ActionKind, group: Sequence[Leased], app: App, stops: Callable[[], bool] = lambda: False
) -> None:
    """Do work of one kind and lane. `stops` is asked before each further piece; what is left is not begun."""
    pieces = [group] if kind in TOGETHER else [[held] for held in group]
    for piece in pieces:
        if stops():
            return
        await _in_its_time(kind, piece, app)


async def _in_its_time(kind: ActionKind, piece: Sequence[Leased], app: App) -> None:
    """What takes longer than `work.action_s_max` is broken off and counts as failed."""
    limit_s = app.settings.work.action_s_max
    limit = asyncio.timeout(limit_s)
    try:
        async with limit:
            await HANDLERS[kind](piece, app)
    except LostLeaseError as lost:
        log.warning("lease_lost", action=str(lost))
    except Exception as error:
        if limit.expired():
            log.warning("action_too_long", kind=kind.value, lane=piece[0].action.lane, actions=len(piece))
            await put_off(piece, app, SourceError(f"broken off: it had no end within {limit_s:g} s"))
            return
        log.exception("action_failed", kind=kind.value, actions=len(piece))
        await put_off(piece, app, error)
