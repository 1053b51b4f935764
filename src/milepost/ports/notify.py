"""What it takes to tell somebody something."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from milepost.model.notices import Message, Notice, Recipient


class Sent(StrEnum):
    """What a channel answered."""

    SENT = "sent"
    RETRY = "retry"  # try again later
    REFUSED = "refused"  # this address or message will never do
    UNCERTAIN = "uncertain"  # may have gone out; repeated with the same message id


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """One try's result; `detail` has no personal data."""

    outcome: Sent
    detail: str
    message_id: str = ""
    retry_after_s: float | None = None


class Channel(Protocol):
    """One way to reach people; a folder under notify/channels."""

    @property
    def key(self) -> str: ...

    @property
    def is_configured(self) -> bool: ...

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """Hand it over once. `notice.key` is the idempotency key; never raises for a failed hand-over."""
        ...
