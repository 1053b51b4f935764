"""A draft goes in while its owner watches: how far it is stands in the store, for whichever node is asked."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from milepost.desk.imports import Imported, ImportRefusedError, import_file
from milepost.model.imports import Draft, DraftGoing, GoingState
from milepost.ports.app import App
from milepost.ports.store import Transaction

AT_ONCE_BYTES_MAX = 100_000
"""A file this short is in within the second or two that nobody minds."""

SILENT_REAL_S = 120
"""No part went in for so long: whoever took it in was stopped."""


async def take_in_at_once(app: App, draft: Draft) -> Imported:
    """It, and the draft is forgotten. Raises ImportRefusedError."""
    imported = await import_file(app, draft.body, draft.stated, draft.shop_id)
    async with app.store.transaction() as tx:
        await tx.drop_draft(draft.draft_id)
    return imported


async def begin(app: App, draft: Draft) -> bool:
    """Say that it goes in; False where it does already."""
    now = await going(app, draft)
    if now is not None and now.state is GoingState.UNDER_WAY and not is_stopped(app, now):
        return False
    await _say(app, draft, _under_way(app, draft, 0, 0))
    return True


async def go_on(app: App, draft: Draft) -> None:
    """Take in a long one that `begin` was said of; what became of it is said at the end, whatever it is."""

    async def heard(tx: Transaction, /, *, done: int, total: int) -> None:
        await tx.set_mark(_mark(draft), _written(_under_way(app, draft, done, total)))

    said = _under_way(app, draft, 0, 0)
    try:
        imported = await import_file(app, draft.body, draft.stated, draft.shop_id, heard)
    except ImportRefusedError as error:
        await _say(app, draft, replace(said, state=GoingState.REFUSED, why_refused=str(error)))
    else:
        rows = len(imported.preview.rows)
        counts = imported.preview.counts
        await _say(app, draft, replace(said, state=GoingState.IN, done=rows, total=rows, counts=counts))


async def going(app: App, draft: Draft) -> DraftGoing | None:
    """How far this draft is; None for one that nobody takes in."""
    written = await app.store.mark(_mark(draft))
    found = msgspec.json.decode(written, type=DraftGoing) if written else None
    return found if found is not None and found.draft_id == draft.draft_id else None


def is_stopped(app: App, now: DraftGoing) -> bool:
    """Whether its owner had better take it in again: what is in stays in."""
    silent = timedelta(seconds=SILENT_REAL_S * app.clock.rate)
    return now.state is GoingState.UNDER_WAY and app.clock.now() - now.at > silent


def _under_way(app: App, draft: Draft, done: int, total: int) -> DraftGoing:
    return DraftGoing(
        draft_id=draft.draft_id, state=GoingState.UNDER_WAY, done=done, total=total, at=app.clock.now()
    )


async def _say(app: App, draft: Draft, now: DraftGoing) -> None:
    async with app.store.transaction() as tx:
        await tx.set_mark(_mark(draft), _written(now))


def _mark(draft: Draft) -> str:
    """One a person, since a person has one draft."""
    return f"import:{draft.user_id}"


def _written(now: DraftGoing) -> str:
    return msgspec.json.encode(now).decode()
