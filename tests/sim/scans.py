"""What two Mileposts were told of one world, scan by scan, however each of them came to hear it.

TikTok Shop tells the scans of some parcels in two ways: logistics tracking, once in eight hours, names the
parcel's number; Get Tracking names only the order. Which of them answers depends on who asked before. Every
reading is kept as it was told, so one scan may be kept twice, and its copies are joined when they are read.
So the rows of two lives may differ where the scans do not: the scans are compared, and how often each counts.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from sqlalchemy import select

from milepost.model.instants import clock_of
from milepost.record.journey import derive
from milepost.store.tables import ORDERS, REPORTS, SHIPMENTS

NAMED_MAX = 20


class Scan(NamedTuple):
    """All of an event's identity but how its parcel was named; `parcel`: whose it is, or only which order's."""

    shop: str
    parcel: str
    source: str
    code: str
    when: str
    place: str
    text: str
    status: str


class Heard(NamedTuple):
    """One reading of a scan that is kept."""

    event_id: str
    named: str  # the number it was told under
    heard_at: str
    kinds: tuple[str, ...]  # of the reports whose body told it first


class Told(NamedTuple):
    """Everything one Milepost knows of its parcels."""

    readings: dict[Scan, list[Heard]]
    counted: Counter[Scan]  # what its pages show


async def told_to(store):
    """Every reading that is kept, and every scan that is shown, of all parcels and orders."""
    kinds = defaultdict(set)
    for body_hash, kind in await store.rows(select(REPORTS.c.body_hash, REPORTS.c.kind)):
        kinds[body_hash].add(kind)
    told = Told(defaultdict(list), Counter())
    async for parcel, events in _parcels(store):
        for event in events:
            named = event.tracking_number or f"order {event.order_number}"
            how = tuple(sorted(kinds[event.report_hash]))
            heard = Heard(event.event_id, named, event.heard_at.isoformat(), how)
            told.readings[_scan(parcel, event)].append(heard)
        told.counted.update(_scan(parcel, shown.event) for shown in derive(events).events)
    return told


async def _parcels(store):
    """Each parcel's number with its events; then each order's with those that are no parcel's."""
    numbers = dict(await store.rows(select(SHIPMENTS.c.shipment_id, SHIPMENTS.c.tracking_number)))
    for shipment_id, events in (await store.shipment_events(list(numbers))).items():
        yield numbers[shipment_id], events
    for shop_id, number in await store.rows(select(ORDERS.c.shop_id, ORDERS.c.order_number)):
        yield f"order {number}", await store.order_events(shop_id, number)


def _scan(parcel, event):
    at = event.occurred.utc
    return Scan(
        shop=event.shop_id or "",
        parcel=parcel,
        source=event.source,
        code=event.code,
        when=event.occurred.wall_clock if at is None else clock_of(at) + "Z",
        place=event.place.raw.line,
        text=event.description,
        status=event.status.value if event.status else "note",
    )


def differences(undisturbed, found):
    """What was told to one and not to the other, or counts more often; a line each, nothing when all is well."""
    lines = [
        f"missing: {_words(scan)}; heard undisturbed as {_how(undisturbed.readings[scan])}"
        for scan in sorted(undisturbed.readings.keys() - found.readings.keys())
    ]
    lines += [
        f"extra: {_words(scan)}; heard as {_how(found.readings[scan])}"
        for scan in sorted(found.readings.keys() - undisturbed.readings.keys())
    ]
    lines += [
        f"counted {found.counted[scan]} times, undisturbed {undisturbed.counted[scan]}: {_words(scan)}; "
        f"heard as {_how(found.readings.get(scan, ()))}"
        for scan in sorted(undisturbed.readings.keys() & found.readings.keys())
        if found.counted[scan] != undisturbed.counted[scan]
    ]
    return lines[:NAMED_MAX] + ([f"and {len(lines) - NAMED_MAX} more"] if len(lines) > NAMED_MAX else [])


def _words(scan):
    words = (scan.source, scan.parcel, scan.status, scan.code, scan.when, scan.place, repr(scan.text))
    return " ".join(word for word in words if word)


def _how(readings):
    return ", ".join(
        f"{one.event_id} under {one.named} at {one.heard_at} by {'/'.join(one.kinds) or 'nothing kept'}"
        for one in readings
    )
