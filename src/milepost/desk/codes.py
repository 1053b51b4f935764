"""A person says what a code means that no table explains: kept, in force from now on, and to be undone."""

from dataclasses import dataclass, replace

from milepost.model.carriers import CodeMeaning
from milepost.model.codes import CodeCorrection, UnknownCode
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import CodeRef, Scan
from milepost.model.statuses import REASONS, Evidence, Status
from milepost.ports.app import App
from milepost.ports.codes import standing
from milepost.ports.sources import Source

CODES_MAX = 200
NOTE = "note"
NOTE_LENGTH_MAX = 200
BY_LENGTH_MAX = 120
STATUSES = (*(status.value for status in Status if status not in (Status.UNKNOWN, Status.EXPECTED)), NOTE)
"""What a code can mean: `unknown` would say nothing, and `expected` is what we know before any scan."""


class CorrectionError(Exception):
    """A correction cannot be kept as asked; the text names the field and the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An unknown code, and what was said of it here."""

    told: UnknownCode
    correction: CodeCorrection | None  # the one that is in force


async def codes_waiting(app: App) -> list[Waiting]:
    """Every unknown code, the most frequent first; those without a correction before the others."""
    corrections = standing(await app.store.code_corrections())
    said = {(one.source, one.code): one for one in corrections}
    found = [
        Waiting(told=told, correction=said.get((told.source, told.code)))
        for told in await app.store.unknown_codes(CODES_MAX)
    ]
    return sorted(found, key=lambda one: one.correction is not None)


async def code_waiting(app: App, source: str, code: str) -> Waiting | None:
    """One of them."""
    found = await codes_waiting(app)
    return next((one for one in found if (one.told.source, one.told.code) == (source, code)), None)


def example_report(told: UnknownCode | CodeCorrection, body: bytes) -> Report:
    """The report an example came in. What was asked for is the number or order it is about."""
    if isinstance(told, UnknownCode):
        is_order, subject = told.tracking_number is None, told.tracking_number or told.order_number or ""
        heard_at, shop_id = told.last_heard_at, told.shop_id
    else:
        is_order, subject, heard_at, shop_id = told.is_order, told.subject, told.at, ""
    return Report(
        source=told.source,
        kind=ReportKind.ORDER_TRACKING if is_order else ReportKind.TRACKING,
        shop_id=shop_id if is_order else None,
        subject=(subject,),
        heard_at=heard_at,
        body=body,
    )


async def scan_of(app: App, told: UnknownCode) -> Scan | None:
    """The example, read again: its codes as they are looked up. None when its report cannot be read."""
    body = await app.store.report_body(told.report_hash)
    source: Source | None = app.carriers.get(told.source) or app.marketplaces.get(told.source)
    if body is None or source is None:
        return None
    parsed = source.parse(example_report(told, body))
    return next((scan for scan in parsed.scans if scan.code == told.code), None)


async def correct(
    app: App, told: UnknownCode, ref: CodeRef, *, status: str, reason: str, note: str, by: str
) -> CodeCorrection:
    """From now on the code means this. Raises CorrectionError."""
    scan = await scan_of(app, told)
    if scan is None or ref not in scan.refs:
        raise CorrectionError("code: choose one of the codes that the example was looked up by")
    if status not in STATUSES:
        raise CorrectionError(f"status: choose one of {', '.join(STATUSES)}")
    if reason and reason not in REASONS:
        raise CorrectionError("reason: choose one of the list, or none")
    if len(note) > NOTE_LENGTH_MAX:
        raise CorrectionError(f"note: write at most {NOTE_LENGTH_MAX} characters")
    evidence = Evidence.MESSAGE.value if status == NOTE else ""
    correction = CodeCorrection(
        source=told.source,
        ref=ref,
        meaning=CodeMeaning(status=status, reason=reason, evidence=evidence, note=" ".join(note.split())),
        by=by[:BY_LENGTH_MAX],
        at=app.clock.now(),
        code=told.code,
        report_hash=told.report_hash,
        subject=told.tracking_number or told.order_number or "",
        is_order=told.tracking_number is None,
    )
    return await _keep(app, correction)


async def withdraw(app: App, correction: CodeCorrection, by: str) -> None:
    """It no longer holds; what was read by it meanwhile stays as it was read."""
    await _keep(app, replace(correction, by=by[:BY_LENGTH_MAX], at=app.clock.now(), withdrawn=True))


async def _keep(app: App, correction: CodeCorrection) -> CodeCorrection:
    async with app.store.transaction() as tx:
        await tx.add_code_correction(correction)
    await app.code_tables.look(app.store, at_once=True)
    return correction
