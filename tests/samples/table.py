"""What we read out of a sample answer, as a table a person can check against the answer itself.

    # origin: documented | constructed | recorded
    # source: where the answer was taken from
    # asked: the numbers that were asked for, with commas
    occurred_at             status            place           reason   code
    2026-03-04T16:55-05:00  in_transit        Teaneck NJ US   -        IT

    etas
    number  kind       from                    to
    AC1     estimated  2026-03-05T09:00-05:00  2026-03-05T12:00-05:00

The first table holds the tracking events, in the order the source listed them. Sections after it are `etas`,
`proofs`, `shipments`, `orders`, `hints`, `notes` and `refusals`; what is not listed is not compared, except
refusals: a sample that has none listed must have none. A row of column names says which columns are compared.
Times: minutes unless the seconds are not 0; `~` after an instant whose offset we inferred, `?` after a wall
clock we could not place. `-` is nothing.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from milepost.model.events import TrackingEvent
from milepost.model.instants import OffsetSource
from milepost.model.places import RawPlace
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import EtaTold, Parsed, ProofTold, ShipmentTold

EVENTS = "events"
SECTIONS = ("etas", "proofs", "shipments", "orders", "hints", "notes", "refusals")
MARKS = {OffsetSource.REPORTED: "", OffsetSource.INFERRED: "~", OffsetSource.UNZONED: "?"}
Row = dict[str, str]


@dataclass(frozen=True)
class Expected:
    """A sample's .txt, read."""

    headers: dict[str, str]
    sections: dict[str, list[Row]]


def read(path: Path) -> Expected:
    headers: dict[str, str] = {}
    sections: dict[str, list[Row]] = {EVENTS: []}
    section, columns = EVENTS, list[str]()
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#"):
            name, _, value = line.removeprefix("#").partition(":")
            headers[name.strip()] = value.strip()
        elif line.strip() in SECTIONS and not line.startswith(" "):
            section, columns = line.strip(), []
            sections[section] = []
        elif cells := [cell for cell in re.split(r"\s{2,}", line.strip()) if cell]:
            if not columns:
                columns = cells
            else:
                assert len(cells) == len(columns), f"{path.name}: {len(cells)} cells in {line!r}"
                sections[section].append(dict(zip(columns, cells, strict=True)))
    return Expected(headers, sections)


def report_of(path: Path, expected: Expected) -> Report:
    """The sample's body as the report it would have come in."""
    told = expected.headers
    asked = told.get("asked", "")
    return Report(
        source=path.parent.parent.name,
        kind=ReportKind(told.get("kind", "tracking")),
        shop_id=told.get("shop"),
        subject=tuple(number.strip() for number in asked.split(",") if number.strip()),
        heard_at=datetime.fromisoformat(told.get("heard_at", "2026-11-22T12:00:00+00:00")).astimezone(UTC),
        body=path.read_bytes(),
    )


def got(parsed: Parsed, events: tuple[TrackingEvent, ...]) -> dict[str, list[Row]]:
    """Everything that was read, in the columns a table may name."""
    return {
        EVENTS: [_event(event) for event in events],
        "etas": [_eta(eta) for eta in parsed.etas],
        "proofs": [_proof(proof) for proof in parsed.proofs],
        "shipments": [_shipment(shipment) for shipment in parsed.shipments],
        "orders": [
            {name: _cell(getattr(order, name)) for name in order.__dataclass_fields__}
            for order in parsed.orders
        ],
        "hints": [{"order": hint} for hint in parsed.hints],
        "notes": [{"note": _cell(note)} for note in parsed.notes],
        "refusals": [
            {"reason": item.reason, "subject": _cell(item.subject), "detail": _cell(item.detail)}
            for item in parsed.refusals
        ],
    }


def columns_of(rows: list[Row], expected: list[Row], default: tuple[str, ...]) -> list[Row]:
    """The same columns the expected table names, so that the two can be compared."""
    names = tuple(expected[0]) if expected else default
    return [{name: row.get(name, "no such column") for name in names} for row in rows]


def text(rows: list[Row]) -> str:
    """Rows in fixed columns, two blanks between."""
    if not rows:
        return "(nothing)"
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    )


def _event(event: TrackingEvent) -> Row:
    moment = event.occurred.local
    when = _moment(moment) if moment else _clip(event.occurred.wall_clock)
    return {
        "occurred_at": when + MARKS[event.occurred.source],
        "status": _cell(event.status),
        "place": _place(event.place.raw),
        "reason": _cell(event.reason),
        "code": _cell(event.code),
        "evidence": event.evidence.value,
        "responsible": _cell(event.responsible),
        "number": _cell(event.tracking_number),
        "order": _cell(event.order_number),
        "text": _cell(event.description),
    }


def _eta(eta: EtaTold) -> Row:
    return {
        "number": eta.tracking_number,
        "kind": eta.kind.value,
        "from": _end(eta.from_at, eta.wall_from),
        "to": _end(eta.to_at, eta.wall_to),
        "place": _place(eta.place),
    }


def _proof(proof: ProofTold) -> Row:
    return {
        "number": proof.tracking_number,
        "received_by": _cell(proof.received_by),
        "left_at": _cell(proof.left_at),
        "signature": _yes(proof.has_signature),
        "photo": _yes(proof.has_photo),
    }


def _shipment(shipment: ShipmentTold) -> Row:
    return {
        "number": shipment.tracking_number,
        "carrier": _cell(shipment.carrier),
        "service": _cell(shipment.service),
        "ship_date": _cell(shipment.ship_date),
        "origin": _place(shipment.origin),
        "destination": _place(shipment.destination),
        "weight_g": _cell(shipment.weight_g),
        "references": _pairs(shipment.references),
        "handed_over_as": _pairs(shipment.handed_over_as),
        "not_found": _yes(shipment.not_found),
    }


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return _cell(", ".join(f"{name}={value}" for name, value in pairs))


def _end(moment: datetime | None, wall_clock: str | None) -> str:
    if moment is not None:
        return _moment(moment)
    return f"{_clip(wall_clock)}?" if wall_clock else "-"


def _moment(moment: datetime) -> str:
    return (
        _clip(moment.replace(tzinfo=None).isoformat())
        + moment.strftime("%z")[:3]
        + ":"
        + moment.strftime("%z")[3:]
    )


def _clip(wall_clock: str) -> str:
    return wall_clock[:16] if wall_clock[16:19] in ("", ":00") else wall_clock[:19]


def _place(place: RawPlace) -> str:
    parts = (place.city, place.region, place.postal_code, place.country)
    return _cell(place.text or " ".join(part for part in parts if part))


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "yes" if value else "-"


def _cell(value: object) -> str:
    return " ".join(str(value).split()) if value not in (None, "", ()) else "-"
