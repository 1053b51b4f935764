"""Shipping mails that came to the mailbox: those about parcels we know go in; no other mail is kept."""

from datetime import timedelta

import structlog

from milepost.flow import take_in
from milepost.model.imports import Layout, Stated
from milepost.model.reports import Report, ReportKind
from milepost.ports.app import App
from milepost.ports.mailbox import Seen
from milepost.ports.store import Transaction

SOURCE = "mailbox"
BACK = timedelta(days=30)
"""How far back the first look goes."""

log = structlog.get_logger(__name__)


async def read_mailbox(app: App) -> None:
    """Read on from where the last look ended. Raises SourceError or AccessError."""
    name = f"mailbox:{app.mailbox.key}"
    seen = Seen.of(await app.store.mark(name))
    mails = await app.mailbox.read(seen, (app.clock.now() - BACK).date())
    reports = []
    for body in mails.bodies:
        if body is None:
            app.tally.count("refusals", source=SOURCE, reason="too_large")
        elif (report := await _about_ours(app, body)) is not None:
            reports.append(report)
    if mails.seen == seen:
        return

    async def remember(tx: Transaction) -> None:
        await tx.set_mark(name, str(mails.seen))

    await take_in(reports, app, remember)
    app.live.publish(["work"])
    log.info("mailbox_read", mails=len(mails.bodies), about_parcels=len(reports))


async def _about_ours(app: App, body: bytes) -> Report | None:
    """The mail as a report about the parcels it names; None when it names none of ours."""
    report = Report(
        source=SOURCE,
        kind=ReportKind.IMPORT,
        shop_id=None,
        subject=(),
        heard_at=app.clock.now(),
        body=body,
    )
    parsed = app.source(report).parse(report)
    layout = parsed.layout or Layout()
    if parsed.refusals and not layout.candidates and not parsed.hints:
        app.tally.count("refusals", source=SOURCE, reason=parsed.refusals[0].reason)
        return None
    about = await _parcels(app, layout.candidates, parsed.hints)
    if not about:
        app.tally.count("refusals", source=SOURCE, reason="no_parcel_of_ours")
        return None
    return Report(
        source=report.source,
        kind=report.kind,
        shop_id=None,
        subject=Stated(about=tuple(about)).words(),
        heard_at=report.heard_at,
        body=body,
    )


async def _parcels(app: App, candidates: tuple[str, ...], orders: tuple[str, ...]) -> list[str]:
    """Numbers of parcels we know: named themselves, or the only one of an order that is named."""
    told = {app.identify(piece, "", "").number or piece for piece in candidates} | set(candidates)
    async with app.store.transaction() as tx:
        found = {one.tracking_number for one in await tx.shipments_with_numbers(told)}
    if found:
        return sorted(found)
    for number in orders:
        row = await app.store.order(number)
        rows = await app.store.shipment_rows(row.shipment_ids) if row else {}
        live = {one.shipment.tracking_number for one in rows.values() if not one.shipment.superseded}
        if len(live) == 1:
            found |= live
    return sorted(found)
