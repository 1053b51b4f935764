"""One order as the order page shows it: every line ready to be read."""

from dataclasses import dataclass
from datetime import datetime

from milepost.model.choices import CarrierChoice, undone_by_next
from milepost.model.exceptions import DeliveryException
from milepost.model.feedback import Feedback, FeedbackKind
from milepost.model.notices import Attempt, Notice
from milepost.model.orders import Contact, OrderFacts
from milepost.model.promises import Promise, Promiser
from milepost.model.scans import ProofTold
from milepost.model.shipments import Leg
from milepost.ports.app import App
from milepost.show.buyer.feedback import FIELDS, KINDS
from milepost.show.console.known import KnownOrder, KnownShipment
from milepost.show.console.lists import (
    PIPS,
    SEVERITY_WORDS,
    WHOSE_MOVE,
    ParcelLine,
    destination,
    lasted,
    parcel_line,
    words_of,
)
from milepost.show.console.story import StoryDay, story
from milepost.show.glossary import about_exception
from milepost.show.moments import clock, counted, short_day
from milepost.show.reaching import Help, Parcel, helps
from milepost.show.rhythm import Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCard:
    """One exception with what to do."""

    pip: str
    severity: str
    title: str
    what: str
    advice: str
    whose_move: str
    act_by: str
    since: str
    is_open: bool
    ended: str
    more: str  # the glossary's page about it


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """One entry of the ledger."""

    said: str
    who: str
    what: str
    window: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """One try to send a notice."""

    at: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One notice and its tries."""

    what: str
    whom: str
    channel: str
    decided: str
    tries: tuple[AttemptLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceLine:
    """Who said whose parcel it is."""

    what: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLine:
    """One thing the buyer said. Words and photos only for whoever may see names and addresses."""

    what: str
    about: str
    said: str
    words: str
    photo_ids: tuple[str, ...]
    is_hidden: bool
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """A later part of the way."""

    carrier: str
    number: str
    page: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelSheet:
    """One parcel with its story."""

    line: ParcelLine
    carrier_page: str
    carrier_reason: str
    service: str
    references: tuple[tuple[str, str], ...]
    handed_over_as: tuple[tuple[str, str], ...]
    is_superseded: bool
    last_heard_at: datetime | None
    rhythm: Rhythm | None
    days: tuple[StoryDay, ...]
    scans: int
    proofs: tuple[tuple[datetime, ProofTold], ...]
    helps: tuple[Help, ...]  # how to reach its carrier about what is wrong
    shipment_id: str
    carrier: str  # its key, or nothing
    may_undo: bool  # somebody chose the carrier
    choices: tuple[ChoiceLine, ...]  # newest first
    legs: tuple[LegLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSheet:
    """The whole page."""

    facts: OrderFacts
    shop_name: str
    to: str
    placed: str
    contact: Contact | None
    parcels: tuple[ParcelSheet, ...]
    own_days: tuple[StoryDay, ...]
    exceptions: tuple[ExceptionCard, ...]
    promises: tuple[PromiseLine, ...]  # newest first
    notices: tuple[NoticeLine, ...]
    feedback: tuple[SaidLine, ...]  # newest first


async def sheet(app: App, known: KnownOrder) -> OrderSheet:
    """Everything known, in words. Times of ledger and notices are UTC and say so."""
    facts, names = known.row.facts, {**app.source_names, "forecast": "Milepost"}
    shops = {shop.shop_id: shop.name for shop in await app.store.shops()}
    now = app.clock.now()
    return OrderSheet(
        facts=facts,
        shop_name=shops.get(facts.shop_id, facts.shop_id),
        to=destination(facts),
        placed=utc(facts.placed_at) if facts.placed_at else "",
        contact=known.contact,
        parcels=tuple(_parcel(app, one, known, names) for one in known.shipments),
        own_days=story(known.own, names, known.entered_by),
        exceptions=tuple(_exception(one, now) for one in known.exceptions),
        promises=tuple(_promise(one, names) for one in reversed(known.promises)),
        notices=tuple(_notice(notice, attempts) for notice, attempts in known.notices),
        feedback=tuple(_said(one, is_open=known.contact is not None) for one in reversed(known.feedback)),
    )


def _said(one: Feedback, *, is_open: bool) -> SaidLine:
    about = ", ".join((*one.items, *([FIELDS[one.field]] if one.field else [])))
    return SaidLine(
        what="All good" if one.kind is FeedbackKind.ALL_GOOD else KINDS[one.kind],
        about=about,
        said=utc(one.at),
        words=one.words if is_open else "",
        photo_ids=one.photo_ids if is_open else (),
        is_hidden=not is_open and bool(one.words or one.photo_ids),
        is_good=one.kind is FeedbackKind.ALL_GOOD,
    )


def utc(moment: datetime) -> str:
    """`Tue 24 November, 2:26 pm UTC`."""
    return f"{short_day(moment)}, {clock(moment)} UTC"


def _parcel(app: App, known: KnownShipment, order: KnownOrder, names: dict[str, str]) -> ParcelSheet:
    shipment = known.row.shipment
    return ParcelSheet(
        line=parcel_line(known.row, app),
        carrier_page=known.carrier_page,
        carrier_reason=shipment.carrier_reason,
        service=shipment.service,
        references=shipment.references,
        handed_over_as=shipment.handed_over_as,
        is_superseded=shipment.superseded,
        last_heard_at=known.row.last_heard_at,
        rhythm=known.rhythm,
        days=story(known.journey, names, order.entered_by),
        scans=len(known.journey.events),
        proofs=known.proofs,
        helps=_helps(app, known, order),
        shipment_id=shipment.shipment_id,
        carrier=shipment.carrier or "",
        may_undo=undone_by_next(list(known.choices)) is not None,
        choices=tuple(_choice(one, names) for one in reversed(known.choices)),
        legs=tuple(_leg(leg, app) for leg in shipment.legs),
    )


def _choice(one: CarrierChoice, names: dict[str, str]) -> ChoiceLine:
    before = names.get(one.before or "", one.before or "nobody")
    carrier = names.get(one.carrier or "", one.carrier or "nobody")
    aside = counted(len(one.set_aside), "scan")
    what = f"{before} confirmed" if one.before == one.carrier else f"{before} changed to {carrier}"
    if one.undoes:
        what = f"Undone: {carrier} again"
    return ChoiceLine(
        what=f"{what}, {aside} set aside" if one.set_aside else what, said=f"{one.by}, {utc(one.at)}"
    )


def _leg(leg: Leg, app: App) -> LegLine:
    carrier = app.carriers.get(leg.carrier)
    return LegLine(
        carrier=carrier.card.name if carrier else leg.carrier,
        number=leg.number,
        page=carrier.card.page_of(leg.number) if carrier else "",
        reason=leg.reason,
    )


def _helps(app: App, known: KnownShipment, order: KnownOrder) -> tuple[Help, ...]:
    shipment = known.row.shipment
    leg = shipment.legs[-1] if shipment.legs else None  # whoever has it now
    carrier = app.carriers.get(leg.carrier if leg else shipment.carrier or "")
    if carrier is None or shipment.superseded:
        return ()
    parcel = Parcel(
        card=carrier.card,
        number=leg.number if leg else shipment.tracking_number,
        journey=known.journey,
        kinds=tuple(one.kind for one in known.exceptions if one.is_open),
        promises=tuple(one for one in order.promises if one.shipment_id == shipment.shipment_id),
        service=shipment.service,
        country=order.row.facts.destination.country,
    )
    return helps(parcel, "seller", app.clock.now().date())


def _exception(one: DeliveryException, now: datetime) -> ExceptionCard:
    words = words_of(one.kind)
    ended = f"{one.resolution} {utc(one.resolved_at)}" if one.resolved_at else ""
    return ExceptionCard(
        pip=PIPS[one.severity],
        severity=SEVERITY_WORDS[one.severity],
        title=words.title,
        what=words.what,
        advice=words.seller,
        whose_move=WHOSE_MOVE[one.mover],
        act_by=short_day(one.act_by) if one.act_by else "",
        since=f"{utc(one.opened_at)}, open for {lasted(now - one.opened_at)}"
        if one.is_open
        else utc(one.opened_at),
        is_open=one.is_open,
        ended=ended,
        more=about_exception(one.kind, one.reason),
    )


def _promise(one: Promise, names: dict[str, str]) -> PromiseLine:
    start = f"{utc(one.from_at)} to " if one.from_at else ""
    who = names.get(one.source, one.source)
    return PromiseLine(
        said=utc(one.said_at),
        who=who,
        what=f"{one.name.replace('_', ' ')} ({one.kind.replace('_', ' ')})",
        window=start + utc(one.to_at),
        why="" if one.promiser is Promiser.MARKETPLACE else one.reason,
    )


def _notice(notice: Notice, attempts: tuple[Attempt, ...]) -> NoticeLine:
    return NoticeLine(
        what=notice.template.removeprefix("exception_").replace("_", " ").capitalize(),
        whom=notice.audience.value,
        channel=notice.channel,
        decided=utc(notice.created_at),
        tries=tuple(
            AttemptLine(at=utc(attempt.at), outcome=attempt.outcome, detail=attempt.detail)
            for attempt in attempts
        ),
    )
