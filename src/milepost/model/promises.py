"""Every date anyone named: who said it, when, for what, and the window it opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from msgspec import Struct


class Promiser(StrEnum):
    """Who named the date."""

    MARKETPLACE = "marketplace"  # the platform's clocks
    CARRIER = "carrier"  # a carrier ETA
    MILEPOST = "milepost"  # our forecast


HAPPENED = "happened"
"""The kind of a date that lies behind: told beside the deadlines, and no promise to anybody."""


DELIVERY = "delivery"
"""The name under which carriers' and our own delivery windows stand."""

COLLECTION = "collection"
"""The name of how long a carrier keeps it to be collected: a promise of its own, never a delivery window."""


class EtaKind(StrEnum):
    """What sort of date it is (carriers.md section 1 rule 8)."""

    COMMITTED = "committed"
    ESTIMATED = "estimated"
    PREDICTED = "predicted"
    RESCHEDULED = "rescheduled"
    HELD_UNTIL = "held_until"  # no delivery: the last day on which it can be collected


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTold:
    """One of the marketplace's clocks, by its own field name (tiktok-shop.md section 3.4, Times)."""

    name: str  # e.g. `delivery_sla_time`
    at: datetime  # UTC
    is_deadline: bool  # True for a date still to be met, False for something that happened


def kept_until(promises: Iterable["Promise"], since: datetime) -> "Promise | None":
    """How long the carrier said it keeps it, told newest; None where that was about an earlier stay.

    `since`: when it was laid ready (aware).
    """
    told = [one for one in promises if one.name == COLLECTION and one.to_at >= since]
    return max(told, key=lambda one: one.said_at, default=None)


class Promise(Struct, frozen=True, kw_only=True, gc=False):
    """One entry of the promises ledger. Append-only; the newest per (promiser, name) is the current one.

    Both ends are UTC. `offset_minutes` is the offset the window was told in, or None if it was not told.
    """

    order_number: str
    shop_id: str
    shipment_id: str | None
    promiser: Promiser
    source: str  # folder key, or `forecast`
    name: str  # `delivery`, `collection`, or the marketplace clock's field name
    kind: str  # EtaKind value, `deadline`, `happened` or the forecast's model name
    from_at: datetime | None
    to_at: datetime
    offset_minutes: int | None
    said_at: datetime  # when we heard it
    reason: str  # one plain sentence: why it was named or changed
    confidence: float | None = None  # 0–1, only for a forecast that measured it
    sample_size: int | None = None  # parcels it rests on
    basis: str = ""  # of a forecast: model.forecasts.Basis as JSON, read by whoever asks why

    @property
    def identity(self) -> tuple[str, str, str, str, str, str]:
        """What this promise is about; a new window under one identity is a change of that promise.

        A carrier names several windows side by side (committed, predicted): each kind stands by itself.
        """
        kind = self.kind if self.promiser is Promiser.CARRIER else ""
        return (self.shop_id, self.order_number, self.shipment_id or "", self.source, self.name, kind)

    @property
    def last_on(self) -> date:
        """The day it ends, in the offset it was told in."""
        return self.to_at.astimezone(timezone(timedelta(minutes=self.offset_minutes or 0))).date()

    @property
    def window(self) -> tuple[str, datetime | None, datetime]:
        """What it says: the same window said again adds nothing."""
        return (self.kind, self.from_at, self.to_at)
