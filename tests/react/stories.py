"""Parcels' stories in a few words a line, for the tests of what we make of them."""

from datetime import UTC, datetime

from milepost.model.changes import ShipmentChange
from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant
from milepost.model.places import Place, RawPlace
from milepost.model.promises import Promise, Promiser
from milepost.model.shipments import Shipment
from milepost.model.statuses import REASONS, Evidence, Status
from milepost.record.journey import derive

CREATED_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
SHIPMENT = Shipment(
    shipment_id="s1",
    shop_id="shop",
    order_numbers=("576461413038785752",),
    tracking_number="AC1",
    carrier="acme",
    carrier_reason="its shape",
    provider_id="1",
    provider_name="Acme",
    package_ids=("p1",),
    since=CREATED_AT,
    created_at=CREATED_AT,
)


def at(text):
    """`5 08:10` is 5 March 2026, 08:10 UTC."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-03-{int(day):02d}T{clock}:00+00:00")


def scan(line, source="acme", number="AC1"):
    """`5 08:10  held customs.duties_due [logical|message]`; status `note` says nothing of where it is."""
    day, clock, status, *rest = line.split()
    reason = next((word for word in rest if "." in word), None)
    evidence = next((Evidence(word) for word in rest if "." not in word), Evidence.PHYSICAL)
    return TrackingEvent(
        source=source,
        shop_id="shop",
        order_number=None,
        tracking_number=number,
        occurred=Instant.reported(at(f"{day} {clock}")),
        heard_at=at(f"{day} {clock}"),
        status=None if status == "note" else Status(status),
        reason=reason,
        responsible=REASONS.get(reason) if reason else None,
        evidence=evidence,
        code=status,
        description=status,
        place=Place(raw=RawPlace(text="Paris FR"), located=None),
        report_hash="0" * 64,
    )


def scans(text, **how):
    return [scan(line, **how) for line in text.strip().splitlines() if line.strip()]


def change(before="", new="", *, promises=(), new_promises=(), exceptions=(), shipment=SHIPMENT):
    """What `new` changed in a parcel of which `before` was known."""
    known, fresh = scans(before), scans(new)
    return ShipmentChange(
        shipment=shipment,
        before=derive(known),
        after=derive([*known, *fresh]),
        new_events=tuple(fresh),
        promises=tuple(promises),
        new_promises=tuple(new_promises),
        exceptions=tuple(exceptions),
        is_new=not known,
    )


def promise(until, *, by=Promiser.CARRIER, name="delivery", said="1 10:00", since=None):
    return Promise(
        order_number=SHIPMENT.order_numbers[0],
        shop_id="shop",
        shipment_id="s1",
        promiser=by,
        source="forecast" if by is Promiser.MILEPOST else by.value,
        name=name,
        kind="estimated",
        from_at=at(since) if since else None,
        to_at=at(until),
        offset_minutes=0,
        said_at=at(said),
        reason="It was named.",
    )


def told(exceptions):
    """`customs_duties action buyer` for each, sorted."""
    return sorted(f"{one.kind} {one.severity} {one.mover}" for one in exceptions)
