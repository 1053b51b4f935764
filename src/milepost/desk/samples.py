"""A correction becomes a sample: the smallest report that says the same, with nobody in it, and its table.

What a scan's meaning does not need is taken out of the report piece by piece, so that no list of personal
fields has to be kept: names, streets and signatures go because the scan reads the same without them.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from milepost.desk.codes import CorrectionError, example_report
from milepost.flow import reading_of
from milepost.model.codes import CodeCorrection
from milepost.model.events import TrackingEvent
from milepost.model.instants import OffsetSource
from milepost.model.places import RawPlace
from milepost.model.reading import Reading
from milepost.model.reports import ReportKind
from milepost.ports.app import App

TRIES_MAX = 20_000
"""Pieces that are tried to be left out; a report that needs more is not made into a sample."""

KEPT_OF_A_NUMBER = 2  # characters from the left; the digits after them become 0
COLUMNS = ("family", "code", "status", "reason", "responsible", "evidence", "note")
MARKS = {OffsetSource.REPORTED: "", OffsetSource.INFERRED: "~", OffsetSource.UNZONED: "?"}
SHORT_TIME, LONG_TIME = 16, 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What goes into a source's folder."""

    name: str  # of both files in samples/, without ending
    body: bytes
    table: str  # what it means (tests/samples reads it)
    row: dict[str, str]  # the line of codes.csv


async def sample_of(app: App, correction: CodeCorrection) -> Sample:
    """Raises CorrectionError when the example's report cannot be made into one."""
    body = await app.store.report_body(correction.report_hash)
    if body is None:
        raise CorrectionError("example: its report is not kept any more")
    nobody = replace(correction, subject=_without_digits(correction.subject))
    body = body.replace(correction.subject.encode(), nobody.subject.encode())
    try:
        whole = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise CorrectionError("example: only a JSON report can be cleared of people") from error

    def read(document: Any) -> Reading:
        return reading_of(example_report(nobody, msgspec.json.encode(document)), app)

    wanted = next((_gist(event) for event in read(whole).events if event.code == correction.code), None)
    if wanted is None:
        raise CorrectionError("example: its report does not hold the code any more")
    least = shrunk(whole, lambda document: wanted in {_gist(event) for event in read(document).events})
    document = msgspec.json.format(msgspec.json.encode(least), indent=1) + b"\n"
    return Sample(
        name=_name(correction),
        body=document,
        table=_table(nobody, reading_of(example_report(nobody, document), app)),
        row=_row(correction),
    )


def shrunk(document: Any, holds: Callable[[Any], bool]) -> Any:
    """What is left when every piece without which `holds` stays true is taken out, large pieces first.

    Raises CorrectionError when that takes more than TRIES_MAX tries.
    """
    tries = iter(range(TRIES_MAX))

    def holds_still() -> bool:
        if next(tries, None) is None:
            raise CorrectionError("example: its report is too large to be cleared of people")
        return holds(document)

    def clear(part: Any) -> None:
        keys = list(part) if isinstance(part, dict) else list(reversed(range(len(part))))
        for key in keys:
            piece = part.pop(key)
            if holds_still():
                continue
            _put_back(part, key, piece)
            if isinstance(piece, dict | list):
                clear(piece)

    if isinstance(document, dict | list):
        clear(document)
    return document


def codes_with(text: str, row: dict[str, str]) -> str:
    """A codes.csv with this line: in place of the one of its code, else at the end; others stay."""
    header = next(csv.reader([text.splitlines()[0]])) if text else list(COLUMNS)
    line = _line([row[name] for name in header])
    if row["responsible"] and "responsible" not in header:
        raise CorrectionError("codes.csv: add the column `responsible` to it first")
    lines = text.splitlines() if text else [_line(header)]
    for number, told in enumerate(lines):
        cells = dict(zip(header, next(csv.reader([told])), strict=False))
        if (cells.get("family"), cells.get("code")) == (row["family"], row["code"]):
            return "\n".join([*lines[:number], line, *lines[number + 1 :]]) + "\n"
    return "\n".join([*lines, line]) + "\n"


def _put_back(part: Any, key: Any, piece: Any) -> None:
    if isinstance(part, list):
        part.insert(key, piece)
    else:
        part[key] = piece


def _without_digits(number: str) -> str:
    """The same shape, and nobody's number."""
    return number[:KEPT_OF_A_NUMBER] + re.sub(r"\d", "0", number[KEPT_OF_A_NUMBER:])


def _gist(event: TrackingEvent) -> tuple[object, ...]:
    """What of a scan its sample has to show; whose it is and who signed for it is not part of that."""
    place = event.place.raw
    number = event.tracking_number or event.order_number
    said = (place.text, place.city, place.region, place.country)
    return (event.occurred, event.status, event.reason, event.evidence, event.code, *said, number)


def _name(correction: CodeCorrection) -> str:
    said = f"{correction.ref.family} {correction.ref.code}".casefold()
    return "corrected_" + re.sub(r"[^a-z0-9]+", "_", said).strip("_")


def _row(correction: CodeCorrection) -> dict[str, str]:
    told = correction.meaning
    return {
        "family": correction.ref.family,
        "code": correction.ref.code,
        "status": told.status,
        "reason": told.reason,
        "responsible": told.responsible,
        "evidence": told.evidence,
        "note": told.note,
    }


def _table(correction: CodeCorrection, reading: Reading) -> str:
    """As tests/samples reads it: headers, then one row a scan, two blanks between columns."""
    report = reading.report
    said = [
        "# origin: recorded",
        f"# source: an answer heard by an installation, made as small as it goes; {_day(correction)}",
        f"# asked: {correction.subject}",
    ]
    if report.kind is not ReportKind.TRACKING:
        said.append(f"# kind: {report.kind.value}")
    rows = [("occurred_at", "status", "place", "reason", "code"), *(_cells(one) for one in reading.events)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    said += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if reading.refusals:
        said += ["", "refusals", "reason", *(one.reason for one in reading.refusals)]
    return "\n".join(said) + "\n"


def _day(correction: CodeCorrection) -> str:
    return f"corrected on {correction.at:%Y-%m-%d}"


def _cells(event: TrackingEvent) -> tuple[str, ...]:
    status = event.status.value if event.status else "-"
    return (_when(event), status, _place(event.place.raw), event.reason or "-", event.code or "-")


def _when(event: TrackingEvent) -> str:
    occurred, local = event.occurred, event.occurred.local
    clock = occurred.wall_clock
    clock = clock[:SHORT_TIME] if clock[SHORT_TIME:LONG_TIME] in ("", ":00") else clock[:LONG_TIME]
    offset = f"{local:%z}" if local else ""
    return clock + (f"{offset[:3]}:{offset[3:]}" if offset else "") + MARKS[occurred.source]


def _place(place: RawPlace) -> str:
    parts = (place.city, place.region, place.postal_code, place.country)
    return " ".join((place.text or " ".join(part for part in parts if part)).split()) or "-"


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
