"""Notices, the attempts to send them, and the console's inbox: as the store keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from milepost.model.notices import Attempt, Notice
from milepost.ports.rows import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """One message in the console's inbox."""

    notice: Notice
    subject: str
    text: str
    at: datetime


class NoticeWrites(Protocol):
    """The part of a transaction that keeps what is told."""

    async def put_notices(self, notices: Sequence[Notice]) -> set[str]:
        """Keep decided notices; the keys that were not known."""
        ...

    async def add_attempt(self, attempt: Attempt) -> None: ...

    async def put_inbox(self, notice: Notice, subject: str, text: str, at: datetime) -> None: ...


class NoticeReads(Protocol):
    """The part of the store that knows what was told. `shop_ids` as in ports.store.Reads."""

    async def notice(self, key: str) -> Notice | None: ...

    async def notices(
        self,
        *,
        shop_ids: Sequence[str] | None,
        cursor: str | None,
        limit: int,
        order_number: str | None = None,
    ) -> Page[tuple[Notice, tuple[Attempt, ...]]]: ...

    async def inbox(self, shop_ids: Sequence[str] | None, limit: int) -> list[InboxEntry]: ...
