"""What the desk needs of a mailbox: mails since the last look, and nothing that changes one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a mailbox was read. Numbers of mails (UID) hold only under one `validity` (UIDVALIDITY)."""

    validity: int
    uid: int

    @classmethod
    def of(cls, text: str | None) -> Self | None:
        """From a mark, or None."""
        validity, _, uid = (text or "").partition(":")
        return cls(int(validity), int(uid)) if validity.isdigit() and uid.isdigit() else None

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """Some mails, oldest first. A body None: the mail is larger than we read."""

    bodies: Sequence[bytes | None]
    seen: Seen  # after these


class Mailbox(Protocol):
    """One folder of one mailbox."""

    @property
    def is_configured(self) -> bool: ...

    @property
    def key(self) -> str:
        """Opaque; names the mailbox without an address."""
        ...

    async def read(self, seen: Seen | None, since: date) -> Mails:
        """The next mails after `seen`; the first time, or under another validity, those since that day.

        Raises SourceError, or AccessError when it refuses us.
        """
        ...
