"""What it takes to hand a message to a subscriber's program, and where such messages are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from milepost.model.webhooks import Endpoint, Happening, Sending, SendingState, WebhookAttempt, WebhookMessage


class Verdict(StrEnum):
    """What an endpoint answered."""

    TAKEN = "taken"
    AGAIN = "again"
    GONE = "gone"  # 410: nobody listens there any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One try's result; `detail` has no personal data."""

    verdict: Verdict
    detail: str
    status: int | None = None
    retry_after_s: float | None = None
    asks_for_pause: bool = False  # Retry-After holds back its other messages too
    was_stuck: bool = False  # no answer at all: whatever comes after it would wait as long
    took_ms: int = 0

    def after(self, seconds: float) -> "Posted":
        """The same, with how long it took."""
        return replace(self, took_ms=round(seconds * 1000))


class Poster(Protocol):
    """Hands messages over."""

    async def post(
        self, url: str, message_id: str, body: bytes, secrets: tuple[str, ...], now: datetime
    ) -> Posted:
        """One try, in bounded time; `now` is signed as its time. Never raises for a failed one."""
        ...

    async def close(self) -> None: ...


class WebhookWrites(Protocol):
    """The part of a transaction that has to do with webhooks."""

    async def webhook_endpoints(self, shop_ids: Collection[str]) -> list[Endpoint]:
        """All endpoints of these shops, disabled ones too, in the order in which they were added."""
        ...

    async def put_webhook_endpoint(self, endpoint: Endpoint) -> None:
        """Add or replace by id, health included; sealed."""
        ...

    async def drop_webhook_endpoint(self, endpoint_id: str) -> None:
        """Forget it and what was sent there."""
        ...

    async def add_webhook_messages(self, happenings: Sequence[Happening]) -> list[WebhookMessage]:
        """Number and keep them; those whose key was known are left out."""
        ...

    async def webhook_messages(self, message_ids: Sequence[str]) -> list[WebhookMessage]: ...

    async def put_webhook_sendings(
        self, sendings: Sequence[tuple[str, WebhookMessage]], state: SendingState, at: datetime
    ) -> None:
        """Messages on their way to endpoints `(endpoint_id, message)`: added, or set to this state."""
        ...

    async def add_webhook_attempt(self, attempt: WebhookAttempt) -> None:
        """Keep one try; its number is counted here."""
        ...

    async def webhook_failed(self, endpoint_id: str, at: datetime) -> Endpoint | None:
        """Its failures count from now unless they did; the endpoint as it stands then."""
        ...

    async def webhook_worked(self, endpoint_id: str) -> None:
        """A message was taken: no failures, nothing to tell its owner."""
        ...

    async def end_webhook_pauses(self, now: datetime) -> None:
        """Pauses that would last beyond `now` are over."""
        ...

    async def sweep_webhooks(self, before: datetime, limit: int) -> int:
        """Forget messages from before, with their tries; how many rows, at most `limit` messages."""
        ...


class WebhookReads(Protocol):
    """The part of the store that has to do with webhooks. `shop_ids` None means every shop."""

    async def webhooks(self, shop_ids: Sequence[str] | None) -> list[Endpoint]:
        """In the order in which they were added."""
        ...

    async def webhook(self, endpoint_id: str) -> Endpoint | None: ...

    async def webhook_message(self, message_id: str) -> WebhookMessage | None: ...

    async def webhook_state(self, endpoint_id: str, message_id: str) -> SendingState | None:
        """What became of a message at an endpoint; None when it was never meant for it."""
        ...

    async def webhook_sendings(
        self, endpoint_id: str, *, cursor: str | None, limit: int, state: str | None = None
    ) -> tuple[list[Sending], str | None]:
        """Newest first, each with its tries; and the cursor of the next page."""
        ...

    async def webhook_missed(
        self, endpoint: Endpoint, since: datetime, until: datetime, *, everything: bool, limit: int
    ) -> list[WebhookMessage]:
        """Messages of `[since, until)` it subscribed to and did not take (or all), oldest first."""
        ...
