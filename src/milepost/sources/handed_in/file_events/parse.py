"""Reads a table of tracking events, one row each; a bad row is refused by row, column and fix."""

import re
from datetime import datetime

from milepost.model.imports import Layout, Standing, Stated
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, Scan
from milepost.sources.sheets.cells import CellError, check_whole, moment_or_wall_clock
from milepost.sources.sheets.columns import folded, match
from milepost.sources.sheets.reading import Row, read_sheet, read_table, refusal_at
from milepost.sources.sheets.sheet import SheetError

NAME = "Events from a file"
REQUIRED = ("tracking_number", "status", "occurred_at")
COLUMNS = {
    "tracking_number": ("tracking", "tracking id", "tracking no", "tracking code", "parcel number"),
    "status": ("event", "event status", "state", "scan", "activity"),
    "occurred_at": ("time", "timestamp", "date time", "datetime", "event time", "scan time", "when", "date"),
    "reason": ("exception", "exception reason"),
    "place": ("location", "where", "event location", "scan location"),
    "city": ("town",),
    "region": ("province", "county"),
    "postcode": ("postal code", "zip", "zipcode", "zip code"),
    "country": ("country code",),
    "description": ("text", "details", "note", "remark", "message", "event description"),
    "code": ("event code", "status code", "scan code"),
}
TRACKING_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{3,58}[A-Za-z0-9]")


def recognizes(body: bytes, stated: Stated) -> bool:
    """A table with a status and a time beside its tracking number is one of events."""
    try:
        header = read_sheet(body, stated).header
    except SheetError:
        return False
    return all(name in match(header, COLUMNS, stated).places for name in REQUIRED)


def parse(report: Report) -> Parsed:
    """One scan for each good row; never raises."""
    stated = Stated.of(report.subject)
    table = read_table(report.body, COLUMNS, REQUIRED, stated)
    scans: list[Scan] = []
    standings: list[Standing] = []
    refusals: list[Refusal] = list(table.refusals)
    for row in table.rows:
        try:
            scan = _scan(row, stated)
        except CellError as error:
            refusals.append(refusal_at(row.where, str(error)))
            continue
        scans.append(scan)
        standings.append(Standing(row.where, "", scan.tracking_number or ""))
    return Parsed(
        scans=tuple(scans),
        refusals=tuple(refusals),
        layout=Layout(standings=tuple(standings), columns=table.columns, remarks=table.remarks),
    )


def _scan(row: Row, stated: Stated) -> Scan:
    """Raises CellError."""
    when = _in_column("occurred_at", row, stated)
    status, reason = row.text("status"), row.text("reason")
    if not status:
        raise CellError("column status: empty; write one of ours, e.g. in_transit")
    refs = [CodeRef("status", _key(status))]
    if reason:
        refs.append(CodeRef("reason", reason.casefold()))
    return Scan(
        moment=when if isinstance(when, datetime) else None,
        wall_clock=None if isinstance(when, datetime) else when,
        code=row.text("code") or status,
        refs=tuple(refs),
        text=row.text("description"),
        place=RawPlace(
            text=row.text("place"),
            city=row.text("city"),
            region=row.text("region"),
            postal_code=row.text("postcode"),
            country=row.text("country").upper(),
        ),
        tracking_number=_number(row.text("tracking_number")),
    )


def _in_column(column: str, row: Row, stated: Stated) -> datetime | str:
    text = row.text(column)
    if not text:
        raise CellError(f"column {column}: empty; write 2026-03-04T18:00:00+01:00")
    try:
        return moment_or_wall_clock(text, stated)
    except CellError as error:
        raise CellError(f"column {column}: {error}") from error


def _number(text: str) -> str:
    try:
        check_whole(text)
    except CellError as error:
        raise CellError(f"column tracking_number: {error}") from error
    if not TRACKING_NUMBER.fullmatch(text):
        raise CellError("column tracking_number: not usable; write 5 to 60 letters and digits")
    return text


def _key(status: str) -> str:
    """`Out for delivery` is `out_for_delivery`."""
    return folded(status).replace(" ", "_")
