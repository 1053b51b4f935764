"""Shapes of webhooks: endpoints, the messages sent to them, and what programs may wish of them."""

from datetime import datetime
from typing import Annotated

import msgspec

from milepost.show.api.shapes import Identifier


class EndpointShape(msgspec.Struct, kw_only=True):
    """An address that hears of one shop's news by webhook. Its secret is shown once, when it is made."""

    id: str
    shop_id: str
    url: str
    description: str
    types: list[str]
    active: bool
    disabled_at: datetime | None
    disabled_why: str | None
    failing_since: datetime | None
    created_at: datetime


class EndpointSecretShape(msgspec.Struct, kw_only=True):
    """An endpoint with its new signing secret, which is shown only now."""

    endpoint: EndpointShape
    secret: str


class WebhookAttemptShape(msgspec.Struct, kw_only=True):
    """One try to hand a message over. `status` is null when there was no answer."""

    number: int
    at: datetime
    outcome: str
    status: int | None
    detail: str
    took_ms: int


class WebhookMessageShape(msgspec.Struct, kw_only=True):
    """A message on its way to one endpoint; `state` is `waiting`, `sent` or `dead`."""

    id: str
    type: str
    at: datetime
    sequence: int
    state: str
    attempts: list[WebhookAttemptShape]


class WebhookMessagePage(msgspec.Struct):
    """One page of messages."""

    data: list[WebhookMessageShape]
    next_cursor: str | None


class EndpointPage(msgspec.Struct):
    """All endpoints; there are few."""

    data: list[EndpointShape]
    next_cursor: str | None


Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Words = Annotated[str, msgspec.Meta(max_length=120)]
Types = Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=50)]


class EndpointWish(msgspec.Struct, kw_only=True):
    """A new endpoint. `shop_id` may be left out by a key of one shop; no `types` means all of them."""

    url: Address
    shop_id: Identifier | None = None
    types: Types = []
    description: Words = ""


class EndpointChange(msgspec.Struct, kw_only=True):
    """What to change; what is left out, or null, stays."""

    url: Address | None = None
    types: Types | None = None
    description: Words | None = None


class ReplayWish(msgspec.Struct, kw_only=True):
    """One message by its id, or what was missed from `since` until `until` (or `everything` of it)."""

    message_id: Identifier | None = None
    since: datetime | None = None
    until: datetime | None = None
    everything: bool = False


class QueuedShape(msgspec.Struct, kw_only=True):
    """What will be sent now: so many messages."""

    messages: int
    message_id: str | None
