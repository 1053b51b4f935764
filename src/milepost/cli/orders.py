"""`milepost track` and `order`: one parcel, one order, and what a person knows of it."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App as Commands
from cyclopts import Parameter

from milepost.cli.answers import AsJson, Config, console, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.opening import opened
from milepost.cli.who import at_the_terminal
from milepost.desk.entries import Wish, add_entry, take_back
from milepost.flow import take_in
from milepost.model.carriers import Identification
from milepost.model.journeys import EMPTY_JOURNEY, Journey, JourneyEvent
from milepost.model.shipments import TrackingQuery
from milepost.ports.app import App
from milepost.ports.rows import OrderRow, ShipmentRow
from milepost.ports.sources import SourceError
from milepost.record.journey import derive
from milepost.show.api import views
from milepost.show.console.known import KnownOrder, everything

app = Commands(name="order", default_parameter=PLAIN)

NOT_A_NUMBER = "Nobody was asked: no carrier has such a number; look whether it was copied right."
USES_MAX = 20
"""Shipments shown for one number: a number can be used again after months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What `track` found out."""

    identification: Identification
    shipments: tuple[tuple[ShipmentRow, Journey], ...]  # those of our orders
    asked: Journey  # what a carrier just told of a number that is nobody's here
    note: str


def track(
    number: Annotated[str, Parameter(help="A tracking number, with or without spaces.")],
    /,
    *,
    carrier: Annotated[
        str, Parameter(help="The carrier's name as people write it, where the number alone does not say.")
    ] = "",
    ask: Annotated[
        bool, Parameter(negative="", help="Ask the carrier now, even about a parcel we know.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    found = asyncio.run(_track(config, number, carrier, ask=ask))
    if as_json:
        say_json(_tracked_json(found))
    else:
        _show_tracked(found)
    if not found.identification.valid_format:
        return Exit.WRONG
    return Exit.DONE if found.shipments or found.asked.events else Exit.NO


async def _track(config: Path | None, number: str, carrier: str, *, ask: bool) -> Tracked:
    async with opened(config) as app:
        identification = app.identify(number, carrier, "")
        rows = await _uses(app, identification.number) or await _uses(app, number)
        asked, note = EMPTY_JOURNEY, "" if identification.valid_format else NOT_A_NUMBER
        if (ask or not rows) and identification.valid_format:
            asked, note = await _ask(app, identification)
            rows = await _uses(app, identification.number or number)
        events = await app.store.shipment_events([row.shipment.shipment_id for row in rows])
        known = tuple((row, derive(events.get(row.shipment.shipment_id, []))) for row in rows)
        return Tracked(identification=identification, shipments=known, asked=asked, note=note)


async def _uses(app: App, number: str) -> list[ShipmentRow]:
    page = await app.store.shipments(shop_ids=None, cursor=None, limit=USES_MAX, tracking_number=number)
    return list(page.rows)


async def _ask(app: App, identification: Identification) -> tuple[Journey, str]:
    """What the carrier says now; its answer goes in by the first door like any other."""
    key = identification.answer
    carrier = app.carriers.get(key or "")
    if carrier is None:
        return EMPTY_JOURNEY, "Nobody was asked: it is not sure whose number it is; name the --carrier."
    if not carrier.card.can_be_asked:
        page = carrier.card.page_of(identification.number) or f"see `milepost carrier show {key}`"
        return EMPTY_JOURNEY, f"Milepost has no way to ask {carrier.card.name}; its own page: {page}"
    if not carrier.is_configured:
        return EMPTY_JOURNEY, (
            f"{carrier.card.name} was not asked: set carriers.{carrier.key} (docs/run/configure.md)."
        )
    query = TrackingQuery(tracking_number=identification.number, since=app.clock.now())
    try:
        reports = await carrier.fetch([query])
    except SourceError as error:
        return EMPTY_JOURNEY, f"{carrier.card.name} could not be heard: {error}"
    readings = await take_in(reports, app)
    events = [
        event
        for reading in readings
        for event in reading.events
        if event.tracking_number == identification.number
    ]
    if not events:
        return EMPTY_JOURNEY, f"{carrier.card.name} was asked and knows nothing of it (yet)."
    return derive(events), f"{carrier.card.name} was asked just now."


def _tracked_json(found: Tracked) -> dict[str, Any]:
    return {
        "identification": views.identification(found.identification),
        "shipments": [
            {
                "id": row.shipment.shipment_id,
                "orders": row.shipment.order_numbers,
                "carrier": row.shipment.carrier,
                "status": row.status,
                "reason": row.reason,
                "events": views.events(journey, row.shipment, row.shipment.order_numbers),
            }
            for row, journey in found.shipments
        ],
        "asked": {
            "status": found.asked.status.value if found.asked.events else None,
            "events": views.events(found.asked, None, []),
        },
        "note": found.note,
    }


def _show_tracked(found: Tracked) -> None:
    out = console()
    out.print(_identified(found.identification), markup=False, highlight=False)
    for row, journey in found.shipments:
        out.print()
        numbers = ", ".join(row.shipment.order_numbers)
        out.print(
            f"Order {numbers}: {_status(row.status, row.reason)}", markup=False, highlight=False, style="bold"
        )
        out.print(_timeline(journey))
    if found.asked.events and not found.shipments:
        out.print()
        out.print(
            f"Not of any order here: {_status(found.asked.status.value, found.asked.reason)}",
            markup=False,
            highlight=False,
            style="bold",
        )
        out.print(_timeline(found.asked))
    if found.note:
        out.print(found.note, markup=False, highlight=False)


def _identified(found: Identification) -> str:
    if not found.candidates:
        return f"{found.number or found.given}: no carrier we know has numbers of this shape."
    first = found.candidates[0]
    sure = "is" if found.answer else "may be"
    return f"{found.number} {sure} a number of {first.carrier} ({first.probability:.0%}): " + "; ".join(
        first.reasons
    )


def _status(status: str, reason: str | None) -> str:
    return f"{status} ({reason})" if reason else status


def _timeline(journey: Journey) -> Any:
    if not journey.events:
        return "No scan has been heard yet."
    rows = [
        (
            _when(scan.event.occurred.local, scan.event.occurred.wall_clock),
            _heard(scan),
            scan.event.reason or "",
            scan.event.place.raw.line,
            scan.event.source,
            scan.event.description,
        )
        for scan in reversed(journey.events)
    ]
    return table("", ("when", "status", "reason", "place", "source", "in the carrier's words"), rows)


def _heard(scan: JourneyEvent) -> str:
    said = scan.event.status.value if scan.event.status else "note"
    return f"{said} (taken back)" if scan.is_retracted else said


def _when(local: Any, wall_clock: str) -> str:
    return local.isoformat(timespec="minutes") if local else f"{wall_clock[:16]} local time"


@app.default
def order(
    confirmation: Annotated[str, Parameter(help="The order confirmation number.")],
    /,
    *,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Show everything known of one order.

    A terminal has onlookers: who gets it (name, address, e-mail, phone) is told only with --json.
    """
    return asyncio.run(_order(config, confirmation, as_json=as_json))


