"""The journey of a shipment: a pure function of the set of its events, whatever order they came in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from milepost.model.events import BY_HAND, TrackingEvent
from milepost.model.journeys import EMPTY_JOURNEY, Journey, JourneyEvent
from milepost.model.statuses import BEFORE_ACCEPTANCE, Evidence, Status
from milepost.record.copies import Copies, best_of, join_copies

STEP_WINDOW = timedelta(minutes=15)
"""Two sources that tell the same status within this of each other tell of one scan."""

ON_THE_ROAD = frozenset(
    {
        Status.ACCEPTED,
        Status.IN_TRANSIT,
        Status.HELD,
        Status.OUT_FOR_DELIVERY,
        Status.AVAILABLE_FOR_PICKUP,
        Status.ATTEMPTED,
    }
)
"""What a parcel on its way back can also be said to be: it stays on its way back."""

CONTRADICTS_DELIVERY = frozenset({Status.ATTEMPTED, Status.HELD, Status.LOST})
"""Told after a delivery, these take it back even without a physical scan."""


def derive(events: Iterable[TrackingEvent]) -> Journey:
    """All events together, in our words (docs/decisions/0004)."""
    scans = _in_order(events)
    if not scans:
        return EMPTY_JOURNEY
    telling = _Telling()
    for scan in scans:
        telling.hear(scan)
    return telling.journey(tuple(scans))


def _in_order(events: Iterable[TrackingEvent]) -> list[JourneyEvent]:
    scans: list[JourneyEvent] = []
    tellers: dict[str, set[str]] = {}  # the sources that told of each step
    told = list(events)
    retracted = _retracted(told)
    joined = join_copies([event for event in told if event.event_id not in retracted] if retracted else told)
    joined += [[event] for event in told if event.event_id in retracted] if retracted else []
    joined.sort(key=_life_order)
    for copies in joined:
        best = first = copies[0]
        heard_at = first.heard_at
        if len(copies) > 1:
            best, heard_at = best_of(copies), min([copy.heard_at for copy in copies])
        step = _step_of(best, scans, tellers) or first.event_id
        tellers.setdefault(step, set()).add(best.source)
        scans.append(
            JourneyEvent(
                event=best,
                event_id=first.event_id,  # the earliest copy's in time: the same in whatever order they came
                first_heard_at=heard_at,
                copies=len(copies),
                step=step,
                is_retracted=first.event_id in retracted,
            )
        )
    return scans


def _retracted(events: list[TrackingEvent]) -> set[str]:
    """Entries of people that people took back."""
    entries = [event for event in events if event.source == BY_HAND]
    return {event.retracts for event in entries} & {event.event_id for event in entries} if entries else set()


def _life_order(copies: Copies) -> tuple[datetime, int, str]:
    """By instant; of equal instants the later stage last, so that it is the one that stands."""
    best = copies[0] if len(copies) == 1 else best_of(copies)
    at, status = best.occurred.utc or best.occurred.order_key, best.status
    return (at, -1 if status is None else status.stage, copies[0].event_id)


def _step_of(event: TrackingEvent, before: list[JourneyEvent], tellers: Mapping[str, set[str]]) -> str | None:
    """The open step of another source with the same status that this scan tells of too, if there is one."""
    status, source = event.status, event.source
    if status is None or status is Status.UNKNOWN:
        return None
    began_at = (event.occurred.utc or event.occurred.order_key) - STEP_WINDOW
    for earlier in reversed(before):
        other = earlier.event
        if (other.occurred.utc or other.occurred.order_key) < began_at:
            break
        if other.status is not status or other.source == source or earlier.is_retracted:
            continue
        if source not in tellers[earlier.step]:
            return earlier.step
    return None


@dataclass(slots=True)
class _Telling:
    """The story so far, while it is being told from the first scan to the last."""

    status: Status | None = None
    reason: str | None = None
    since: datetime | None = None
    delivered_at: datetime | None = None
    retracted: bool = False
    returning: bool = False
    accepted_at: datetime | None = None
    out_at: datetime | None = None
    attempts: set[str] = field(default_factory=set)
    unknown: int = 0

    def hear(self, scan: JourneyEvent) -> None:
        """One more scan, later in time than all before."""
        status = scan.event.status
        if scan.is_retracted:
            self.retracted |= status is Status.DELIVERED
            return
        if status is None:
            return
        if status is Status.UNKNOWN:
            self.unknown += 1
            return
        if status is Status.ATTEMPTED:
            self.attempts.add(scan.step)
        told = self._in_context(status, scan)
        if told is None:
            return
        if told not in BEFORE_ACCEPTANCE and self.accepted_at is None and told is not Status.CANCELLED:
            self.accepted_at = scan.event.occurred.order_key
        if told is Status.OUT_FOR_DELIVERY:
            self.out_at = scan.event.occurred.order_key
        if told is not self.status or scan.event.reason != self.reason:
            self.since = scan.event.occurred.order_key
        self.status, self.reason = told, scan.event.reason

    def _in_context(self, status: Status, scan: JourneyEvent) -> Status | None:
        """What a status means at this point of the story; None when it changes nothing."""
        if status in BEFORE_ACCEPTANCE:
            return status if self.status is None or self.status is Status.EXPECTED else None
        if status in (Status.RETURN_IN_TRANSIT, Status.RETURNED):
            self.returning = True
            return status
        if self.returning:
            return self._on_the_way_back(status)
        if self.status is Status.DELIVERED:
            return self._after_delivery(status, scan)
        if status is Status.DELIVERED:
            self.delivered_at = scan.event.occurred.order_key
        return status

    def _on_the_way_back(self, status: Status) -> Status:
        if status is Status.DELIVERED:
            return Status.RETURNED
        return Status.RETURN_IN_TRANSIT if status in ON_THE_ROAD else status

    def _after_delivery(self, status: Status, scan: JourneyEvent) -> Status | None:
        if status is Status.DELIVERED:
            return None  # said again: the first one counts
        if scan.event.evidence is not Evidence.PHYSICAL and status not in CONTRADICTS_DELIVERY:
            return None
        self.delivered_at = None
        self.retracted = True
        return status

    def journey(self, scans: tuple[JourneyEvent, ...]) -> Journey:
        """What all of it comes to."""
        physical = [scan.event for scan in scans if scan.event.evidence is Evidence.PHYSICAL]
        placed = [event for event in physical if not event.place.raw.is_empty]
        return Journey(
            status=self.status or (Status.UNKNOWN if self.unknown else Status.EXPECTED),
            reason=self.reason,
            status_since=self.since,
            events=scans,
            last_place=placed[-1].place if placed else None,
            last_scan_at=physical[-1].occurred.order_key if physical else None,
            last_heard_at=max(scan.first_heard_at for scan in scans),
            accepted_at=self.accepted_at,
            out_for_delivery_at=self.out_at,
            delivered_at=self.delivered_at,
            delivery_retracted=self.retracted and self.delivered_at is None,
            returning=self.returning,
            attempts=len(self.attempts),
            unknown_events=self.unknown,
        )
