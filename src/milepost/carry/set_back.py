"""A clock that was set back: what was planned by its old time does not wait for that time to come again."""

import time
from datetime import datetime, timedelta

import structlog

from milepost.ports.app import App

SLACK = timedelta(minutes=1)
"""Clocks of nodes may differ by this much, and one may be set back by it, and nobody cares."""

AGAIN_REAL_S = 10.0
"""Between two looks after a step: what was begun before it may still plan by the old time."""

log = structlog.get_logger(__name__)


class SetBack:
    """One worker's eye on the clock. Forward is no trouble: what is due then is done, and the rest later."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._latest: datetime | None = None
        self._looks_until = float("-inf")  # monotonic, as the next one
        self._next_look = float("-inf")

    async def mind(self) -> None:
        """Look at the clock, and put right what it left behind when it was set back. Raises StoreError."""
        now, at, before = self._app.clock.now(), time.monotonic(), self._latest
        was_set = before is not None and now < before - SLACK
        if before is not None and was_set:
            log.warning("clock_set_back", by_s=round((before - now).total_seconds()))
            self._looks_until = at + self._app.settings.work.action_s_max
            self._next_look = at
        if before is None or self._next_look <= at <= self._looks_until:
            await self._put_right(now, was_set=was_set)
            self._next_look = at + AGAIN_REAL_S
        self._latest = now

    async def _put_right(self, now: datetime, *, was_set: bool) -> None:
        moved = await self._app.work.bring_forward(now, SLACK)
        if moved:
            log.warning("work_brought_forward", actions=moved)
        if moved or was_set:
            async with self._app.store.transaction() as tx:
                await tx.end_webhook_pauses(now)