async def _order(config: Path | None, confirmation: str, *, as_json: bool) -> int:
    async with opened(config) as app:
        row = await app.store.order(confirmation)
        if row is None:
            sys.stderr.write(
                f"milepost: order {confirmation} is not known here; `milepost shop sync` reads new ones\n"
            )
            return Exit.NO
        known = await everything(app, row, with_contact=as_json)
        if as_json:
            say_json(_order_json(app, known))
        else:
            _show_order(known)
        return Exit.DONE


def _order_json(app: App, known: KnownOrder) -> dict[str, Any]:
    numbers = [known.row.facts.order_number]
    return {
        "order": views.order(known.row, known.contact),
        "shipments": [views.shipment_of(one.row, known.promises, app) for one in known.shipments],
        "events": [
            event
            for one in known.shipments
            for event in views.events(one.journey, one.row.shipment, one.row.shipment.order_numbers)
        ]
        + views.events(known.own, None, numbers),
        "promises": [views.promise(one) for one in known.promises],
        "exceptions": [views.exception(one) for one in known.exceptions],
        "notices": [views.notice(notice, attempts) for notice, attempts in known.notices],
    }


def _show_order(known: KnownOrder) -> None:
    out, facts = console(), known.row.facts
    where = ", ".join(
        p for p in (facts.destination.city, facts.destination.region, facts.destination.country) if p
    )
    placed = f"{facts.placed_at:%Y-%m-%d %H:%M} UTC" if facts.placed_at else "at a time not told"
    out.print(
        f"Order {facts.order_number} ({facts.marketplace}, {facts.state}), placed {placed}, "
        f"to {where or 'a place not told'}",
        markup=False,
        highlight=False,
        style="bold",
    )
    if facts.items:
        out.print(
            table(
                "Items",
                ("how many", "what"),
                [(item.quantity, f"{item.title} {item.variant}") for item in facts.items],
            )
        )
    for one in known.shipments:
        shipment = one.row.shipment
        gone = ", replaced by another number" if shipment.superseded else ""
        out.print()
        out.print(
            f"{shipment.tracking_number} with {one.carrier_name}: "
            f"{_status(one.row.status, one.row.reason)}{gone}",
            markup=False,
            highlight=False,
            style="bold",
        )
        out.print(_timeline(one.journey))
    if known.own.events:
        out.print(table("Told of the order, of no certain parcel", (), []))
        out.print(_timeline(known.own))
    if known.exceptions:
        out.print(
            table(
                "Exceptions",
                ("kind", "severity", "whose move", "since", "act by", "ended"),
                [
                    (
                        e.kind,
                        e.severity.value,
                        e.mover.value,
                        _minute(e.opened_at),
                        _minute(e.act_by),
                        e.resolution,
                    )
                    for e in known.exceptions
                ],
            )
        )
    if known.promises:
        out.print(
            table(
                "Promises",
                ("said", "by", "what", "from", "to", "why"),
                [
                    (_minute(p.said_at), p.source, p.name, _minute(p.from_at), _minute(p.to_at), p.reason)
                    for p in known.promises
                ],
            )
        )


