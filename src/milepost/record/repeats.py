"""Which reports told nothing new: all of it was known, so little of them need be kept."""

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet

from milepost.model.reading import Reading
from milepost.ports.store import OrderKey
from milepost.record.known import KnownShipments


def repeats(
    readings: Sequence[Reading],
    *,
    told_by: AbstractSet[str],
    orders: Collection[OrderKey],
    changed: AbstractSet[str],
    known: KnownShipments,
) -> frozenset[str]:
    """Hashes of those bodies; in doubt a report is news.

    `told_by` are the hashes of reports that brought events, `orders` the orders that changed, and `changed`
    the shipments that look different, or of which something new was promised or proved.
    """
    news = {
        reading.report.body_hash
        for reading in readings
        if reading.report.body_hash in told_by
        or reading.refusals
        or reading.hints
        or reading.notes
        or any((facts.shop_id, facts.order_number) in orders for facts in reading.orders)
        or any(shipment_id is None or shipment_id in changed for shipment_id in _told_of(reading, known))
    }
    return frozenset(reading.report.body_hash for reading in readings) - news


def _told_of(reading: Reading, known: KnownShipments) -> Iterator[str | None]:
    """The shipments this report may have changed; None where it proves what we cannot place."""
    for proof in reading.proofs:
        proved = known.with_number(proof.tracking_number)
        yield from (shipment.shipment_id for shipment in proved)
        if not proved:
            yield None
    numbers = {told.tracking_number for told in reading.shipments}
    for number in numbers.union(told.tracking_number for told in reading.etas):
        yield from (shipment.shipment_id for shipment in known.with_number(number))
    for facts in reading.orders:
        yield from (one.shipment_id for one in known.of_order((facts.shop_id, facts.order_number)))
