"""What is wrong with a parcel, read from its scans: opened by one, resolved by a later one.

The exceptions of a journey are worked out anew from all its scans, so that scans told late or in any order
end in the same exceptions; what differs from before is the decision.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from milepost.model.changes import Decision, ShipmentChange
from milepost.model.events import TrackingEvent
from milepost.model.exceptions import DeliveryException
from milepost.model.journeys import Journey, JourneyEvent
from milepost.model.promises import kept_until
from milepost.model.shipments import Shipment
from milepost.model.statuses import BEFORE_ACCEPTANCE, REASONS, Evidence, Status
from milepost.react.kinds import ENDED, KINDS, TAKEN_OVER, kind_of, mover_of

RETRACTED, PICKUP = "delivery_retracted", "pickup"
SAME_CAUSE = timedelta(minutes=15)
"""A second copy of a scan may tell a slightly different instant."""

TOLD_ANEW = "It was told again, and differently."
_CONTRADICTS_DELIVERY = frozenset({Status.ATTEMPTED, Status.HELD, Status.LOST})
_HOW: dict[Status, str] = {
    Status.DELIVERED: "It was delivered.",
    Status.RETURNED: "It came back to the sender.",
    Status.RETURN_IN_TRANSIT: "It was turned round to the sender.",
    Status.CANCELLED: "The shipment was cancelled.",
    Status.DESTROYED: "It was destroyed.",
    Status.LOST: "It was given up as lost.",
    Status.OUT_FOR_DELIVERY: "It went out for delivery.",
    Status.AVAILABLE_FOR_PICKUP: "It is ready to be collected.",
    Status.ATTEMPTED: "It went on: delivery was tried.",
}
MOVED_ON = "It moved on."


def decide_anew(change: ShipmentChange, now: datetime) -> Decision:
    """The same where scans were taken away or given back, and none is new."""
    after = of_journey(change.after, change.shipment, now)
    standing = [exception for exception in change.exceptions if exception.event_id is not None]
    opened = [found for found in after if not any(_is_same(known, found) for known in standing)]
    opened = [_in_time(one, change) for one in opened if one.is_open]
    return Decision(opened=tuple(opened), resolved=tuple(_resolved(standing, after, now)))


def decide(change: ShipmentChange, now: datetime) -> Decision:
    """Exceptions that these scans open or resolve. `now` is aware; deciding twice opens nothing twice."""
    if not change.new_events or (not change.exceptions and _is_plain(change.after)):
        return Decision()
    before = of_journey(change.before, change.shipment, now)
    after = of_journey(change.after, change.shipment, now)
    standing = [exception for exception in change.exceptions if exception.event_id is not None]
    opened = [found for found in after if not any(_is_same(known, found) for known in (*before, *standing))]
    opened = [_in_time(one, change) for one in opened]
    return Decision(opened=tuple(opened), resolved=tuple(_resolved(standing, after, now)))


def _in_time(one: DeliveryException, change: ShipmentChange) -> DeliveryException:
    """What waits to be collected waits as long as the carrier says it keeps this very parcel."""
    told = kept_until(change.promises, one.opened_at) if one.kind == PICKUP else None
    return replace(one, act_by=told.to_at) if told else one


def _is_plain(journey: Journey) -> bool:
    """Nothing in it can have opened anything: most parcels, which need no closer look (`_Telling.hear`)."""
    delivered = came_back = False
    for scan in journey.events:
        event = scan.event
        if event.status is None or (delivered and not _contradicts_delivery(event)):
            continue
        if delivered or kind_of(event) is not None:
            return False
        came_back |= event.status is Status.RETURNED
        delivered = event.status is Status.DELIVERED and not came_back
    return True


def of_journey(journey: Journey, shipment: Shipment, now: datetime) -> list[DeliveryException]:
    """Every exception of a journey, resolved ones too, in the order they were opened."""
    telling = _Telling(shipment, now)
    for scan in journey.events:
        telling.hear(scan)
    return [*telling.ended, *telling.open.values()]


def _is_same(known: DeliveryException, found: DeliveryException) -> bool:
    """Of one kind, and `known` began while `found` lasted: an earlier copy may have moved the beginning."""
    return (
        known.kind == found.kind
        and found.opened_at - SAME_CAUSE <= known.opened_at
        and (found.resolved_at is None or known.opened_at <= found.resolved_at)
    )


def _resolved(
    standing: Iterable[DeliveryException], after: list[DeliveryException], now: datetime
) -> Iterable[DeliveryException]:
    for exception in standing:
        same = [found for found in after if _is_same(exception, found)]
        if any(found.is_open for found in same):
            continue
        ends = [found for found in same if found.resolved_at is not None]
        if not ends:
            yield exception.resolve(now, TOLD_ANEW)
            continue
        last = max(ends, key=lambda found: found.resolved_at or now)
        yield exception.resolve(last.resolved_at or now, last.resolution)


@dataclass(slots=True)
class _Telling:
    """The exceptions so far, while a journey is told from its first scan to its last."""

    shipment: Shipment
    now: datetime
    open: dict[str, DeliveryException] = field(default_factory=dict)
    ended: list[DeliveryException] = field(default_factory=list)
    is_delivered: bool = False
    is_returning: bool = False

    def hear(self, scan: JourneyEvent) -> None:
        """One more scan, later in time than all before."""
        event = scan.event
        if event.status is None or (event.status in BEFORE_ACCEPTANCE and event.reason is None):
            return
        if self.is_delivered and not _contradicts_delivery(event):
            return
        self._end(event)
        if self.is_delivered:
            self.is_delivered = False
            self._begin(RETRACTED, scan)
        self.is_delivered = event.status is Status.DELIVERED and not self.is_returning
        self.is_returning |= event.status in (Status.RETURN_IN_TRANSIT, Status.RETURNED)
        kind = kind_of(event)
        if kind is not None and not (self.is_returning and kind in ("attempted", "pickup", "refused")):
            self._begin(kind, scan)

    def _end(self, event: TrackingEvent) -> None:
        """What this scan resolves. A delay on the road is not progress, nor is a computed scan."""
        if not self.open or event.status is None or event.evidence is Evidence.MESSAGE:
            return
        if event.status is Status.IN_TRANSIT and kind_of(event) is not None:
            return
        status = Status.RETURNED if self.is_returning and event.status is Status.DELIVERED else event.status
        for kind in list(self.open):
            counts = event.evidence is Evidence.PHYSICAL or status in ENDED or kind.startswith("customs")
            if counts and status in KINDS[kind].ends_with:
                self._close(kind, event.occurred.order_key, _HOW.get(status, MOVED_ON))

    def _begin(self, kind: str, scan: JourneyEvent) -> None:
        for less in TAKEN_OVER.get(kind, ()):
            self._close(less, scan.event.occurred.order_key, "More is known now.")
        if kind in self.open:
            return
        event, rule = scan.event, KINDS[kind]
        at = event.occurred.order_key
        responsible = event.responsible or REASONS.get(event.reason or "", rule.responsible)
        self.open[kind] = DeliveryException(
            shop_id=self.shipment.shop_id,
            shipment_id=self.shipment.shipment_id,
            order_numbers=self.shipment.order_numbers,
            kind=kind,
            severity=rule.severity,
            mover=mover_of(kind, responsible),
            responsible=responsible,
            reason=event.reason,
            opened_at=at,
            noticed_at=self.now,
            act_by=at + rule.act_within if rule.act_within else None,
            event_id=scan.event_id,
        )

    def _close(self, kind: str, at: datetime, how: str) -> None:
        if exception := self.open.pop(kind, None):
            self.ended.append(replace(exception, resolved_at=at, resolution=how))


def _contradicts_delivery(event: TrackingEvent) -> bool:
    """A physical scan after a delivery, or an explicit failure, takes the delivery back."""
    if event.status in (None, Status.UNKNOWN, Status.DELIVERED) or event.status in BEFORE_ACCEPTANCE:
        return False
    is_return = event.status in (Status.RETURN_IN_TRANSIT, Status.RETURNED)
    return event.evidence is Evidence.PHYSICAL or is_return or event.status in _CONTRADICTS_DELIVERY
