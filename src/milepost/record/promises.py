"""The promises ledger: every date anyone named is added; a date said again adds nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from milepost.model.orders import OrderFacts
from milepost.model.promises import COLLECTION, DELIVERY, HAPPENED, EtaKind, Promise, Promiser
from milepost.model.reading import EtaRead
from milepost.model.shipments import Shipment
from milepost.ports.store import OrderKey


class Book:
    """The ledger of some orders, while a batch adds to it."""

    def __init__(self, ledger: Iterable[Promise]) -> None:
        """What stands in it already."""
        self.new: dict[str, list[Promise]] = defaultdict(list)  # added by this batch, by shipment
        self._newest = current(ledger)
        self._by_order: dict[OrderKey, list[Promise]] | None = None

    def add(self, told: Sequence[Promise]) -> list[Promise]:
        """Those told that differ from what stands."""
        added = _new(self._newest, told)
        for promise in added:
            if promise.shipment_id is not None:
                self.new[promise.shipment_id].append(promise)
        self._by_order = None
        return added

    def standing(self, shipment: Shipment) -> tuple[Promise, ...]:
        """The newest of each kind that are about this shipment, or about its orders as a whole."""
        if self._by_order is None:
            self._by_order = defaultdict(list)
            for promise in self._newest.values():
                self._by_order[(promise.shop_id, promise.order_number)].append(promise)
        return tuple(
            promise
            for number in dict.fromkeys(shipment.order_numbers)
            for promise in self._by_order.get((shipment.shop_id, number), ())
            if promise.shipment_id in (None, shipment.shipment_id)
        )


def current(ledger: Iterable[Promise]) -> dict[tuple[str, ...], Promise]:
    """The newest entry per identity."""
    newest: dict[tuple[str, ...], Promise] = {}
    for promise in sorted(ledger, key=lambda entry: entry.said_at):
        newest[promise.identity] = promise
    return newest


def new_entries(ledger: Iterable[Promise], told: Sequence[Promise]) -> list[Promise]:
    """Those told that differ from what stands; told in order of `said_at`."""
    return _new(current(ledger), told)


def _new(newest: dict[tuple[str, ...], Promise], told: Sequence[Promise]) -> list[Promise]:
    added = []
    for promise in sorted(told, key=lambda entry: entry.said_at):
        standing = newest.get(promise.identity)
        if standing is not None and standing.window == promise.window:
            continue
        if standing is None or standing.said_at <= promise.said_at:
            newest[promise.identity] = promise
        added.append(promise)
    return added


def from_clocks(order: OrderFacts, heard_at: datetime) -> list[Promise]:
    """The marketplace's clocks as promises, each under its own field name."""
    return [
        Promise(
            order_number=order.order_number,
            shop_id=order.shop_id,
            shipment_id=None,
            promiser=Promiser.MARKETPLACE,
            source=order.marketplace,
            name=clock.name,
            kind="deadline" if clock.is_deadline else HAPPENED,
            from_at=None,
            to_at=clock.at,
            offset_minutes=0,
            said_at=heard_at,
            reason=f"The marketplace named it ({clock.name}).",
        )
        for clock in order.clocks
    ]


def from_eta(eta: EtaRead, shipment: Shipment, carrier_name: str, heard_at: datetime) -> list[Promise]:
    """A carrier ETA as a promise of every order in the shipment."""
    return [
        Promise(
            order_number=number,
            shop_id=shipment.shop_id,
            shipment_id=shipment.shipment_id,
            promiser=Promiser.CARRIER,
            source=eta.source,
            name=COLLECTION if eta.kind is EtaKind.HELD_UNTIL else DELIVERY,
            kind=eta.kind.value,
            from_at=eta.from_at,
            to_at=eta.to_at,
            offset_minutes=eta.offset_minutes,
            said_at=heard_at,
            reason=f"{carrier_name} named it ({eta.kind.value.replace('_', ' ')}).",
        )
        for number in shipment.order_numbers
    ]
