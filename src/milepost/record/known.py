"""The shipments one batch of news touches, found by id, number or order."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from milepost.model.shipments import Leg, Shipment
from milepost.ports.store import OrderKey


@dataclass(slots=True)
class KnownShipments:
    """Grows while a batch is appended."""

    by_id: dict[str, Shipment] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)  # ids of those that are new or look different now
    new: set[str] = field(default_factory=set)
    new_legs: dict[str, list[Leg]] = field(default_factory=dict)
    rerouted: set[str] = field(default_factory=set)  # of the changed: scans may belong elsewhere now
    _by_number: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _by_order: dict[OrderKey, set[str]] = field(default_factory=lambda: defaultdict(set))
    _looked_up: dict[str | OrderKey, list[Shipment]] = field(default_factory=dict)  # until something changes

    def add(self, shipments: Iterable[Shipment]) -> None:
        """Put in what the store knows."""
        for shipment in shipments:
            self._put(shipment)

    def change(self, shipment: Shipment) -> None:
        """Put in a new shipment, or a known one that looks different now."""
        before = self.by_id.get(shipment.shipment_id)
        if before is None:
            self.new.add(shipment.shipment_id)
        if before is None or _route(before) != _route(shipment):
            self.rerouted.add(shipment.shipment_id)
        legs = [leg for leg in shipment.legs if before is None or leg not in before.legs]
        if legs:
            self.new_legs.setdefault(shipment.shipment_id, []).extend(legs)
        self.changed.add(shipment.shipment_id)
        self._put(shipment)

    def with_number(self, number: str) -> list[Shipment]:
        """Every use of a tracking number, in any shop."""
        return self._of(number, self._by_number.get(number, ()))

    def of_order(self, key: OrderKey) -> list[Shipment]:
        """Every shipment of an order, replaced ones too."""
        return self._of(key, self._by_order.get(key, ()))

    def live_of_order(self, key: OrderKey) -> list[Shipment]:
        """The shipments an order travels in now."""
        return [shipment for shipment in self.of_order(key) if not shipment.superseded]

    def _of(self, asked: str | OrderKey, ids: Collection[str]) -> list[Shipment]:
        """In order of id. Every scan of a batch asks, so what was found once is remembered."""
        found = self._looked_up.get(asked)
        if found is None:
            found = self._looked_up[asked] = [self.by_id[shipment_id] for shipment_id in sorted(ids)]
        return found

    def _put(self, shipment: Shipment) -> None:
        self._looked_up.clear()
        self.by_id[shipment.shipment_id] = shipment
        for number in shipment.numbers:
            self._by_number[number].add(shipment.shipment_id)
        for number in shipment.order_numbers:
            self._by_order[(shipment.shop_id, number)].add(shipment.shipment_id)


def _route(shipment: Shipment) -> tuple[object, ...]:
    """What decides whose scans are a shipment's."""
    return (shipment.numbers, shipment.order_numbers, shipment.since, shipment.superseded)
