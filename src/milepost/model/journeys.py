"""The story of one shipment, derived from its events and replaced whenever a new one arrives."""

from datetime import datetime

from msgspec import Struct

from milepost.model.events import TrackingEvent
from milepost.model.places import Place
from milepost.model.statuses import Status


class JourneyEvent(Struct, frozen=True, kw_only=True, gc=False):
    """One scan as one source told it, however often: the best of its copies."""

    event: TrackingEvent
    event_id: str  # of the earliest copy in time: the public id, independent of the order of arrival
    first_heard_at: datetime  # UTC
    copies: int
    step: str  # event_id of its first event; events of several sources about one scan share it
    is_retracted: bool = False  # a person entered it, and it was taken back: it counts no more


class Journey(Struct, frozen=True, kw_only=True, gc=False):
    """What all events together say. A pure function of the set of events, in any order."""

    status: Status
    reason: str | None
    status_since: datetime | None  # UTC, when it happened
    events: tuple[JourneyEvent, ...]  # oldest first
    last_place: Place | None
    last_scan_at: datetime | None  # UTC, last physical scan
    last_heard_at: datetime | None  # UTC
    accepted_at: datetime | None
    out_for_delivery_at: datetime | None
    delivered_at: datetime | None
    delivery_retracted: bool
    returning: bool
    attempts: int
    unknown_events: int

    @property
    def steps(self) -> int:
        """How many different scans were told of."""
        return len({event.step for event in self.events})

    @property
    def standing(self) -> tuple[JourneyEvent, ...]:
        """Without entries that were taken back and the taking back itself: those are the shop's to see."""
        return tuple(scan for scan in self.events if not (scan.is_retracted or scan.event.retracts))


EMPTY_JOURNEY = Journey(
    status=Status.EXPECTED,
    reason=None,
    status_since=None,
    events=(),
    last_place=None,
    last_scan_at=None,
    last_heard_at=None,
    accepted_at=None,
    out_for_delivery_at=None,
    delivered_at=None,
    delivery_retracted=False,
    returning=False,
    attempts=0,
    unknown_events=0,
)
