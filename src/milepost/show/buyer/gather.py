"""Everything the store knows that a buyer's page may need, read once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from milepost.model.brands import Brand
from milepost.model.carriers import CarrierCard
from milepost.model.exceptions import DeliveryException
from milepost.model.feedback import Feedback
from milepost.model.journeys import EMPTY_JOURNEY, Journey
from milepost.model.orders import Destination, Item, OrderFacts
from milepost.model.people import View
from milepost.model.places import Located, RawPlace
from milepost.model.promises import Promise
from milepost.model.scans import ProofTold
from milepost.model.shipments import Leg, Shipment
from milepost.ports.app import App
from milepost.ports.rows import ShipmentRow
from milepost.ports.store import Reads
from milepost.record.journey import derive
from milepost.settings import ShopPolicy
from milepost.show.buyer.sight import Sight
from milepost.show.rhythm import Door, Rhythm, rhythm

EXCEPTIONS_MAX = 20
"""Exceptions of one parcel that are read, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel with its story."""

    shipment: Shipment | None  # None: nothing was sent yet
    journey: Journey
    promises: tuple[Promise, ...] = ()
    exceptions: tuple[DeliveryException, ...] = ()  # open ones, worst first
    proof: ProofTold | None = field(default=None, repr=False)
    card: CarrierCard | None = None
    legs: tuple[tuple[Leg, CarrierCard | None], ...] = ()  # after the first one
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An order and its parcels, with how much of it this visit may see."""

    order: OrderFacts | None  # None in the public view: a number alone says nothing of orders
    sight: Sight
    parcels: tuple[Parcel, ...]
    destination: Destination
    zone: str | None  # IANA name at the destination
    door: Located | None = None  # the town it goes to
    shop_name: str = ""
    brand: Brand | None = None
    policy: ShopPolicy = ShopPolicy()
    feedback: tuple[Feedback, ...] = ()

    @property
    def items(self) -> Sequence[Item]:
        """What was bought; never in the public view."""
        return self.order.items if self.order else ()


async def order_story(app: App, reads: Reads, shop_id: str, order_number: str, view: View) -> Story | None:
    """The story of an order as a visit with `view` may see it, or None when the order is gone."""
    row = await reads.order(order_number, [shop_id])
    if row is None:
        return None
    rows = await reads.shipment_rows(row.shipment_ids)
    current = [found for found in rows.values() if not found.shipment.superseded] or list(rows.values())
    promises = await reads.promises(shop_id, order_number)
    to, door = row.facts.destination, door_of(app, row.facts.destination)
    parcels, received_by = await _parcels(app, reads, current, promises, to)
    if not parcels:
        parcels = [Parcel(shipment=None, journey=derive(await reads.order_events(shop_id, order_number)))]
    sight = Sight(
        view=view, contact=await reads.contact(shop_id, order_number), received_by=tuple(received_by)
    )
    brand, shop = await reads.brand(shop_id), await reads.shop(shop_id)
    return Story(
        order=row.facts,
        sight=sight,
        parcels=tuple(parcels),
        destination=row.facts.destination,
        zone=door.zone if door else None,
        door=door,
        shop_name=(brand.name if brand else "") or (shop.name if shop else ""),
        brand=brand,
        policy=policy_of(app, shop_id),
        feedback=tuple(await reads.feedback(shop_id, order_number)),
    )


def policy_of(app: App, shop_id: str) -> ShopPolicy:
    """The shop's own, or the one for all."""
    return app.settings.policies.get(shop_id, app.settings.policy)


async def number_story(app: App, reads: Reads, tracking_number: str) -> Story:
    """What a tracking number alone may tell; an unknown one is like one that was never scanned."""
    page = await reads.shipments(shop_ids=None, cursor=None, limit=10, tracking_number=tracking_number)
    if not page.rows and (before := await reads.number_before(tracking_number)) is not None:
        page = await reads.shipments(shop_ids=None, cursor=None, limit=10, tracking_number=before)
    newest = max(page.rows, key=lambda row: row.shipment.since, default=None)
    nothing = Parcel(shipment=None, journey=EMPTY_JOURNEY)
    parcels, destination = [nothing], Destination()
    if newest is not None and newest.last_scan_at is not None:
        one = newest.shipment
        row = await reads.order(one.order_numbers[0], [one.shop_id])
        destination = row.facts.destination if row else destination
        promises = await reads.promises(one.shop_id, one.order_numbers[0])
        parcels, _ = await _parcels(app, reads, [newest], promises, None)
    return Story(
        order=None,
        sight=Sight(view=View.PUBLIC),
        parcels=tuple(parcels),
        destination=Destination(country=destination.country),
        zone=door.zone if (door := door_of(app, destination)) else None,
    )


def door_of(app: App, destination: Destination) -> Located | None:
    """The town it goes to; never the door itself."""
    return app.gazetteer.locate(
        RawPlace(city=destination.city, region=destination.region, country=destination.country)
    )


async def _parcels(
    app: App,
    reads: Reads,
    rows: Sequence[ShipmentRow],
    promises: Sequence[Promise],
    to: Destination | None,
) -> tuple[list[Parcel], list[str]]:
    """The parcels, and who took any of them (kept from every page but a signed link's).

    `to` None: a number alone does not tell whose it is, and so not how often news of it comes.
    """
    events = await reads.shipment_events([row.shipment.shipment_id for row in rows])
    parcels, received_by = [], []
    town = door_of(app, to) if to else None
    door = Door(country=to.country, zone=town.zone if town else None) if to else None
    for row in rows:
        one = row.shipment
        found = await reads.exceptions(
            shop_ids=[one.shop_id], cursor=None, limit=EXCEPTIONS_MAX, shipment_id=one.shipment_id
        )
        proofs = [told for _, told in await reads.proofs(one.shipment_id)]
        received_by += [told.received_by for told in proofs if told.received_by]
        carrier = app.carriers.get(one.carrier or "")
        journey = derive(events.get(one.shipment_id, []))
        parcels.append(
            Parcel(
                shipment=one,
                journey=journey,
                promises=tuple(told for told in promises if told.shipment_id == one.shipment_id),
                exceptions=found.rows,
                proof=proofs[-1] if proofs else None,
                card=carrier.card if carrier else None,
                legs=tuple((leg, _card(app, leg.carrier)) for leg in one.legs),
                rhythm=await rhythm(app, reads, row, journey, door) if door else None,
            )
        )
    return parcels, received_by


def _card(app: App, key: str) -> CarrierCard | None:
    carrier = app.carriers.get(key)
    return carrier.card if carrier else None
