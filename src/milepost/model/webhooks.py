"""Webhooks: where programs hear of news, what they hear, and what became of each try to tell them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

VERSION = 1
"""Of the bodies. Fields may be added under one version; none is taken away or changes its meaning."""

BODY_BYTES_MAX = 20_000
"""Standard Webhooks: receivers may refuse what is larger."""

TEXT_MAX = 500
"""Characters of one text in a body: an address line or a carrier's sentence is shorter."""

TYPES: Mapping[str, str] = {
    "order.added": "An order is tracked from now on.",
    "order.state_changed": "The marketplace gave an order another state.",
    "shipment.added": "A tracking number is tracked from now on.",
    "shipment.status_changed": "A parcel has another status; a delivery too.",
    "shipment.delivered": "A parcel was handed over, or left where the carrier says.",
    "shipment.delivery_retracted": "A later scan contradicts a delivery that was told.",
    "exception.opened": "Something is wrong with a delivery.",
    "exception.resolved": "What was wrong is over.",
    "promise.changed": "Somebody named another delivery window than before, or until when it is kept.",
    "endpoint.ping": "A test that somebody asked for. Sent to one endpoint, whatever it subscribed to.",
}
"""What an endpoint can subscribe to."""

PING = "endpoint.ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One signing secret, `whsec_` and base64. `until` (UTC): signs no longer from then on; None: goes on."""

    value: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address of one shop's program. Address and secrets are sealed at rest."""

    endpoint_id: str
    shop_id: str
    url: str
    description: str
    types: tuple[str, ...]  # empty: everything
    secrets: tuple[Secret, ...] = field(repr=False)  # newest first
    created_at: datetime
    disabled_at: datetime | None = None
    disabled_why: str = ""
    failing_since: datetime | None = None  # first failure since the last success
    told_share: int = 0  # of the time until it is disabled, in percent: the last one its owner was told
    paused_until: datetime | None = None  # it asked for a pause

    @property
    def is_active(self) -> bool:
        """News is sent there."""
        return self.disabled_at is None

    def wants(self, kind: str) -> bool:
        """Whether it subscribed to this type. A test goes to the endpoint it was asked for, only."""
        return kind != PING and (not self.types or kind in self.types)

    def signing(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign at `now`, newest first: during a rotation both."""
        return tuple(one.value for one in self.secrets if one.until is None or now < one.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something programs are told of. The same `key` in a shop is told once."""

    key: str
    kind: str  # of TYPES
    shop_id: str
    subject: str  # what `sequence` counts in: a shipment's id, or `order:NUMBER`
    at: datetime  # UTC, when we knew
    data: Mapping[str, Any]
    news_at: datetime | None = None  # UTC; when what it tells of happened, at the earliest

    @property
    def message_id(self) -> str:
        """`webhook-id`: stays the same over all tries, to all endpoints and in a replay."""
        text = f"{self.shop_id}\x1f{self.key}"
        return f"msg_{hashlib.sha256(text.encode()).hexdigest()[:32]}"

    def message(self, sequence: int) -> "WebhookMessage":
        """As it is sent; `sequence` grows by one with each message of the subject."""
        told = {
            "type": self.kind,
            "version": VERSION,
            "timestamp": self.at.isoformat(),
            "shop_id": self.shop_id,
            "sequence": sequence,
            "data": {name: _bounded(value) for name, value in self.data.items()},
        }
        return WebhookMessage(
            message_id=self.message_id,
            kind=self.kind,
            shop_id=self.shop_id,
            subject=self.subject,
            sequence=sequence,
            at=self.at,
            body=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """A message, byte for byte as every endpoint gets it."""

    message_id: str
    kind: str
    shop_id: str
    subject: str
    sequence: int
    at: datetime
    body: str


class SendingState(StrEnum):
    """What became of a message on its way to one endpoint."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # tried to the end of the schedule, or the endpoint was disabled: replay it


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAttempt:
    """One try to hand a message to an endpoint. `detail` has no personal data."""

    endpoint_id: str
    message_id: str
    shop_id: str
    at: datetime
    outcome: str  # sent | retry | dead
    status: int | None  # the HTTP status; None when there was no answer
    detail: str
    took_ms: int
    number: int = 0  # counted by the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message on its way to one endpoint, with its tries, oldest first."""

    endpoint_id: str
    message: WebhookMessage
    state: SendingState
    attempts: tuple[WebhookAttempt, ...] = ()


def _bounded(value: Any) -> Any:
    return value[:TEXT_MAX] if isinstance(value, str) else value
