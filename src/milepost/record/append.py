"""Appending a batch of readings: only what is new is added, and what it changed is handed on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from milepost.model.changes import OrderChange, ShipmentChange
from milepost.model.events import TrackingEvent
from milepost.model.journeys import Journey
from milepost.model.orders import OrderFacts
from milepost.model.promises import Promise
from milepost.model.reading import Reading
from milepost.model.scans import ShipmentTold
from milepost.model.shipments import Shipment
from milepost.ports.store import OrderKey, Transaction
from milepost.record import orders as order_book
from milepost.record import promises as ledger
from milepost.record.attribution import Arrived, Attribution
from milepost.record.claims import claim, claim_shipments, orders_of
from milepost.record.handing import Handing
from milepost.record.journey import derive
from milepost.record.known import KnownShipments
from milepost.record.recognize import recognize
from milepost.record.repeats import repeats
from milepost.record.shipments import REUSE_SLACK, Identify, past_shipments, shipments_after

BeforeAfter = tuple[Journey, Journey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a batch changed."""

    orders: tuple[OrderChange, ...]
    shipments: tuple[ShipmentChange, ...]
    new_events: int
    strays: int  # events of numbers nobody here is waiting for, kept only in their report
    repeats: frozenset[str] = frozenset()  # hashes of the reports that told nothing new


async def append(
    tx: Transaction,
    readings: Sequence[Reading],
    *,
    now: datetime,
    identify: Identify,
    carrier_names: Mapping[str, str],
) -> Appended:
    """Add what is new of `readings`, in one transaction; hearing the same thing twice changes nothing."""
    await claim(tx, _numbers(readings, ()), _order_keys(readings))
    current, order_changes = await _append_orders(tx, readings)
    known = await _known_shipments(tx, readings, order_changes)
    _call_for_shipments(known, readings, current, now=now, identify=identify)
    legs = Handing(identify, carrier_names.keys())
    _learn(known, readings, legs)
    recognize(known, readings, identify)
    await tx.put_shipments([known.by_id[shipment_id] for shipment_id in sorted(known.changed)])
    attribution = await Attribution.load(tx, known)
    arrived = await attribution.add(tx, readings)
    moved = await attribution.move(tx)
    touched = {*arrived.of_shipments, *moved, *known.changed}
    journeys = await _journeys(tx, sorted(touched), arrived, moved)
    under_way = [one for one, (_, after) in journeys.items() if not after.status.is_terminal]
    book = await _append_etas(tx, known, readings, carrier_names, under_way)
    journeys |= await _journeys(tx, sorted(book.new.keys() - journeys.keys()), arrived, moved)
    proved = await _append_proofs(tx, known, readings)
    return Appended(
        orders=tuple(order_changes.values()),
        shipments=await _shipment_changes(tx, known, journeys, arrived.of_shipments, book),
        new_events=arrived.new,
        strays=arrived.strays,
        repeats=repeats(
            readings,
            told_by=arrived.told_by,
            orders=order_changes,
            known=known,
            changed={*known.changed, *book.new, *proved},
        ),
    )


async def look(tx: Transaction, shipment_ids: Sequence[str]) -> tuple[ShipmentChange, ...]:
    """Parcels of which nothing new was heard, as changes that changed nothing (for silence and lateness)."""
    await claim_shipments(tx, shipment_ids)
    known = KnownShipments()
    known.add(await tx.shipments_by_id(shipment_ids))
    events = await tx.events_of(sorted(known.by_id))
    journeys = {shipment_id: _unchanged(derive(found)) for shipment_id, found in events.items()}
    book = ledger.Book(await tx.promises_ahead(orders_of(known.by_id.values())))
    return await _shipment_changes(tx, known, journeys, {}, book)


