"""A scan that contradicts the carrier somebody chose: it is raised for review, and the choice stays."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from milepost.model.changes import Decision, ShipmentChange
from milepost.model.exceptions import DeliveryException
from milepost.model.shipments import Shipment
from milepost.model.statuses import Evidence
from milepost.react.begun import begun

DOUBTED = "carrier_doubted"
CHOSEN_ANEW = "The carrier was looked at again."


def decide(change: ShipmentChange, carriers: AbstractSet[str], now: datetime) -> Decision:
    """Opened by another carrier's physical scan after the choice; a person ends it (desk/carriers.py).

    `carriers` are the keys of all carriers, and `now` is aware.
    """
    shipment = change.shipment
    if shipment.chosen_at is None or any(one.kind == DOUBTED for one in change.exceptions):
        return Decision()
    foreign = carriers - believed(shipment)
    scans = [one for one in change.new_events if one.source in foreign and one.evidence is Evidence.PHYSICAL]
    if not scans:
        return Decision()
    first = min(scans, key=lambda one: one.occurred.order_key)
    return Decision(opened=(begun(DOUBTED, shipment, first.occurred.order_key, now),))


def believed(shipment: Shipment) -> frozenset[str]:
    """The carriers whose scans of this parcel are expected."""
    return frozenset({shipment.carrier or "", *(leg.carrier for leg in shipment.legs)})


def settled(standing: Iterable[DeliveryException], now: datetime) -> list[DeliveryException]:
    """The doubts among these, ended because somebody looked."""
    return [one.resolve(now, CHOSEN_ANEW) for one in standing if one.kind == DOUBTED]
