"""Keeps what deliveries left behind: proofs, and how long parcels took on each lane."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import quantiles

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql

from milepost.model.scans import ProofTold
from milepost.ports.forecast import LaneStats
from milepost.store.shelf import Shelf, texts
from milepost.store.sql.engine import Addition
from milepost.store.tables import LANE_DELIVERIES, PROOFS
from milepost.store.values import from_json, micros, moment, to_json

LANES_REMEMBERED = 4096
LANE_SAMPLES_MAX = 500  # the newest: what carriers do changes with the season

ADDED_PROOFS = Addition(
    table=PROOFS,
    columns=("shop_id", "shipment_id", "digest", "at", "sealed"),
    key=("shipment_id", "digest"),
)
PROOFS_OF = (
    select(PROOFS.c.at, PROOFS.c.digest, PROOFS.c.sealed)
    .where(PROOFS.c.shipment_id == bindparam("shipment_id"))
    .order_by(PROOFS.c.seq)
)
ADD_DELIVERY = postgresql.insert(LANE_DELIVERIES).on_conflict_do_nothing(
    index_elements=[LANE_DELIVERIES.c.lane, LANE_DELIVERIES.c.shipment_id]
)
HOURS_OF = (
    select(LANE_DELIVERIES.c.lane, LANE_DELIVERIES.c.hours)
    .where(LANE_DELIVERIES.c.lane == bindparam("lane"))
    .order_by(LANE_DELIVERIES.c.seq.desc())
    .limit(LANE_SAMPLES_MAX)
)


NEWEST_OF = (
    select(LANE_DELIVERIES.c.lane, LANE_DELIVERIES.c.seq)
    .where(LANE_DELIVERIES.c.lane == bindparam("lane"))
    .order_by(LANE_DELIVERIES.c.seq.desc())
    .limit(1)
)


@dataclass(slots=True)
class LaneBook:
    """Statistics of lanes as they were at their newest delivery, so that nothing is counted over again."""

    _known: OrderedDict[str, tuple[int, LaneStats]] = field(default_factory=OrderedDict)

    def look(self, lane: str, newest: int) -> LaneStats | None:
        """What is known, if no delivery came since."""
        seq, stats = self._known.get(lane, (0, None))
        return stats if seq == newest else None

    def keep(self, newest: int, stats: LaneStats) -> None:
        """Remember until the next delivery."""
        self._known[stats.lane] = (newest, stats)
        if len(self._known) > LANES_REMEMBERED:
            self._known.popitem(last=False)


class DeliveryWrites(Shelf):
    lane_book: LaneBook  # one for the whole store
    lanes_changed: set[str]  # by this transaction, which may yet be rolled back

    async def add_proofs(self, proofs: Iterable[tuple[str, str, ProofTold, datetime]]) -> set[str]:
        """`(shop, shipment, proof, when heard)`; the shipments that got one they had not yet."""
        rows = []
        for shop_id, shipment_id, proof, at in proofs:
            plain = to_json(proof)
            digest = self._sealer.blind("proof", plain)
            sealed = self._sealer.seal(plain.encode(), "proofs", (shipment_id, digest))
            rows.append((shop_id, shipment_id, digest, micros(at), sealed))
        there = await self._session.add(ADDED_PROOFS, rows)
        return {row[1] for row in rows if (row[1], row[2]) not in there}

    async def count_deliveries(self, deliveries: Iterable[tuple[str, str, float]]) -> None:
        """`(lane, shipment, hours)`: once per shipment and lane; the first count stands."""
        rows = [
            {"lane": lane, "shipment_id": shipment_id, "hours": float(hours)}
            for lane, shipment_id, hours in deliveries
        ]
        if rows:
            await self._session.run(ADD_DELIVERY, rows)
            self.lanes_changed |= {str(row["lane"]) for row in rows}

    async def lanes(self, names: Sequence[str]) -> list[LaneStats]:
        """Statistics over the newest deliveries of each lane that has any, in the order asked."""
        newest: dict[str, int] = dict(
            await self._session.each(NEWEST_OF, [{"lane": lane} for lane in texts(names)])
        )
        known = {lane: self.lane_book.look(lane, seq) for lane, seq in newest.items()}
        hours: dict[str, list[float]] = {lane: [] for lane, stats in known.items() if stats is None}
        for lane, took in await self._session.each(HOURS_OF, [{"lane": lane} for lane in hours]):
            hours[lane].append(took)
        counted = {lane: _stats(lane, samples) for lane, samples in hours.items()}
        for lane in counted.keys() - self.lanes_changed:
            self.lane_book.keep(newest[lane], counted[lane])
        return [known[lane] or counted[lane] for lane in newest]


class DeliveryReads(Shelf):
    async def proofs(self, shipment_id: str) -> list[tuple[datetime, ProofTold]]:
        """Oldest first."""
        found = await self._session.rows(PROOFS_OF, {"shipment_id": shipment_id})
        return [
            (moment(at), from_json(ProofTold, self._sealer.open(sealed, "proofs", (shipment_id, digest))))
            for at, digest, sealed in found
        ]


def _stats(lane: str, hours: list[float]) -> LaneStats:
    """Of one delivery, all three are its own."""
    tenths = quantiles(hours, n=10, method="inclusive") if len(hours) > 1 else [hours[0]] * 9
    return LaneStats(lane=lane, deliveries=len(hours), p10_h=tenths[0], median_h=tenths[4], p90_h=tenths[8])