async def _append_orders(
    tx: Transaction, readings: Sequence[Reading]
) -> tuple[dict[OrderKey, OrderFacts], dict[OrderKey, OrderChange]]:
    """Every order told of as it now is, and what changed of those that did."""
    told = [(facts, reading) for reading in readings for facts in reading.orders]
    current = await tx.orders({(facts.shop_id, facts.order_number) for facts, _ in told}) if told else {}
    changes: dict[OrderKey, OrderChange] = {}
    for facts, reading in told:
        key = (facts.shop_id, facts.order_number)
        change = order_book.change(current.get(key), facts)
        if change is None:
            continue
        current[key] = change.after
        first = changes.get(key)
        changes[key] = replace(change, before=first.before if first else change.before)
        await tx.put_order(change.after, reading.report.heard_at, reading.report.body_hash)
        await tx.add_promises(await _new_clocks(tx, key, change, reading.report.heard_at))
    return current, changes


async def _new_clocks(
    tx: Transaction, key: OrderKey, change: OrderChange, heard_at: datetime
) -> list[Promise]:
    if change.before is not None and change.before.clocks == change.after.clocks:
        return []
    return ledger.new_entries(await tx.promises([key]), ledger.from_clocks(change.after, heard_at))


async def _known_shipments(
    tx: Transaction, readings: Sequence[Reading], order_changes: Mapping[OrderKey, OrderChange]
) -> KnownShipments:
    """Every shipment the batch could touch, as the store has it."""
    numbers = _numbers(readings, order_changes.values())
    keys = {*order_changes, *_order_keys(readings)}
    known = KnownShipments()
    known.add(await tx.shipments_with_numbers(numbers) if numbers else [])
    known.add(await tx.shipments_of_orders(keys) if keys else [])
    return known


def _call_for_shipments(
    known: KnownShipments,
    readings: Iterable[Reading],
    current: Mapping[OrderKey, OrderFacts],
    *,
    now: datetime,
    identify: Identify,
) -> None:
    """What the orders' packages call for: shipments that are new, look different, or were once theirs."""
    told = [(facts, (facts.shop_id, facts.order_number)) for reading in readings for facts in reading.orders]
    for key in dict.fromkeys(key for _, key in told):
        for shipment in shipments_after(current[key], _candidates(known, current[key]), now, identify):
            known.change(shipment)
    for facts, key in told:
        for shipment in past_shipments(facts, current[key], _candidates(known, facts), now, identify):
            known.change(shipment)


def _candidates(known: KnownShipments, order: OrderFacts) -> list[Shipment]:
    """Every use of the order's numbers in its shop, and every shipment it ever had."""
    found = {one.shipment_id: one for one in known.of_order((order.shop_id, order.order_number))}
    for package in order.packages:
        uses = known.with_number(package.tracking_number or "")
        found |= {use.shipment_id: use for use in uses if use.shop_id == order.shop_id}
    return list(found.values())


def _learn(known: KnownShipments, readings: Iterable[Reading], legs: Handing) -> None:
    """What carriers told of the shipments themselves: service, references, hand-over numbers."""
    for reading in readings:
        for told in reading.shipments:
            for shipment in known.with_number(told.tracking_number):
                if told.ship_date and told.ship_date < (shipment.since - REUSE_SLACK).date():
                    continue  # told of an earlier parcel with this number
                after = legs.learned(_with_facts(shipment, told), told, reading.report.heard_at)
                if after != shipment:
                    known.change(after)


def _named(shipment: Shipment, told: ShipmentTold) -> Shipment:
    """Nobody knew whose parcel it is, and one who tells of many carriers says so."""
    if shipment.carrier is not None or not told.carrier:
        return shipment
    return replace(shipment, carrier=told.carrier, carrier_reason="named by who passed its scans on")


def _with_facts(shipment: Shipment, told: ShipmentTold) -> Shipment:
    """What the first carrier says of it; a later one has its own services and references."""
    tells = told.carrier or told.service or told.references or told.handed_over_as
    if not tells or told.tracking_number != shipment.tracking_number:
        return shipment
    return replace(
        _named(shipment, told),
        service=told.service or shipment.service,
        references=told.references or shipment.references,
        handed_over_as=told.handed_over_as or shipment.handed_over_as,
    )


