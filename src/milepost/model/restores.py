"""What is known after a backup was put back: a gap in which things were sent that nobody remembers here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from milepost.model.actions import Action

RESTORED_AT = "restored-at"
BACKUP_TAKEN_AT = "backup-taken-at"
"""Names of the two marks that are the fence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreFence:
    """What happened before `restored_at` may have been told already. Both are UTC."""

    restored_at: datetime
    backup_taken_at: datetime

    @property
    def reason(self) -> str:
        """Why something is held, as a person reads it; equal for all that one restore holds."""
        return (
            f"restored from a backup of {self.backup_taken_at:%Y-%m-%d %H:%M:%S} UTC: it may be sent already"
        )

    def behind(self, actions: Iterable[Action]) -> list[str]:
        """Keys of those that tell somebody of what happened before the restore."""
        return [
            action.key
            for action in actions
            if action.news_at is not None and action.news_at < self.restored_at
        ]
