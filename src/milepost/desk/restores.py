"""After a restore: what may have been sent already is held, until a person releases or drops it."""

from datetime import datetime

from milepost.model.actions import TELLING, ActionState, Which, WorkAnswer, WorkWish
from milepost.model.restores import BACKUP_TAKEN_AT, RESTORED_AT, RestoreFence
from milepost.ports.app import App
from milepost.ports.clock import Clock
from milepost.ports.store import Store, Transaction
from milepost.queue.leases import LeaseQueue
from milepost.react.notices import INBOX
from milepost.store.backup.taking import Backup

HELD_MAX = 10_000
"""Most that one drop takes on; there may be more."""

RELEASE, DROP = "release restored", "drop restored"
"""What a person can wish for (desk/work_list.py)."""


async def hold_what_tells(store: Store, tx: Transaction, backup: Backup, *, clock: Clock) -> None:
    """The restore fence, written with the restored rows: what was due to be sent then is held.

    It was due when the backup was taken, so it was sent since, or will never be known to have been. The
    inbox is no such thing: it lies in the same database, and what it had is to be told anew.
    """
    fence = RestoreFence(restored_at=clock.now(), backup_taken_at=backup.taken_at)
    await tx.set_mark(RESTORED_AT, fence.restored_at.isoformat())
    await tx.set_mark(BACKUP_TAKEN_AT, fence.backup_taken_at.isoformat())
    work = LeaseQueue(store)
    await work.hold(tx, reason=fence.reason, kinds=sorted(TELLING))
    await work.release(tx, lanes=[f"channel:{INBOX}"], reason=fence.reason)


async def fence_of(store: Store) -> RestoreFence | None:
    """When this database was put back from a backup, and of when that was; None if it never was."""
    restored_at, taken_at = await store.mark(RESTORED_AT), await store.mark(BACKUP_TAKEN_AT)
    if restored_at is None or taken_at is None:
        return None
    return RestoreFence(
        restored_at=datetime.fromisoformat(restored_at), backup_taken_at=datetime.fromisoformat(taken_at)
    )


async def release(_wish: WorkWish, tx: Transaction, app: App) -> WorkAnswer:
    """Send what the restore holds back, now."""
    if app.fence is None:
        return WorkAnswer()
    return WorkAnswer(changed=await app.work.release(tx, reason=app.fence.reason))


async def drop(app: App) -> WorkAnswer:
    """Never send what the restore holds back; at most HELD_MAX at once."""
    if app.fence is None:
        return WorkAnswer()
    held = await app.work.listed(Which(states=(ActionState.HELD,), kinds=sorted(TELLING)), limit=HELD_MAX)
    keys = [one.action.key for one in held if one.said == app.fence.reason]
    async with app.store.transaction() as tx:
        return WorkAnswer(changed=await app.work.drop(tx, Which(keys=keys), app.clock.now()))
