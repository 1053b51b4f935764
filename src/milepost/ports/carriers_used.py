"""Which carriers a shop ships with, by the shape of the number: it decides what a number leaves open."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.carriers import number_shape
from milepost.ports.rows import Page, ShipmentRow

PARCELS_MAX = 500
"""The shop's newest parcels that count; older ones may have gone by other carriers."""

LOOKED_EVERY = timedelta(hours=1)
SHOPS_MAX = 1_000
"""Shops that are remembered at once."""

Seen = Mapping[str, Mapping[str, int]]
"""Shape of a number → carrier → how many parcels."""

NOTHING: Seen = {}


class Shipments(Protocol):
    """The part of the store that lists parcels."""

    async def shipments(
        self, *, shop_ids: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page[ShipmentRow]: ...


class CarriersUsed:
    """What was seen of some shops, as far as this node knows."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[datetime, Seen]] = {}

    async def look(self, reads: Shipments, shop_ids: Iterable[str], now: datetime) -> None:
        """Read these shops' newest parcels, where that was not done for LOOKED_EVERY."""
        for shop_id in shop_ids:
            looked_at, _ = self._seen.get(shop_id, (None, NOTHING))
            if looked_at is not None and looked_at <= now < looked_at + LOOKED_EVERY:
                continue
            if len(self._seen) >= SHOPS_MAX:
                self._seen.clear()
            self._seen[shop_id] = (now, await carriers_of(reads, shop_id))

    def of(self, shop_id: str) -> Seen:
        """Of one shop; nothing where nobody looked."""
        return self._seen.get(shop_id, (None, NOTHING))[1]


async def carriers_of(reads: Shipments, shop_id: str) -> Seen:
    """Whose the newest parcels were: those seen on their way, or that somebody chose a carrier for.

    One that was only taken for a carrier's when it was ordered proves nothing of it.
    """
    page = await reads.shipments(shop_ids=[shop_id], cursor=None, limit=PARCELS_MAX)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in page.rows:
        one = row.shipment
        if one.carrier and (row.last_scan_at is not None or one.chosen_at is not None):
            seen[number_shape(one.tracking_number)][one.carrier] += 1
    return seen
