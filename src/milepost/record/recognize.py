"""Whose parcels they are that nobody knew: their first scans may name the carrier, or say where it began."""

from collections.abc import Iterable
from dataclasses import replace

from milepost.model.carriers import Clues
from milepost.model.events import TrackingEvent
from milepost.model.reading import Reading
from milepost.model.shipments import Shipment
from milepost.record.known import KnownShipments
from milepost.record.shipments import Identify

SCANS_MAX = 5
"""The first scans of a parcel that are looked at; later ones are the last carrier's."""


def recognize(known: KnownShipments, readings: Iterable[Reading], identify: Identify) -> None:
    """Ask again whose number it is, now that scans were heard. A carrier that is known stays as it is."""
    waiting = [one for one in known.by_id.values() if _may_be_recognized(one)]
    if not waiting:
        return
    events = [event for reading in readings for event in reading.events]
    for shipment in waiting:
        clues = _clues(shipment, [event for event in events if _is_of(event, shipment, known)])
        if clues is None:
            continue
        country = shipment.to_country
        carrier, why = identify(shipment.tracking_number, shipment.provider_name, country, clues)
        if carrier is not None:
            known.change(replace(shipment, carrier=carrier, carrier_reason=why))


def _may_be_recognized(shipment: Shipment) -> bool:
    """Nobody knows its carrier, and nobody chose that it has none."""
    return shipment.carrier is None and shipment.chosen_at is None and not shipment.superseded


def _is_of(event: TrackingEvent, shipment: Shipment, known: KnownShipments) -> bool:
    """Told under its number, or of its order when the order travels in nothing else."""
    if event.tracking_number:
        return event.tracking_number == shipment.tracking_number
    key = (event.shop_id or "", event.order_number or "")
    return [one.shipment_id for one in known.live_of_order(key)] == [shipment.shipment_id]


def _clues(shipment: Shipment, events: list[TrackingEvent]) -> Clues | None:
    first = sorted(events, key=lambda event: event.occurred.order_key)[:SCANS_MAX]
    if not first:
        return None
    located = (event.place.located for event in first)
    return Clues(
        shop_id=shipment.shop_id,
        scan_countries=tuple(place.country for place in located if place and place.country),
        scan_texts=tuple(event.description for event in first if event.description),
    )
