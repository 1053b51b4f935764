"""What would become of each row of a file that is handed in: asked of the store, which stays as it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from milepost.model.events import TrackingEvent
from milepost.model.imports import Fate, Layout, PreviewRow, Standing, Stated
from milepost.model.instants import OffsetSource
from milepost.model.orders import OrderFacts
from milepost.model.reading import Reading
from milepost.model.shipments import Shipment
from milepost.model.statuses import Status
from milepost.ports.app import App
from milepost.ports.store import OrderKey
from milepost.record.orders import change
from milepost.record.shipments import use_at

ROWS_AT_ONCE = 250
"""Rows that are looked up together: what is worked out between two looks at anything else stays short."""

LIKELY_MIN = 0.5
"""A wrong check digit counts when the number is this likely to be of the carrier whose digit it would be."""


async def fates_of(reading: Reading, app: App) -> list[PreviewRow]:
    """One for each standing of the file, in their order."""
    layout = reading.layout or Layout()
    if reading.events:
        return await _events(reading, layout, app)
    return await _orders(reading, layout, app)


async def _orders(reading: Reading, layout: Layout, app: App) -> list[PreviewRow]:
    by_number = {facts.order_number: facts for facts in reading.orders}
    rows: list[PreviewRow] = []
    for at in range(0, len(layout.standings), ROWS_AT_ONCE):
        some = layout.standings[at : at + ROWS_AT_ONCE]
        told = {number: by_number[number] for number in {one.order_number for one in some}}
        keys: list[OrderKey] = [(facts.shop_id, facts.order_number) for facts in told.values()]
        async with app.store.transaction() as tx:
            known = {number: facts for (_, number), facts in (await tx.orders(keys)).items()}
        rows += [_order_row(standing, told, known, app) for standing in some]
    return rows


def _order_row(
    standing: Standing, told: Mapping[str, OrderFacts], known: Mapping[str, OrderFacts], app: App
) -> PreviewRow:
    number, facts = standing.order_number, told[standing.order_number]
    provider = next(
        (one.provider_name for one in facts.packages if one.tracking_number == standing.tracking_number), ""
    )
    wrong = why_mistyped(app, standing.tracking_number, provider)
    if wrong:
        return PreviewRow(standing.where, Fate.REFUSED, number, f"column tracking_number: {wrong}")
    parcel = f"parcel {standing.tracking_number}"
    before = known.get(number)
    if before is None:
        return PreviewRow(standing.where, Fate.NEW, number, parcel)
    if change(before, facts) is None:
        return PreviewRow(standing.where, Fate.KNOWN, number, f"{parcel}, told before")
    return PreviewRow(standing.where, Fate.CHANGED, number, f"{parcel}; the order is told differently now")


@dataclass(slots=True)
class _Told:
    """What the store knows of the numbers in a file."""

    uses: dict[str, list[Shipment]] = field(default_factory=lambda: defaultdict(list))
    event_ids: dict[str, set[str]] = field(default_factory=dict)
    strays: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)  # numbers
    is_typed: bool = False  # by people, who mistype; programs do not
    rows: dict[str, str] = field(default_factory=dict)  # event id → where in this file it stood first


async def _events(reading: Reading, layout: Layout, app: App) -> list[PreviewRow]:
    told = _Told(is_typed=bool(layout.columns))
    stated = Stated.of(reading.report.subject)
    rows: list[PreviewRow] = []
    for at in range(0, len(reading.events), ROWS_AT_ONCE):
        some = reading.events[at : at + ROWS_AT_ONCE]
        await _look_up({event.tracking_number for event in some if event.tracking_number}, reading, told, app)
        standings = layout.standings[at : at + ROWS_AT_ONCE]
        rows += [
            _event_row(standing, event, told, stated, app)
            for standing, event in zip(standings, some, strict=True)
        ]
    return rows


async def _look_up(numbers: set[str], reading: Reading, told: _Told, app: App) -> None:
    """What the store knows of those of the numbers that were not looked up before."""
    new = numbers - told.asked
    told.asked |= new
    if not new:
        return
    async with app.store.transaction() as tx:
        here = [
            one
            for one in await tx.shipments_with_numbers(new)
            if reading.report.shop_id in (None, one.shop_id)
        ]
        for shipment in here:
            for number in new.intersection(shipment.numbers):
                told.uses[number].append(shipment)
        told.event_ids |= await tx.event_ids([one.shipment_id for one in here]) if here else {}
        told.strays |= {event.event_id for event in await tx.strays(new - told.uses.keys())}


def _event_row(standing: Standing, event: TrackingEvent, told: _Told, stated: Stated, app: App) -> PreviewRow:
    number = event.tracking_number or ""
    uses = told.uses.get(number, [])
    wrong = _why_refused(event, uses, stated, app, is_typed=told.is_typed)
    if wrong:
        return PreviewRow(standing.where, Fate.REFUSED, number, wrong)
    first = told.rows.setdefault(event.event_id, standing.where)
    if first != standing.where:
        return PreviewRow(standing.where, Fate.KNOWN, number, f"the same as {first}")
    return PreviewRow(standing.where, _fate(event, uses, told), number, sentence(event))


def _fate(event: TrackingEvent, uses: Iterable[Shipment], told: _Told) -> Fate:
    by_shop: dict[str, list[Shipment]] = defaultdict(list)
    for use in uses:
        by_shop[use.shop_id].append(use)
    homes = [use_at(mine, event.occurred.order_key) for mine in by_shop.values()]
    ids = [home.shipment_id for home in homes if home is not None]
    if not ids:
        return Fate.KNOWN if event.event_id in told.strays else Fate.EARLY
    known = all(event.event_id in told.event_ids.get(one, ()) for one in ids)
    return Fate.KNOWN if known else Fate.NEW


def _why_refused(
    event: TrackingEvent, uses: list[Shipment], stated: Stated, app: App, *, is_typed: bool
) -> str:
    """The field and the fix, or nothing."""
    if event.occurred.source is OffsetSource.UNZONED:
        return (
            "time: it has no offset and its place has no zone we know; write 2026-03-04T18:00:00+01:00, "
            "or state the zone"
        )
    if not uses and event.shop_id is not None:
        return "tracking number: no parcel of your shop has it; import its order first"
    if not uses and is_typed and (wrong := why_mistyped(app, event.tracking_number or "", stated.carrier)):
        return f"tracking number: {wrong}"
    others = {use.carrier for use in uses if use.carrier} - {stated.carrier}
    if stated.carrier and uses and others and not any(use.carrier in (None, stated.carrier) for use in uses):
        names = ", ".join(sorted(app.carrier_names.get(key, key) for key in others))
        return f"tracking number: here it is a parcel of {names}; state whose file this is"
    return ""


def sentence(event: TrackingEvent) -> str:
    """What would be added, on one line: status, when, where."""
    status = event.status.value if event.status else "a note"
    if event.status is Status.UNKNOWN:
        status = f"“{event.code[:40]}” is no status we know, so it is kept as unknown"
    when = event.occurred.local.isoformat(timespec="minutes") if event.occurred.local else ""
    worked_out = (
        " (offset worked out from the place)" if event.occurred.source is OffsetSource.INFERRED else ""
    )
    parts = [f"{status} ({event.reason})" if event.reason else status, when + worked_out]
    return ", ".join([*parts, *([event.place.raw.line] if event.place.raw.line else [])])


def why_mistyped(app: App, number: str, provider_name: str) -> str:
    """The sentence about the wrong digit, or nothing; bare digits that may be anybody's are not judged."""
    found = app.identify(number, provider_name, "")
    if found.valid_format:
        return ""
    likely = [one for one in found.candidates if one.probability >= LIKELY_MIN]
    reasons = [reason for candidate in likely for reason in candidate.reasons]
    return next((reason for reason in reasons if "check digit should" in reason), "")
