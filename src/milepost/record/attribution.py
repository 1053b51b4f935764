"""Whose scan it is: a shipment's, or only the order's when nothing says which parcel was meant.

Attribution is derived: it is worked out anew when an order's packages change, so that the same facts in
any order end in the same place; a scan heard before its order is kept and found again. A row of a mixed
timeline is never given to a parcel without evidence.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from milepost.model.events import TrackingEvent
from milepost.model.reading import Reading
from milepost.model.shipments import Shipment
from milepost.ports.store import NOBODYS_SHOP, OrderKey, Transaction
from milepost.record.known import KnownShipments
from milepost.record.shipments import use_at

Placed = tuple[TrackingEvent, str | None]
"""An event with its shop set, and the shipment it belongs to (None: it is the order's, or nobody's)."""


@dataclass(slots=True)
class Arrived:
    """What of a batch's events was new."""

    of_shipments: dict[str, list[TrackingEvent]]
    before: dict[str, set[str]]  # ids of the events each shipment told of had already
    new: int
    strays: int  # events of numbers nobody here is waiting for
    told_by: set[str]  # hashes of the reports that brought what was new


@dataclass(slots=True)
class Attribution:
    """The decisions of one batch."""

    known: KnownShipments
    order_events: dict[OrderKey, list[Placed]]
    strays: list[TrackingEvent]  # heard before anybody waited for their number
    _uses: dict[str, dict[str, list[Shipment]]] = field(default_factory=dict)
    _only: dict[OrderKey, str | None] = field(default_factory=dict)  # of an order, its one shipment

    @classmethod
    async def load(cls, tx: Transaction, known: KnownShipments) -> "Attribution":
        """Fetch what was told of the orders and numbers whose shipments travel otherwise after this batch."""
        changed = [known.by_id[shipment_id] for shipment_id in known.rerouted]
        keys = {(one.shop_id, number) for one in changed for number in one.order_numbers}
        if not keys:
            return cls(known, {}, [])
        beside = await tx.shipments_of_orders(keys)  # a parcel is told apart only beside its siblings
        known.add(one for one in beside if one.shipment_id not in known.by_id)
        strays = await tx.strays({number for one in changed for number in one.numbers})
        return cls(known, await tx.order_events(keys), strays)

    def home(self, event: TrackingEvent) -> str | None:
        """The shipment an event (with its shop set) belongs to, or None: it is the order's."""
        if event.tracking_number:
            uses = self._uses_of(event.tracking_number).get(event.shop_id or "", ())
            return _home_among(uses, event)
        key = (event.shop_id or "", event.order_number or "")
        if key not in self._only:
            live = self.known.live_of_order(key)
            self._only[key] = live[0].shipment_id if len(live) == 1 else None
        return self._only[key]

    async def add(self, tx: Transaction, readings: Sequence[Reading]) -> Arrived:
        """Append the events that are new.

        Most of what a source tells was told before: it is found by the shipments it is about, and nothing
        is written for it.
        """
        placed = [home for event in self.strays for home in self._homes(event.of_shop(None))]
        strays = 0
        for reading in readings:
            for event in reading.events:
                homes = self._homes(event)
                strays += not homes
                placed += homes or [(event.of_shop(NOBODYS_SHOP), None)]
        homes_told = {shipment_id for _, shipment_id in placed if shipment_id is not None}
        before = await tx.event_ids(homes_told) if homes_told else {}
        told: dict[tuple[str, str], Placed] = {}
        for event, shipment_id in placed:
            if shipment_id not in before or event.event_id not in before[shipment_id]:
                told.setdefault((event.shop_id or "", event.event_id), (event, shipment_id))  # heard first
        there = await tx.add_events(list(told.values())) if told else set()
        of_shipments: dict[str, list[TrackingEvent]] = defaultdict(list)
        told_by = set()
        for key, (event, shipment_id) in told.items():
            if key not in there:
                told_by.add(event.report_hash)
                if shipment_id is not None:
                    of_shipments[shipment_id].append(event)
        return Arrived(of_shipments, before, len(told) - len(there), strays, told_by)

    def _homes(self, event: TrackingEvent) -> list[Placed]:
        """A marketplace's event has one shop; a carrier's goes to every shop that uses the number."""
        if event.shop_id is not None:
            return [(event, self.home(event))]  # without a shipment it is the order's
        homes: list[Placed] = []
        for shop_id, uses in self._uses_of(event.tracking_number or "").items():
            shipment_id = _home_among(uses, event)
            if shipment_id is not None:
                homes.append((event.of_shop(shop_id), shipment_id))
        return homes

    def _uses_of(self, number: str) -> dict[str, list[Shipment]]:
        """Who uses a tracking number, by shop; worked out once, since every scan asks."""
        found = self._uses.get(number)
        if found is None:
            found = self._uses[number] = {}
            for use in sorted(self.known.with_number(number), key=lambda one: one.shop_id):
                found.setdefault(use.shop_id, []).append(use)
        return found

    async def move(self, tx: Transaction) -> set[str]:
        """Give earlier events of the changed orders their present home; the shipments that gained or lost."""
        moved: set[str] = set()
        for key, events in self.order_events.items():
            moves: dict[str | None, list[str]] = defaultdict(list)
            for event, present in events:
                home = self.home(event)
                if home != present:
                    moves[home].append(event.event_id)
                    moved |= {shipment for shipment in (home, present) if shipment in self.known.by_id}
            for home, event_ids in moves.items():
                await tx.attribute(key[0], event_ids, home)
        return moved


def _home_among(uses: Sequence[Shipment], event: TrackingEvent) -> str | None:
    use = use_at(uses, event.occurred.order_key, event.place.located)
    return use.shipment_id if use else None
