"""What every source has in common: an answer kept as a report, a refusal, and many readings as one."""

from collections.abc import Iterable, Sequence

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.ports.clock import Clock
from milepost.sources.line import Answer

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


def refusal(reason: str, detail: str, subject: str = "") -> Refusal:
    """Why something is not read; what a source said in it is cut to a length people read."""
    return Refusal(reason=reason, detail=detail[:DETAIL_LENGTH_MAX], subject=subject)


def refused(reason: str, detail: str, subject: str = "") -> Parsed:
    """Nothing but why."""
    return Parsed(refusals=(refusal(reason, detail, subject),))


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
