"""What a failed try means: when the next one is, and whether it counts against the work."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from milepost.flow import LostLeaseError, finish
from milepost.model.actions import Leased, Outcome
from milepost.ports.app import App
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.react import polls

ACCESS_RETRY = timedelta(hours=1)
"""How long to wait after being refused: a person has to act, and may have."""

log = structlog.get_logger(__name__)


async def put_off(group: Sequence[Leased], app: App, error: Exception) -> None:
    """Write a failed try and when the next one is."""
    now = app.clock.now()
    async with app.store.transaction() as tx:
        for held in group:
            try:
                await finish(tx, held, outcome_of(held, error, now), now, app)
            except LostLeaseError:
                log.warning("lease_lost", action=held.action.key)


def outcome_of(held: Leased, error: Exception, now: datetime) -> Outcome:
    """Busy is only later; anything else counts as a failure and waits longer each time."""
    if isinstance(error, SourceBusyError):
        asked_s = error.retry_after_s
        wait = timedelta(seconds=polls.FIRST_FAILURE_S if asked_s is None else asked_s)
        return Outcome(next_due_at=now + wait, error=str(error))
    if isinstance(error, AccessError):
        return Outcome(next_due_at=now + ACCESS_RETRY, counts_as_failure=True, error=str(error))
    text = str(error) if isinstance(error, SourceError) else f"{type(error).__name__} (see the log)"
    return Outcome(next_due_at=polls.after_failure(held.attempts, now), counts_as_failure=True, error=text)
