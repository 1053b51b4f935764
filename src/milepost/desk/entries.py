"""A person adds what they know of a parcel, or takes back what a person added; both are facts that stay."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from milepost.flow import take_in
from milepost.model.errors import OperatorError
from milepost.model.events import BY_HAND, TrackingEvent
from milepost.model.imports import Stated
from milepost.model.journeys import JourneyEvent
from milepost.model.reports import Report, ReportKind
from milepost.model.statuses import REASONS, Status
from milepost.normalize.reading import read
from milepost.ports.app import App
from milepost.ports.rows import OrderRow
from milepost.record.journey import derive
from milepost.record.shipments import REUSE_SLACK
from milepost.sources.sheets.cells import CellError, moment_or_wall_clock

PLACE_LENGTH_MAX = 120
NOTE_LENGTH_MAX = 500
AHEAD_MAX = timedelta(minutes=5)
"""How far ahead of ours the clock of whoever enters it may be."""

NOTE = "note"
STATUSES = (*(one for one in Status if one not in (Status.EXPECTED, Status.UNKNOWN)), NOTE)
"""What can be entered; a note says nothing of where the parcel is."""

log = structlog.get_logger(__name__)


class EntryError(OperatorError):
    """It cannot be entered as asked; the text names the field and the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who did it. The name is for their colleagues; it never reaches a buyer."""

    kind: str  # `user`, `api_key` or `terminal`
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What they entered, as text."""

    status: str
    occurred_at: str  # with its offset, or with `zone`
    zone: str = ""
    tracking_number: str = ""  # may be left out where the order has one parcel
    reason: str = ""
    place: str = ""
    note: str = ""


async def add_entry(app: App, row: OrderRow, wish: Wish, by: By) -> str:
    """The event's id. Entered twice it is one event. Raises EntryError."""
    number, since = await _parcel(app, row, wish.tracking_number.strip())
    told = {
        "tracking_number": number,
        "status": _one_of(wish.status, STATUSES, "status"),
        "reason": _one_of(wish.reason, ("", *REASONS), "reason"),
        "occurred_at": _moment(app, wish, since).isoformat(),
        "place": _line(wish.place, PLACE_LENGTH_MAX, "place"),
        "note": _line(wish.note, NOTE_LENGTH_MAX, "note"),
    }
    if told["status"] == NOTE and not told["note"]:
        raise EntryError("note: empty; write what you know, or choose a status")
    report = _report(app, row, told, by)
    (event,) = read(report, app.source(report), app.gazetteer).events
    known = await _known(app, row, event.event_id)
    if known is not None and known.is_retracted:
        raise EntryError("note: this very entry was taken back; say in the note what is different now")
    if known is None:
        await _take(report, app, by, "entry_added", event)
    return event.event_id


async def take_back(app: App, row: OrderRow, event_id: str, why: str, by: By) -> None:
    """The entry counts no more and stays to be seen. Taken back twice is once. Raises EntryError."""
    known = await _known(app, row, event_id)
    if known is None or known.event.source != BY_HAND or known.event.retracts:
        raise EntryError(
            "event: only an entry made by hand can be taken back, and this order has no such one"
        )
    if known.is_retracted:
        return
    note = _line(why, NOTE_LENGTH_MAX, "note")
    if not note:
        raise EntryError("note: empty; write why it is taken back")
    number = known.event.tracking_number or ""
    report = _report(app, row, {"tracking_number": number, "takes_back": event_id, "note": note}, by)
    await _take(report, app, by, "entry_taken_back", known.event)


def whose(body: bytes) -> str:
    """Who made the entry that this report holds, for their colleagues."""
    try:
        by = json.loads(body)["by"]
        return str(by["name"] or by["kind"])
    except (ValueError, KeyError, TypeError):
        return ""


async def _take(report: Report, app: App, by: By, what: str, event: TrackingEvent) -> None:
    await take_in([report], app)
    app.live.publish(["work"])
    log.info(what, by=f"{by.kind}:{by.id}", event_id=event.event_id)


def _report(app: App, row: OrderRow, told: dict[str, Any], by: By) -> Report:
    """The entry as it came, with who made it and when: this is what an audit reads."""
    now = app.clock.now()
    body = {
        "entered_at": now.isoformat(),
        "by": {"kind": by.kind, "id": by.id, "name": by.name},
        "order_number": row.facts.order_number,
        **told,
    }
    return Report(
        source=BY_HAND,
        kind=ReportKind.IMPORT,
        shop_id=row.facts.shop_id,
        subject=(row.facts.order_number,),
        heard_at=now,
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


async def _known(app: App, row: OrderRow, event_id: str) -> JourneyEvent | None:
    events = await app.store.shipment_events(row.shipment_ids)
    own = await app.store.order_events(row.facts.shop_id, row.facts.order_number)
    scans = [scan for told in (*events.values(), own) for scan in derive(told).events]
    return next((scan for scan in scans if event_id in (scan.event_id, scan.event.event_id)), None)


async def _parcel(app: App, row: OrderRow, wished: str) -> tuple[str, datetime | None]:
    """The tracking number it is about and since when that is this order's; of an order without any: none."""
    rows = await app.store.shipment_rows(row.shipment_ids)
    live = [one.shipment for one in rows.values() if not one.shipment.superseded]
    if not live and not wished:
        return "", row.facts.placed_at
    found = [one for one in live if wished in ("", one.tracking_number)]
    if len(found) != 1:
        numbers = ", ".join(one.tracking_number for one in live) or "none yet"
        raise EntryError(f"tracking_number: name one parcel of this order; there are {numbers}")
    return found[0].tracking_number, found[0].since


def _moment(app: App, wish: Wish, since: datetime | None) -> datetime:
    try:
        moment = moment_or_wall_clock(wish.occurred_at.strip(), Stated(zone=wish.zone.strip()))
    except CellError as error:
        raise EntryError(f"occurred_at: {error}") from error
    if not isinstance(moment, datetime):
        raise EntryError("occurred_at: no offset; write 2026-03-04T18:00:00+01:00, or name the zone")
    if moment > app.clock.now() + AHEAD_MAX:
        raise EntryError("occurred_at: it lies in the future; enter what has happened")
    if since is not None and moment < since - REUSE_SLACK:
        raise EntryError("occurred_at: that is long before the order was placed")
    return moment


def _one_of(text: str, offered: tuple[str, ...], field: str) -> str:
    plain = text.strip()
    if plain not in offered:
        raise EntryError(
            f"{field}: {plain[:40]!r} is no {field}; there are {', '.join(one for one in offered if one)}"
        )
    return str(plain)


def _line(text: str, length_max: int, field: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > length_max:
        raise EntryError(f"{field}: {len(plain)} characters; {length_max} is the most")
    return plain
