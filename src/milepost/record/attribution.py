"""Whose scan it is: a shipment's, or only the order's when nothing says which parcel was meant.

Attribution is derived: it is worked out anew when an order's packages change, so that the same facts in
any order end in the same place; a scan heard before its order is kept and found again. A row of a mixed
timeline is never given to a parcel without evidence.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from milepost.model.events import TrackingEvent
from milepost.model.reading import Reading
from milepost.model.shipments import Shipment
from milepost.ports.store import NOBODYS_SHOP, OrderKey, Transaction
from milepost.record.known import KnownShipments
from milepost.record.shipments import use_at


@dataclass(slots=True)
class Attribution:
    """The decisions of one batch."""

    known: KnownShipments
    order_events: dict[OrderKey, list[tuple[TrackingEvent, str | None]]]
    strays: list[TrackingEvent]  # heard before anybody waited for their number

    @classmethod
    async def load(cls, tx: Transaction, known: KnownShipments) -> "Attribution":
        """Fetch what was told of the orders and numbers whose shipments this batch changes."""
        changed = [known.by_id[shipment_id] for shipment_id in known.changed]
        keys = {(one.shop_id, number) for one in changed for number in one.order_numbers}
        if not keys:
            return cls(known, {}, [])
        beside = await tx.shipments_of_orders(keys)  # a parcel is told apart only beside its siblings
        known.add(one for one in beside if one.shipment_id not in known.by_id)
        strays = await tx.strays({one.tracking_number for one in changed})
        return cls(known, await tx.order_events(keys), strays)

    def home(self, event: TrackingEvent) -> str | None:
        """The shipment an event (with its shop set) belongs to, or None: it is the order's."""
        if event.tracking_number:
            return self._home_among(self.known.with_number(event.tracking_number), event.shop_id, event)
        key = (event.shop_id or "", event.order_number or "")
        live = self.known.live_of_order(key)
        return live[0].shipment_id if len(live) == 1 else None

    def _home_among(self, uses: Sequence[Shipment], shop_id: str | None, event: TrackingEvent) -> str | None:
        use = use_at([use for use in uses if use.shop_id == shop_id], event.occurred.order_key)
        return use.shipment_id if use else None

    async def add(
        self, tx: Transaction, readings: Sequence[Reading]
    ) -> tuple[dict[str, list[TrackingEvent]], int, int]:
        """Append the events; those new per shipment, how many were new, how many were nobody's."""
        placed = [home for event in self.strays for home in self._homes(event.of_shop(None))]
        strays = 0
        for reading in readings:
            for event in reading.events:
                homes = self._homes(event)
                strays += not homes
                placed += homes or [(event.of_shop(NOBODYS_SHOP), None)]
        new = await tx.add_events(placed) if placed else set()
        touched: dict[str, list[TrackingEvent]] = defaultdict(list)
        for event, shipment_id in placed:
            if shipment_id is not None and (event.shop_id or "", event.event_id) in new:
                touched[shipment_id].append(event)
        return touched, len(new), strays

    def _homes(self, event: TrackingEvent) -> list[tuple[TrackingEvent, str | None]]:
        """A marketplace's event has one shop; a carrier's goes to every shop that uses the number."""
        if event.shop_id is not None:
            shipment_id = self.home(event)
            return [(event, shipment_id)]  # without a shipment it is the order's
        uses = self.known.with_number(event.tracking_number or "")
        homes: list[tuple[TrackingEvent, str | None]] = []
        for shop_id in sorted({use.shop_id for use in uses}):
            shipment_id = self._home_among(uses, shop_id, event)
            if shipment_id is not None:
                homes.append((event.of_shop(shop_id), shipment_id))
        return homes

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
