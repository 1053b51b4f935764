"""Pushes of carriers: who is subscribed until when, and how much of the news comes by them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EVERY_NUMBER = "*"
"""Subscribed by account: whatever travels on it is pushed."""

LAGS_S = (60, 300, 900, 3_600, 14_400, 86_400)
"""Seconds from the scan to our hearing of it, as they are counted: up to each of these, or beyond."""

BEYOND = 0
"""The bucket of lags longer than all of those."""


class PushBy(StrEnum):
    """How a carrier's pushes are asked for (`push` in carrier.toml)."""

    NONE = ""  # it pushes nothing, or nobody has written how
    NUMBER = "number"  # we subscribe each tracking number, and again before that ends
    ACCOUNT = "account"  # the operator sets it up once, for all parcels of an account


class PushState(StrEnum):
    """How far a subscription has come."""

    ASKED = "asked"  # the carrier has it in hand and has not said yes
    ACTIVE = "active"
    REFUSED = "refused"  # the carrier does not push this number; it is polled


class HeardBy(StrEnum):
    """How a scan was first heard."""

    PUSH = "push"
    POLL = "poll"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    """One number (or EVERY_NUMBER) at one carrier. Instants are UTC; `until_at` None: it does not say."""

    carrier: str
    tracking_number: str
    state: PushState
    asked_at: datetime
    subscription_id: str = ""  # theirs, where they give one
    until_at: datetime | None = None
    said: str = ""  # why it was refused, in one sentence
    pushed_at: datetime | None = None  # when it was last pushed

    def holds_at(self, now: datetime) -> bool:
        """Whether its scans are pushed now."""
        return self.state is PushState.ACTIVE and (self.until_at is None or now < self.until_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushCount:
    """So many scans of one day (UTC, ISO date), first heard in one way, with a lag of up to `lag_s`."""

    carrier: str
    day: str
    how: HeardBy
    lag_s: int  # of LAGS_S, or BEYOND
    scans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushHealth:
    """How well one carrier's pushes work; only numbers it pushes count. A lag is an upper bound, seconds."""

    carrier: str
    last_push_at: datetime | None
    by_push: int = 0  # scans first heard by a push, or by the look that a push asked for
    by_poll: int = 0
    lag_p50_s: int | None = None  # from the scan to our hearing of it; None: nothing heard, or beyond a day
    lag_p95_s: int | None = None

    @property
    def share(self) -> float | None:
        """Of the scans, those first heard by push; None while there are none."""
        heard = self.by_push + self.by_poll
        return self.by_push / heard if heard else None


def bucket_of(lag_s: float) -> int:
    """Where a lag is counted."""
    return next((bound for bound in LAGS_S if lag_s <= bound), BEYOND)


def health_of(carrier: str, counts: Iterable[PushCount], last_push_at: datetime | None) -> PushHealth:
    """What the counts of some days come to."""
    own = [count for count in counts if count.carrier == carrier]
    pushed = [count for count in own if count.how is HeardBy.PUSH]
    return PushHealth(
        carrier=carrier,
        last_push_at=last_push_at,
        by_push=sum(count.scans for count in pushed),
        by_poll=sum(count.scans for count in own if count.how is HeardBy.POLL),
        lag_p50_s=_lag(pushed, 0.5),
        lag_p95_s=_lag(pushed, 0.95),
    )


def _lag(counts: list[PushCount], share: float) -> int | None:
    """The bound below which so many of the lags lie."""
    wanted = share * sum(count.scans for count in counts)
    below = 0
    for bound in LAGS_S:
        below += sum(count.scans for count in counts if count.lag_s == bound)
        if below and below >= wanted:
            return bound
    return None
