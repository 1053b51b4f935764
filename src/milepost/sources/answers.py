"""What every source has in common: an answer kept as a report, a refusal, and many readings as one."""

from collections.abc import Iterable, Sequence
from typing import Any

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, ShipmentTold
from milepost.ports.clock import Clock
from milepost.sources.line import Answer
from milepost.sources.loose_json import Object, UnreadableError, decode

DETAIL_LENGTH_MAX = 200


def report_of(source: str, numbers: Sequence[str], answer: Answer, clock: Clock) -> Report:
    """The answer about these numbers, byte for byte, heard just now."""
    return Report(
        source=source,
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=tuple(numbers),
        heard_at=clock.now(),
        body=answer.body,
    )


def decoded(report: Report) -> Any:
    """What a report says, or a Refusal where it is not JSON."""
    try:
        return decode(report.body)
    except UnreadableError:
        return refusal("unreadable_body", "The answer is not JSON.")


def opened(report: Report) -> Object | Refusal:
    """The object in a report, or why there is none."""
    answer = decoded(report)
    if isinstance(answer, dict | Refusal):
        return answer
    return refusal("unknown_shape", "The answer is not an object.")


def refusal(reason: str, detail: str, subject: str = "") -> Refusal:
    """Why something is not read; what a source said in it is cut to a length people read."""
    return Refusal(reason=reason, detail=detail[:DETAIL_LENGTH_MAX], subject=subject)


def refused(reason: str, detail: str, subject: str = "") -> Parsed:
    """Nothing but why."""
    return Parsed(refusals=(refusal(reason, detail, subject),))


def foreign() -> Parsed:
    """It answers about something else."""
    return refused("foreign_number", "It answers about a number we did not ask for.")


def no_time(number: str, what: str) -> Refusal:
    """An event that does not say when."""
    return refusal("no_time", f"The event {what} has no time we can read.", number)


def not_found(numbers: Iterable[str]) -> Parsed:
    """They do not know these numbers, or not yet."""
    return Parsed(shipments=tuple(ShipmentTold(tracking_number=number, not_found=True) for number in numbers))


def joined(parts: Iterable[Parsed]) -> Parsed:
    """What was read of each entry of one answer, together and in its order."""
    read = tuple(parts)
    return Parsed(
        scans=tuple(scan for one in read for scan in one.scans),
        etas=tuple(eta for one in read for eta in one.etas),
        proofs=tuple(proof for one in read for proof in one.proofs),
        shipments=tuple(shipment for one in read for shipment in one.shipments),
        refusals=tuple(item for one in read for item in one.refusals),
        notes=tuple(note for one in read for note in one.notes),
    )