def _minute(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%MZ}" if moment else ""


@app.command(name="add-event")
def add_event(
    confirmation: Annotated[str, Parameter(help="The order confirmation number.")],
    status: Annotated[str, Parameter(help="What happened: one of our statuses, or `note`.")],
    occurred_at: Annotated[
        str,
        Parameter(help="When, with its offset: 2026-03-04T18:00:00+01:00; or without it and with --zone."),
    ],
    /,
    *,
    parcel: Annotated[str, Parameter(help="Its tracking number, where the order has several.")] = "",
    reason: Annotated[str, Parameter(help="Why, if something is wrong, e.g. receiver.absent.")] = "",
    zone: Annotated[
        str, Parameter(help="Time zone of a time without an offset, as an IANA name (Europe/Berlin).")
    ] = "",
    place: Annotated[str, Parameter(help="Where.")] = "",
    note: Annotated[str, Parameter(help="In your words; the buyer reads it.")] = "",
    config: Config = None,
) -> int:
    """Enter what a person knows of a parcel: marked as entered at this terminal, and it can be taken back."""
    wish = Wish(
        status=status,
        occurred_at=occurred_at,
        zone=zone,
        tracking_number=parcel,
        reason=reason,
        place=place,
        note=note,
    )
    print(asyncio.run(_add_event(config, confirmation, wish)))
    return Exit.DONE


async def _add_event(config: Path | None, confirmation: str, wish: Wish) -> str:
    async with opened(config) as app:
        return await add_entry(app, await _row(app, confirmation), wish, at_the_terminal())


@app.command(name="take-back")
def take_back_event(
    confirmation: Annotated[str, Parameter(help="The order confirmation number.")],
    event: Annotated[str, Parameter(help="The event's id, as `add-event` printed it.")],
    why: Annotated[str, Parameter(help="Why it is taken back.")],
    /,
    *,
    config: Config = None,
) -> int:
    """Take back what was entered by hand. It counts no more and stays to be seen."""
    asyncio.run(_take_back(config, confirmation, event, why))
    return Exit.DONE


async def _take_back(config: Path | None, confirmation: str, event: str, why: str) -> None:
    async with opened(config) as app:
        await take_back(app, await _row(app, confirmation), event, why, at_the_terminal())


async def _row(app: App, confirmation: str) -> OrderRow:
    """Raises CommandError."""
    row = await app.store.order(confirmation)
    if row is None:
        raise CommandError(f"order {confirmation} is not known here; `milepost order NUMBER` shows one")
    return row
