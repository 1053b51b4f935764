"""What the planner of polls looks at: a parcel's outlook, a carrier's quota, and how it is shared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from milepost.model.statuses import BEFORE_ACCEPTANCE, Status

TROUBLED = frozenset({Status.HELD, Status.ATTEMPTED})
MINUTES_A_DAY = 24 * 60
TYPICAL_GAP_S = {"waiting": 24 * 3600.0, "moving": 9 * 3600.0, "door": 4 * 3600.0, "troubled": 24 * 3600.0}
"""Between two scans, by stage, until enough were measured. Our own assumption: carriers publish none."""

NO_LIMIT = 1_000_000_000
"""Calls, where a carrier sets no limit."""


def stage(status: Status) -> str:
    """The part of its way: `waiting`, `moving`, `door` or `troubled`."""
    if status in BEFORE_ACCEPTANCE or status is Status.UNKNOWN:
        return "waiting"
    if status is Status.OUT_FOR_DELIVERY:
        return "door"
    return "troubled" if status in TROUBLED else "moving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What we know of a parcel that says when its next scan is likely. Instants are UTC."""

    number: str
    status: Status
    last_scan_at: datetime | None  # the last sign of life
    since: datetime  # when we began to wait for one
    window: tuple[datetime, datetime] | None = None  # `low_at` and `high_at` of its Forecast
    usual_gap_s: float | None = None  # measured between two scans in this stage; None: not enough were seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a carrier allows: calls, and numbers in each. 0 means that no such limit is known."""

    batch: int = 1
    per_minute: int = 0
    per_day: int = 0  # counted from midnight UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a quota."""

    now: int  # calls that may be made at once
    today: int  # calls until midnight UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How one carrier's parcels are polled, as the last survey found it.

    The intervals of shops grow where all wishes together are more than the quota.
    """

    by_shop: Mapping[str, float] = field(default_factory=dict)  # only those that wait: factors above 1
    pushed: float = 0.0  # the share of its news that its pushes tell first, of numbers that it pushes

    def of(self, shop_id: str | None) -> float:
        """1.0 for whoever gets what is wished."""
        return self.by_shop.get(shop_id or "", 1.0)


FREE = Pace()
"""The quota is enough for all, and nobody pushes."""
