"""What the parsers of all aggregators have in common: whose number it is, and why an answer is refused."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import EtaTold, Parsed, ProofTold, Scan, ShipmentTold
from milepost.ports.pushes import Push
from milepost.sources.loose_json import Object, UnreadableError, decode

DETAIL_LENGTH_MAX = 200
ID_LENGTH_MAX = 200
TRACKERS_MAX = 500
"""In one report; whoever sends more at once has made a mistake, and the rest is refused by name."""


def opened(report: Report) -> Object | Refusal:
    """The object in a report, or why there is none."""
    try:
        answer: Any = decode(report.body)
    except UnreadableError:
        return refusal("unreadable_body", "The answer is not JSON.")
    if not isinstance(answer, dict):
        return refusal("unknown_shape", "The answer is not an object.")
    return answer


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


def unknown_numbers(report: Report) -> Parsed:
    """They do not know what we asked about, or not yet."""
    return Parsed(
        shipments=tuple(ShipmentTold(tracking_number=number, not_found=True) for number in report.subject)
    )


def foreign() -> Parsed:
    """It answers about something else."""
    return Parsed(refusals=(refusal("foreign_number", "It answers about a number we did not ask for."),))


def refused(reason: str, detail: str, subject: str = "") -> Parsed:
    """Nothing but a refusal."""
    return Parsed(refusals=(refusal(reason, detail, subject),))


def refusal(reason: str, detail: str, subject: str = "") -> Refusal:
    """A refusal whose detail is a sentence and no more."""
    return Refusal(reason=reason, detail=detail[:DETAIL_LENGTH_MAX], subject=subject)


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
    return Parsed(
        scans=tuple(scan for part in kept for scan in part.scans),
        etas=tuple(eta for part in kept for eta in part.etas),
        proofs=tuple(proof for part in kept for proof in part.proofs),
        shipments=tuple(told for part in kept for told in part.shipments),
        refusals=(*(one for part in kept for one in part.refusals), *more),
    )


def no_time(number: str, what: str) -> Refusal:
    """A row that does not say when."""
    return refusal("no_time", f"The event {what or 'without a status'} has no time we can read.", number)


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()