def _numbers(readings: Iterable[Reading], changes: Iterable[OrderChange]) -> set[str]:
    numbers = {event.tracking_number for reading in readings for event in reading.events}
    numbers |= {told.tracking_number for reading in readings for told in reading.shipments}
    numbers |= {told.tracking_number for reading in readings for told in reading.etas}
    numbers |= {told.tracking_number for reading in readings for told in reading.proofs}
    numbers |= {package.tracking_number for change in changes for package in change.after.packages}
    orders = (facts for reading in readings for facts in reading.orders)
    numbers |= {package.tracking_number for facts in orders for package in facts.packages}
    return {number for number in numbers if number}


def _order_keys(readings: Iterable[Reading]) -> set[OrderKey]:
    keys = {
        (event.shop_id, event.order_number)
        for reading in readings
        for event in reading.events
        if event.shop_id and event.order_number
    }
    return keys | {(facts.shop_id, facts.order_number) for reading in readings for facts in reading.orders}


async def _journeys(
    tx: Transaction, ids: Sequence[str], arrived: Arrived, moved: AbstractSet[str]
) -> dict[str, BeforeAfter]:
    """Each shipment's journey before and after. What just arrived is at hand; only what was there is read."""
    there = [one for one in ids if one in moved or one in arrived.before or one not in arrived.of_shipments]
    stored = await tx.events_of(there) if there else {}
    journeys = {}
    for shipment_id in ids:
        new = arrived.of_shipments.get(shipment_id, [])
        fresh = {event.event_id for event in new}
        old = [event for event in stored.get(shipment_id, ()) if event.event_id not in fresh]
        before = derive(old)
        journeys[shipment_id] = (before, derive([*old, *new])) if new else _unchanged(before)
    return journeys


def _unchanged(journey: Journey) -> BeforeAfter:
    return journey, journey


async def _shipment_changes(
    tx: Transaction,
    known: KnownShipments,
    journeys: Mapping[str, BeforeAfter],
    new_events: Mapping[str, list[TrackingEvent]],
    book: ledger.Book,
) -> tuple[ShipmentChange, ...]:
    """Each changed shipment with its journey before and after, its ledger and what is open."""
    if not journeys:
        return ()
    still_open = defaultdict(list)
    for exception in await tx.open_exceptions(list(journeys)):
        still_open[exception.shipment_id].append(exception)
    changes = []
    for shipment_id, (before, after) in journeys.items():
        shipment = known.by_id[shipment_id]
        changes.append(
            ShipmentChange(
                shipment=shipment,
                before=before,
                after=after,
                new_events=tuple(new_events.get(shipment_id, ())),
                promises=book.standing(shipment),
                new_promises=tuple(book.new.get(shipment_id, ())),
                exceptions=tuple(still_open[shipment_id]),
                is_new=shipment_id in known.new,
                new_legs=tuple(known.new_legs.get(shipment_id, ())),
            )
        )
    await tx.put_journeys({change.shipment.shipment_id: change.after for change in changes})
    return tuple(changes)


async def _append_etas(
    tx: Transaction,
    known: KnownShipments,
    readings: Iterable[Reading],
    carrier_names: Mapping[str, str],
    under_way: Iterable[str],
) -> ledger.Book:
    """Carrier windows that differ from what the carrier last said, in the ledger of all that are under way.

    Of a parcel that arrived nobody asks what was promised: its ledger is left where it is.
    """
    told = [
        promise
        for reading in readings
        for eta in reading.etas
        for shipment in known.with_number(eta.tracking_number)
        if eta.to_at >= shipment.since
        for promise in ledger.from_eta(
            eta, shipment, carrier_names.get(eta.source, eta.source), reading.report.heard_at
        )
    ]
    keys = {(promise.shop_id, promise.order_number) for promise in told}
    keys |= orders_of(known.by_id[shipment_id] for shipment_id in under_way)
    book = ledger.Book(await tx.promises_ahead(keys) if keys else ())
    await tx.add_promises(book.add(told))
    return book


async def _append_proofs(tx: Transaction, known: KnownShipments, readings: Iterable[Reading]) -> set[str]:
    """The shipments that were proved delivered by something not told before."""
    told = [
        (shipment.shop_id, shipment.shipment_id, proof, reading.report.heard_at)
        for reading in readings
        for proof in reading.proofs
        for shipment in known.with_number(proof.tracking_number)
    ]
    return await tx.add_proofs(told) if told else set()
