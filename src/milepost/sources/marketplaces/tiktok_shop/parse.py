"""What TikTok Shop's answers and pushes say, read without ever raising; nothing is put in our words here."""

from collections.abc import Callable, Collection

from milepost.model.orders import OrderFacts
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.sources.marketplaces.tiktok_shop import orders, packages, push, tracking
from milepost.sources.marketplaces.tiktok_shop.errors import known_errors
from milepost.sources.marketplaces.tiktok_shop.wire import Envelope, Row, decode, envelope, identifier

FOREIGN = 21008111


def parse(report: Report) -> Parsed:
    """Read one report. Pure; what cannot be read is in `refusals`, each with its reason's name."""
    if report.kind is ReportKind.PUSH:
        return push.parse(report)
    read = READERS.get(report.kind)
    if read is None:
        return _refused(report, "unknown_shape", f"TikTok Shop sends no reports of kind {report.kind}.")
    told = envelope(report.body)
    if told is None:
        return _not_an_envelope(report)
    if told.code != 0:
        return _error(report, told)
    return read(report, told.data)


def _orders(report: Report, data: Row) -> Parsed:
    """Orders missing, null and `[]` all mean: none (§13)."""
    told = data.get("orders")
    if told is not None and not isinstance(told, list):
        return _refused(report, "unknown_shape", "The orders are not a list.")
    is_detail = report.kind is ReportKind.ORDER_DETAIL
    found: dict[str, OrderFacts] = {}
    refusals: list[Refusal] = []
    for item in told or []:
        facts = (
            orders.facts(item, report.shop_id or "", is_detail=is_detail) if isinstance(item, dict) else None
        )
        if facts is None:
            refusals.append(Refusal(reason="missing_number", detail="An order has no id."))
        elif not _is_staler(facts, found.get(facts.order_number)):
            found[facts.order_number] = facts
    if is_detail:
        refusals += _unanswered(report, found.keys())
    return Parsed(orders=tuple(found.values()), refusals=tuple(refusals))


def _package(report: Report, data: Row) -> Parsed:
    told, shipments = packages.facts(data, report.shop_id or "")
    if not told:
        return _refused(report, "missing_number", "A package has no id or belongs to no order.")
    return Parsed(orders=told, shipments=shipments)


def _tracking(report: Report, data: Row) -> Parsed:
    order_number = identifier(data.get("order_id")) or next(iter(report.subject), "")
    if not order_number:
        return _refused(report, "missing_number", "Nobody said which order these scans are of.")
    scans, refusals = tracking.scans(data, order_number)
    return Parsed(scans=scans, refusals=refusals)


READERS: dict[ReportKind, Callable[[Report, Row], Parsed]] = {
    ReportKind.ORDER_LIST: _orders,
    ReportKind.ORDER_DETAIL: _orders,
    ReportKind.PACKAGE_DETAIL: _package,
    ReportKind.ORDER_TRACKING: _tracking,
}


def _is_staler(told: OrderFacts, before: OrderFacts | None) -> bool:
    """An order twice in one answer: the later change counts."""
    if before is None or told.updated_at is None or before.updated_at is None:
        return False
    return told.updated_at < before.updated_at


def _unanswered(report: Report, answered: Collection[str]) -> list[Refusal]:
    """Ids we asked for that are not there: no longer this seller's, or hidden by another foreign id."""
    return [
        Refusal(reason="not_in_answer", detail="The answer leaves out an order we asked for.", subject=number)
        for number in report.subject
        if number not in answered
    ]


def _error(report: Report, told: Envelope) -> Parsed:
    known = known_errors().get(told.code)
    meaning = known.meaning if known else "a code we do not know"
    reason = "foreign_number" if told.code == FOREIGN else "source_refused"
    return _refused(report, reason, f"TikTok Shop answered code {told.code}: {meaning}.")


def _not_an_envelope(report: Report) -> Parsed:
    if decode(report.body) is None:
        return _refused(report, "unreadable_body", "The answer is not a JSON object.")
    return _refused(report, "unknown_shape", "The answer has no code, so nobody can tell what it is.")


def _refused(report: Report, reason: str, detail: str) -> Parsed:
    return Parsed(refusals=(Refusal(reason=reason, detail=detail, subject=",".join(report.subject[:3])),))
