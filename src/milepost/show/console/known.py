"""Everything we know of one order, gathered for a person: the console's order page and `milepost order`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from milepost.desk.entries import whose
from milepost.model.choices import CarrierChoice
from milepost.model.events import BY_HAND
from milepost.model.exceptions import DeliveryException
from milepost.model.feedback import Feedback
from milepost.model.journeys import Journey
from milepost.model.notices import Attempt, Notice
from milepost.model.orders import Contact
from milepost.model.promises import Promise
from milepost.model.scans import ProofTold
from milepost.ports.app import App
from milepost.ports.rows import OrderRow, ShipmentRow
from milepost.record.journey import derive
from milepost.show.rhythm import Door, Rhythm, rhythm

EXCEPTIONS_MAX = 100
NOTICES_MAX = 200
ENTRIES_MAX = 50
"""Entries by hand whose maker is looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownShipment:
    """One parcel of the order with its story."""

    row: ShipmentRow
    journey: Journey
    exceptions: tuple[DeliveryException, ...]
    proofs: tuple[tuple[datetime, ProofTold], ...]
    carrier_name: str
    rhythm: Rhythm | None  # how often news comes, and when we ask again (UTC)
    carrier_page: str  # the carrier's own page about this number, or nothing
    choices: tuple[CarrierChoice, ...]  # who said whose parcel it is, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order with everything that hangs on it."""

    row: OrderRow
    contact: Contact | None  # None: who asks may not see it
    shipments: tuple[KnownShipment, ...]  # live ones first
    own: Journey  # what was told of the order as a whole and of no parcel
    promises: tuple[Promise, ...]  # oldest first
    notices: tuple[tuple[Notice, tuple[Attempt, ...]], ...]
    entered_by: Mapping[str, str]  # by report: who made this entry by hand
    feedback: tuple[Feedback, ...] = ()  # what the buyer said, oldest first

    @property
    def exceptions(self) -> list[DeliveryException]:
        """Of all parcels: open ones first, then the newest."""
        found = [exception for shipment in self.shipments for exception in shipment.exceptions]
        return sorted(found, key=lambda one: (not one.is_open, -one.opened_at.timestamp()))


async def everything(app: App, row: OrderRow, *, with_contact: bool) -> KnownOrder:
    """All of it. `with_contact` is decided by whoever knows who asks."""
    facts, store = row.facts, app.store
    rows = await store.shipment_rows(row.shipment_ids)
    events = await store.shipment_events(row.shipment_ids)
    shipments = await asyncio.gather(
        *(
            _shipment(app, one, derive(events.get(one.shipment.shipment_id, [])), facts.destination.country)
            for one in rows.values()
        )
    )
    notices = await store.notices(
        shop_ids=[facts.shop_id], cursor=None, limit=NOTICES_MAX, order_number=facts.order_number
    )
    own = derive(await store.order_events(facts.shop_id, facts.order_number))
    return KnownOrder(
        row=row,
        contact=await store.contact(facts.shop_id, facts.order_number) if with_contact else None,
        shipments=tuple(sorted(shipments, key=_place)),
        own=own,
        promises=tuple(await store.promises(facts.shop_id, facts.order_number)),
        notices=notices.rows,
        feedback=tuple(await store.feedback(facts.shop_id, facts.order_number)),
        entered_by=await _entered_by(app, [own, *(one.journey for one in shipments)]),
    )


async def _entered_by(app: App, journeys: Sequence[Journey]) -> dict[str, str]:
    hashes = {
        scan.event.report_hash
        for journey in journeys
        for scan in journey.events
        if scan.event.source == BY_HAND
    }
    found = {one: await app.store.report_body(one) for one in sorted(hashes)[:ENTRIES_MAX]}
    return {one: whose(body) for one, body in found.items() if body is not None}


async def _shipment(app: App, row: ShipmentRow, journey: Journey, country: str) -> KnownShipment:
    shipment = row.shipment
    carrier = app.carriers.get(shipment.carrier or "")
    found = await app.store.exceptions(
        shop_ids=[shipment.shop_id],
        cursor=None,
        limit=EXCEPTIONS_MAX,
        only_open=False,
        shipment_id=shipment.shipment_id,
    )
    return KnownShipment(
        row=row,
        journey=journey,
        exceptions=found.rows,
        proofs=tuple(await app.store.proofs(shipment.shipment_id)),
        carrier_name=carrier.card.name if carrier else shipment.provider_name or "carrier not known",
        rhythm=await rhythm(app, app.store, row, journey, Door(country=country)),
        carrier_page=carrier.card.page_of(shipment.tracking_number) if carrier else "",
        choices=tuple(await app.store.carrier_choices(shipment.shipment_id)),
    )


def _place(known: KnownShipment) -> tuple[bool, int, datetime]:
    """Live before replaced, troubled before well, oldest first."""
    still_open = sum(exception.is_open for exception in known.exceptions)
    return (known.row.shipment.superseded, -still_open, known.row.shipment.created_at)
