"""A hand-over number begins a new leg of the same parcel, where it is sure whose number that is."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from milepost.model.scans import ShipmentTold
from milepost.model.shipments import Leg, Shipment
from milepost.record.shipments import Identify

LEGS_MAX = 5
"""Later legs of one parcel; a source that tells more numbers tells references."""


@dataclass(frozen=True, slots=True)
class Handing:
    """Whose a hand-over number is: as the source says by key, else as the number itself says."""

    identify: Identify
    carriers: AbstractSet[str]

    def learned(self, shipment: Shipment, told: ShipmentTold, heard_at: datetime) -> Shipment:
        """The shipment with the legs this told of. A number that is not surely a carrier's begins none."""
        legs = list(shipment.legs)
        for kind, number in told.handed_over_as:
            if len(legs) >= LEGS_MAX or number in {shipment.tracking_number, *(leg.number for leg in legs)}:
                continue
            carrier, why = self._carrier_of(kind, number)
            if carrier is not None:
                legs.append(Leg(carrier=carrier, number=number, reason=why, told_at=heard_at))
        return shipment if len(legs) == len(shipment.legs) else replace(shipment, legs=tuple(legs))

    def _carrier_of(self, kind: str, number: str) -> tuple[str | None, str]:
        if kind in self.carriers:
            return kind, "the carrier before names it with its own number"
        named, why = self.identify(number, kind.replace("_", " "), "")
        return (named, why) if named is not None else self.identify(number, "", "")
