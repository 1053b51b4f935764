"""What the parsers of all aggregators have in common: whose number it is, and trackers put together."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import EtaTold, Parsed, ProofTold, Scan, ShipmentTold
from milepost.ports.pushes import Push
from milepost.sources.answers import joined, opened, refusal
from milepost.sources.loose_json import Object

ID_LENGTH_MAX = 200
TRACKERS_MAX = 500
"""In one report; whoever sends more at once has made a mistake, and the rest is refused by name."""


def pushed(
    source: str,
    body: bytes,
    heard_at: datetime,
    parse: Callable[[Report], Parsed],
    name: Callable[[Object], str],
) -> Push | Refusal:
    """A push that was proved to be theirs, by the numbers it tells of; or why it is refused.

    `name` finds its id in it: the same push has the same.
    """
    report = Report(
        source=source, kind=ReportKind.PUSH, shop_id=None, subject=(), heard_at=heard_at, body=body
    )
    told = opened(report)
    if isinstance(told, Refusal):
        return told
    parsed = parse(report)
    if parsed.refusals and not parsed.shipments:
        return parsed.refusals[0]
    numbers = dict.fromkeys(one.tracking_number for one in parsed.shipments)
    return Push(
        report=replace(report, subject=tuple(numbers)[:TRACKERS_MAX]),
        notification_id=name(told)[:ID_LENGTH_MAX],
    )


def asked_as(told: str, report: Report) -> str | None:
    """The number as we asked for it; aggregators turn letters to capitals and drop blanks.

    A push was not asked for: what it says stands, and nobody here may be waiting for it.
    """
    if report.kind is ReportKind.PUSH:
        return told or None
    plain = _plain(told)
    return next((number for number in report.subject if _plain(number) == plain), None)


def read(
    number: str,
    *,
    scans: Iterable[Scan | Refusal],
    etas: tuple[EtaTold, ...] = (),
    told: ShipmentTold,
    received_by: str = "",
) -> Parsed:
    """One tracker, put together."""
    rows = list(scans)
    proof = ProofTold(tracking_number=number, received_by=received_by)
    return Parsed(
        scans=tuple(row for row in rows if isinstance(row, Scan)),
        etas=etas,
        proofs=(proof,) if received_by else (),
        shipments=(told,),
        refusals=tuple(row for row in rows if isinstance(row, Refusal)),
    )


def together(parts: list[Parsed]) -> Parsed:
    """Several trackers of one report, up to a bound."""
    kept, left = parts[:TRACKERS_MAX], len(parts) - TRACKERS_MAX
    more = (refusal("too_many", f"{left} trackers more than {TRACKERS_MAX}."),) if left > 0 else ()
    read = joined(kept)
    return replace(read, refusals=(*read.refusals, *more))


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()
