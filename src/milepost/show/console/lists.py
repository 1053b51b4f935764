"""Rows of the console's lists: an exception with its order, an order with its parcels, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from milepost.model.exceptions import DeliveryException, Mover, Severity
from milepost.model.orders import OrderFacts
from milepost.model.statuses import Status
from milepost.ports.app import App
from milepost.ports.rows import OrderRow, ShipmentRow
from milepost.react.words import WORDS, Words
from milepost.show.glossary import about_exception
from milepost.show.moments import short_day
from milepost.show.words.sentences import statuses

PIPS = {Severity.CRITICAL: "diamond", Severity.ACTION: "disc", Severity.WATCH: "ring"}
SEVERITY_WORDS = {
    Severity.CRITICAL: "Critical",
    Severity.ACTION: "Somebody has to act",
    Severity.WATCH: "It may solve itself",
}
WHOSE_MOVE = {Mover.SELLER: "Your move", Mover.BUYER: "Buyer's move", Mover.CARRIER: "Carrier's move"}
HOURS_UNTIL_DAYS = 48
MINUTES_UNTIL_HOURS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionLine:
    """One exception for the needs-attention list."""

    pip: str
    severity: str
    title: str
    advice: str  # what to do, else what it is
    order_number: str
    buyer: str  # empty for those who may not see it
    carrier: str
    town: str
    whose_move: str
    act_by: str
    is_overdue: bool
    open_for: str
    opened_at: datetime
    more: str  # the glossary's page about it


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order for a list."""

    number: str
    placed: str
    state: str
    what: str
    to: str
    parcels: tuple["ParcelLine", ...]
    open_exceptions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelLine:
    """One parcel of an order."""

    tracking_number: str
    carrier: str
    status: str  # in our words
    tone: str
    symbol: str
    since: datetime | None


def words_of(kind: str) -> Words:
    """What a kind of exception is called; one that a newer program wrote shows its key."""
    return WORDS.get(kind) or Words(kind.replace("_", " ").capitalize(), "")


async def exception_lines(
    app: App, found: Sequence[DeliveryException], *, with_buyer: bool
) -> list[ExceptionLine]:
    """In the order given."""
    rows = await app.store.shipment_rows([one.shipment_id for one in found])
    orders: dict[tuple[str, str], OrderRow | None] = {}
    lines = []
    for one in found:
        number = one.order_numbers[0] if one.order_numbers else ""
        key = (one.shop_id, number)
        if key not in orders:
            orders[key] = await app.store.order(number, [one.shop_id]) if number else None
        order = orders[key]
        buyer = (await app.store.contact(*key)).name if with_buyer and number else None
        lines.append(_exception_line(one, rows.get(one.shipment_id), order, buyer or "", app))
    return lines


def _exception_line(
    one: DeliveryException, row: ShipmentRow | None, order: OrderRow | None, buyer: str, app: App
) -> ExceptionLine:
    words, now = words_of(one.kind), app.clock.now()
    return ExceptionLine(
        pip=PIPS[one.severity],
        severity=SEVERITY_WORDS[one.severity],
        title=words.title,
        advice=words.seller if one.mover is Mover.SELLER and words.seller else words.what,
        order_number=one.order_numbers[0] if one.order_numbers else "",
        buyer=buyer,
        carrier=carrier_name(row, app),
        town=destination(order.facts) if order else "",
        whose_move=WHOSE_MOVE[one.mover],
        act_by=short_day(one.act_by) if one.act_by else "",
        is_overdue=one.act_by is not None and one.act_by < now,
        open_for=lasted(now - one.opened_at),
        opened_at=one.opened_at,
        more=about_exception(one.kind, one.reason),
    )


async def order_lines(app: App, found: Iterable[OrderRow]) -> list[OrderLine]:
    """In the order given."""
    found = list(found)
    rows = await app.store.shipment_rows([id_ for order in found for id_ in order.shipment_ids])
    return [
        _order_line(order, [rows[id_] for id_ in order.shipment_ids if id_ in rows], app) for order in found
    ]


def _order_line(order: OrderRow, rows: list[ShipmentRow], app: App) -> OrderLine:
    facts = order.facts
    return OrderLine(
        number=facts.order_number,
        placed=short_day(facts.placed_at) if facts.placed_at else "",
        state=facts.state.replace("_", " ").capitalize(),
        what=_what(facts),
        to=destination(facts),
        parcels=tuple(parcel_line(row, app) for row in rows if not row.shipment.superseded),
        open_exceptions=order.open_exceptions,
    )


def parcel_line(row: ShipmentRow, app: App) -> ParcelLine:
    """A parcel in one line."""
    words = statuses()[Status(row.status)]
    return ParcelLine(
        tracking_number=row.shipment.tracking_number,
        carrier=carrier_name(row, app),
        status=words.chip,
        tone=words.tone,
        symbol=words.icon,
        since=row.status_since,
    )


def carrier_name(row: ShipmentRow | None, app: App) -> str:
    """As people call it, or as the marketplace does."""
    if row is None:
        return ""
    carrier = app.carriers.get(row.shipment.carrier or "")
    return carrier.card.name if carrier else row.shipment.provider_name or "Carrier not known"


def destination(facts: OrderFacts) -> str:
    """Town and country, as far as known."""
    return ", ".join(part for part in (facts.destination.city, facts.destination.country) if part)


def _what(facts: OrderFacts) -> str:
    """The first thing bought, and how many more there are."""
    if not facts.items:
        return ""
    first, more = facts.items[0], sum(item.quantity for item in facts.items[1:])
    count = f"{first.quantity} × " if first.quantity > 1 else ""
    return f"{count}{first.title}" + (f" and {more} more" if more else "")


def lasted(span: timedelta) -> str:
    """`12 min`, `4 h`, `3 d`."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < MINUTES_UNTIL_HOURS:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < HOURS_UNTIL_DAYS else f"{round(hours / 24)} d"
