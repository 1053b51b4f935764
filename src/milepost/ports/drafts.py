"""Where a file waits between somebody's look at what it would do and their word that it shall."""

from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.imports import Draft

KEPT = timedelta(hours=24)
"""A draft that nobody took in is forgotten after this."""


class DraftWrites(Protocol):
    """The part of a transaction that has to do with drafts."""

    async def put_draft(self, draft: Draft, at: datetime) -> None:
        """Keep it, sealed, in place of this person's last one; drafts older than KEPT go."""
        ...

    async def drop_draft(self, draft_id: str) -> None: ...


class DraftReads(Protocol):
    """The part of the store that has to do with drafts."""

    async def draft(self, draft_id: str, user_id: str) -> Draft | None:
        """This person's own, or None."""
        ...
