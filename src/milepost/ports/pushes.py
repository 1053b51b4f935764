"""What the corridor needs of carriers that push; where it stands who is subscribed and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from milepost.model.pushes import PushCount, PushHealth, PushState, PushSubscription
from milepost.model.reports import Refusal, Report

SHOWN_TOKEN = "x-milepost-token"  # noqa: S105 - a header's name
"""Under this name a `?token=` of the address stands among the headers that `read` gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionNews:
    """What a carrier says of a subscription itself. ASKED: it waits for us to say yes (`activate`)."""

    subscription_id: str
    state: PushState
    until_at: datetime | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A verified push. Of a marketplace it is a hint; of a carrier its scans count where it gives them."""

    report: Report
    notification_id: str
    foreign_shop_id: str = ""
    news: SubscriptionNews | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushToken:
    """A token we give to a carrier that wants to show one with each push."""

    value: str = field(repr=False)
    expires_in_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """What became of asking for some numbers' pushes."""

    tracking_number: str
    state: PushState
    subscription_id: str = ""
    until_at: datetime | None = None
    said: str = ""


class CarrierPushes(Protocol):
    """The pushes of a carrier, switched on by the operator."""

    @property
    def is_by_number(self) -> bool:
        """Whether each number is subscribed; else an account is, once."""
        ...

    @property
    def is_hint(self) -> bool:
        """Whether a push is a reason to ask and no more; else the scans in it count."""
        ...

    @property
    def batch_max(self) -> int:
        """Numbers asked for at once; 0: nothing is asked for, the operator sets it up at the carrier's."""
        ...

    def read(self, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
        """Verify on the raw bytes, then read. Pure."""
        ...

    def grant(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PushToken | Refusal:
        """A token for a carrier that shows ours with each push; a refusal for all others. Pure."""
        ...

    async def subscribe(self, tracking_numbers: Sequence[str]) -> list[Subscribed]:
        """Ask for the pushes of these numbers, or of EVERY_NUMBER. Raises SourceError."""
        ...

    async def activate(self, push: bytes) -> Subscribed:
        """Say yes to the subscription this push asked about (its number is empty). Raises SourceError."""
        ...


class PushWrites(Protocol):
    """The part of a transaction that has to do with carriers' pushes."""

    async def put_push_subscriptions(self, subscriptions: Iterable[PushSubscription]) -> None:
        """Add or replace, by carrier and number; `pushed_at` stays what it was."""
        ...

    async def heed_push_news(self, carrier: str, news: SubscriptionNews) -> int:
        """Set the state and end of all numbers in one of their subscriptions; how many there are."""
        ...

    async def note_pushed(self, carrier: str, tracking_numbers: Sequence[str], at: datetime) -> None:
        """Remember when a number was last pushed, and its carrier."""
        ...

    async def push_subscriptions(
        self, carrier: str, tracking_numbers: Sequence[str]
    ) -> dict[str, PushSubscription]:
        """By number; those nobody asked for are left out."""
        ...

    async def forget_pushes(self, carriers: Sequence[str], before: datetime, limit: int) -> int:
        """Forget ids of their pushes, and subscriptions that ended, before that; of each at most `limit`.

        How many rows went. What is forgotten and comes again is told again, and tells nothing new.
        """
        ...

    async def count_pushes(self, counts: Iterable[PushCount]) -> None:
        """Add to what was counted."""
        ...


class PushReads(Protocol):
    """The part of the store that has to do with carriers' pushes."""

    async def push_subscriptions(
        self, carrier: str, tracking_numbers: Sequence[str]
    ) -> dict[str, PushSubscription]:
        """By number; those nobody asked for are left out."""
        ...

    async def push_health(self, since_day: str) -> dict[str, PushHealth]:
        """By carrier, of what was counted from that day (UTC, ISO date) on."""
        ...
