"""What it takes to tell somebody something."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from milepost.model.notices import Message, Notice, Recipient
from milepost.model.reports import Refusal


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
    opted_out: bool = False  # the receiver wants none of these any more
    gone: bool = False  # nobody is there any more: this address is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Fare:
    """What one message costs, and how far we go in a day (UTC). Money in millionths."""

    number: str  # E.164
    micros: int
    day_micros_max: int
    per_number_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What a provider tells us afterwards: of a message by its id, or that a number wants no more."""

    message_id: str
    status: str
    error: str
    number: str
    wish: str  # `stop`, `start` or nothing


class Channel(Protocol):
    """One way to reach people; a folder under notify/channels."""

    @property
    def key(self) -> str: ...

    @property
    def is_configured(self) -> bool: ...

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """Hand it over once. `notice.key` is the idempotency key; never raises for a failed hand-over."""
        ...


@runtime_checkable
class TextChannel(Channel, Protocol):
    """A channel to phones, where each message costs money."""

    def number_of(self, text: str, country: str) -> str | None:
        """A typed number as E.164; without country code it is one of `country`. None: not a number."""
        ...

    def why_not(self, number: str) -> str | None:
        """Why nothing is sent to this number, or None."""
        ...

    def fare(self, message: Message, recipient: Recipient) -> Fare:
        """What it would cost; only for a number that `why_not` has nothing against."""
        ...

    def read_callback(self, url: str, body: bytes, signature: str) -> Callback | Refusal:
        """A provider's call to `url`, checked. Never raises."""
        ...


@runtime_checkable
class PushChannel(Channel, Protocol):
    """A channel to browsers, each reached through the push service of whoever made it."""

    @property
    def at_once(self) -> int:
        """How many are told at a time: a push service that is stuck holds up no other."""
        ...

    def application_key(self) -> str:
        """Our public key, which a browser takes messages from; URL-safe base64."""
        ...

    def why_unreachable(self, address: str) -> str | None:
        """Why nothing is sent to what a browser told of itself, as a sentence for its owner, or None."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """What is closed at the end."""

    async def close(self) -> None: ...
