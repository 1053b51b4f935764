"""When news happened at the earliest: what was before a restore may have been told already."""

from datetime import datetime, timedelta

from milepost.model.changes import ShipmentChange

EASTERNMOST = timedelta(hours=14)
"""The largest offset there is: a clock there shows this much more than UTC."""


def not_before(at: datetime, change: ShipmentChange) -> datetime:
    """The earliest instant that a time in a journey can be (UTC): a scan without a zone may be anywhere."""
    unzoned = [scan.event.occurred for scan in change.after.events if scan.event.occurred.utc is None]
    return at - EASTERNMOST if any(occurred.order_key == at for occurred in unzoned) else at


def rests_on(change: ShipmentChange) -> datetime:
    """What we say of a parcel at any time rests on its newest scan, or else on its order (UTC)."""
    newest = max((event.occurred.order_key for event in change.new_events), default=None)
    return not_before(newest or change.after.last_scan_at or change.shipment.since, change)
