"""Somebody hands in a file: a look at what it would do, row by row; then its good rows go in."""

import asyncio
from dataclasses import dataclass, replace

from milepost.desk.fates import fates_of
from milepost.flow import Going, reading_of, take_in_long
from milepost.model.errors import OperatorError
from milepost.model.imports import DATE_ORDERS, Fate, Layout, Preview, PreviewRow, Stated
from milepost.model.reading import Reading
from milepost.model.reports import Report, ReportKind
from milepost.ports.app import App
from milepost.ports.store import Transaction
from milepost.sources.sheets.cells import CellError, zone_of
from milepost.sources.sheets.csv_text import ENCODINGS

SOURCE = "file_import"
"""Who reads orders, and the shop they belong to."""

BODY_BYTES_MAX = 16_000_000
REFUSED_MAX = 5_000
"""Rows left out of a file that goes in all the same: where more are wrong, the file is."""


class ImportRefusedError(OperatorError):
    """The file as a whole cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    orders: tuple[str, ...]  # order numbers, in the order of the file
    parcels: int
    events: int  # tracking events that are in now, new or known
    preview: Preview  # what was said beforehand, with every refused row


async def preview(app: App, body: bytes, stated: Stated | None = None, shop_id: str | None = None) -> Preview:
    """What taking this file in would do, and nothing else. Raises ImportRefusedError.

    `shop_id` is for who may tell news of one shop only: rows about other shops' parcels are refused.
    It is read beside everything else and looked up in parts, so that pages answer meanwhile.
    """
    report, reading, layout = await asyncio.to_thread(_read, app, body, stated or Stated(), shop_id)
    said = await fates_of(reading, app)
    refused = [
        PreviewRow(one.subject or "the file", Fate.REFUSED, "", _without_place(one.detail, one.subject))
        for one in reading.refusals
    ]
    places = tuple(row.where for row in said if row.fate is Fate.REFUSED)
    stated = Stated.of(report.subject)
    return Preview(
        source=report.source,
        name=app.source_names[report.source],
        stated=replace(stated, without=(*stated.without, *places)),
        layout=layout,
        rows=tuple(sorted([*refused, *said], key=_position)),
    )


async def nobody_watches(_tx: Transaction, /, *, done: int, total: int) -> None:
    """How far it is, told to nobody."""


async def import_file(
    app: App,
    body: bytes,
    stated: Stated | None = None,
    shop_id: str | None = None,
    going: Going = nobody_watches,
) -> Imported:
    """Take in what of a file can be used. Doing it again changes nothing. Raises ImportRefusedError.

    `going` hears how far it is, each time that a part of it went in.
    """
    seen = await preview(app, body, stated, shop_id)
    if len(seen.refused) > REFUSED_MAX:
        raise ImportRefusedError(
            f"{len(seen.refused):,} rows cannot be used: mend them first, or split the file"
        )
    report = await asyncio.to_thread(_report, app, body, seen.stated, shop_id)
    for row in seen.refused:
        if row.where in seen.stated.without:  # the others are counted where they are read
            app.tally.count("refusals", source=report.source, reason="refused_at_desk")
    reading = await take_in_long(report, app, going)
    app.live.publish(["work"])
    return _imported(reading, seen)


def _imported(reading: Reading, seen: Preview) -> Imported:
    return Imported(
        orders=tuple(order.order_number for order in reading.orders),
        parcels=sum(len(order.packages) for order in reading.orders),
        events=len(reading.events),
        preview=seen,
    )


def _read(app: App, body: bytes, stated: Stated, shop_id: str | None) -> tuple[Report, Reading, Layout]:
    """Raises ImportRefusedError."""
    report = _report(app, body, stated, shop_id)
    reading = reading_of(report, app)
    layout = reading.layout or Layout()
    if layout.sender:
        report, layout = _whose(app, report, layout)
        reading = replace(reading, report=report)
    return report, reading, layout


def _report(app: App, body: bytes, stated: Stated, shop_id: str | None) -> Report:
    """The file as it came, with what was stated beside it. Raises ImportRefusedError."""
    if len(body) > BODY_BYTES_MAX:
        raise ImportRefusedError(
            f"the file has {len(body):,} bytes; {BODY_BYTES_MAX:,} is the most: split it"
        )
    _check(app, stated)
    source = next((key for key, one in app.handed_in.items() if one.recognizes(body, stated)), SOURCE)
    if source == SOURCE and shop_id not in (None, SOURCE):
        raise ImportRefusedError(
            f"a file of orders belongs to the shop {SOURCE}, not to yours: ask for that one"
        )
    return Report(
        source=source,
        kind=ReportKind.IMPORT,
        shop_id=SOURCE if source == SOURCE else shop_id,
        subject=stated.words(),
        heard_at=app.clock.now(),
        body=body,
    )


def _whose(app: App, report: Report, layout: Layout) -> tuple[Report, Layout]:
    """The same with the carrier that the settings name for its sender. Raises ImportRefusedError."""
    stated = Stated.of(report.subject)
    carrier = stated.carrier or app.settings.imports.senders.get(layout.sender, "")
    if not carrier:
        remark = (
            f"Its sender “{layout.sender[:40]}” is not among imports.senders: parcels are found by their "
            "number alone, whosever they are."
        )
        return report, replace(layout, remarks=(*layout.remarks, remark))
    if carrier not in app.carriers:
        raise ImportRefusedError(f"settings imports.senders: there is no carrier {carrier!r}")
    remark = f"Its sender “{layout.sender[:40]}” is {app.carrier_names[carrier]}."
    report = replace(report, subject=replace(stated, carrier=carrier).words())
    return report, replace(layout, remarks=(*layout.remarks, remark))


def _check(app: App, stated: Stated) -> None:
    if stated.zone:
        try:
            zone_of(stated.zone)
        except CellError as error:
            raise ImportRefusedError(str(error)) from error
    if stated.dates not in ("", *DATE_ORDERS):
        raise ImportRefusedError(f"dates {stated.dates!r}: write one of {', '.join(DATE_ORDERS)}")
    if stated.encoding not in ("", *ENCODINGS):
        raise ImportRefusedError(f"encoding {stated.encoding!r}: write one of {', '.join(ENCODINGS)}")
    if stated.carrier and stated.carrier not in app.carriers:
        raise ImportRefusedError(
            f"carrier {stated.carrier!r}: none is called so; see `milepost carrier list`"
        )


def _without_place(detail: str, where: str) -> str:
    return detail.removeprefix(f"{where}, ") if where else detail


def _position(row: PreviewRow) -> tuple[int, str]:
    digits = "".join(letter for letter in row.where if letter.isdigit())
    return (int(digits or 0), row.where)
