"""A buyer's page as plain values: templates get these and never the facts they were made of."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import structs

from milepost.map.route import Route
from milepost.model.carriers import CarrierCard
from milepost.model.journeys import Journey
from milepost.model.orders import Contact, Item
from milepost.model.reach import ContactKind, Policy
from milepost.model.scans import ProofTold
from milepost.model.statuses import Status
from milepost.show.brands import MILEPOST_LOOK, Look, look_of
from milepost.show.buyer.answer import NAMES_A_DAY, Answer, Step, answer, five_steps
from milepost.show.buyer.backstop import Backstop, OverdueStep, backstop, first_due, overdue_steps
from milepost.show.buyer.banners import Banner, banner, shown
from milepost.show.buyer.certainty import Certainty, certainty
from milepost.show.buyer.feedback import FeedbackLine, feedback_lines
from milepost.show.buyer.gather import Parcel, Story
from milepost.show.buyer.ledger import Entry, history
from milepost.show.buyer.sight import Sight, country_name
from milepost.show.buyer.timeline import Timeline, timeline
from milepost.show.buyer.way import way_of
from milepost.show.buyer.windows import Window, moved_later, standing, zone_or_none
from milepost.show.moments import counted
from milepost.show.reaching import Help, advice_on, helps, looked_up
from milepost.show.reaching import Parcel as ReachedParcel
from milepost.show.rhythm import Rhythm
from milepost.show.words.sentences import policies
from milepost.tongues.catalogs import Tongue
from milepost.tongues.speech import say, say_many, say_marked, spoken

MARK_LENGTH = 24
MAP_MARK_LENGTH = 12
MAPPED_MAX = 6
"""Parcels of one order whose ways are on its map: more lines than these nobody can follow."""

CARDS_REMEMBERED = 64
CANCELLED = re.compile(r"cancel", re.IGNORECASE)
ORDER_OF_CARE = {"bad": 0, "warn": 1, "good": 2, "plain": 3}
"""Several parcels: the one that needs a look stands first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a carrier, and how sure we are of it."""

    title: str
    applies_to: str  # both as the carrier's card says it: in English
    text: str
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who has it, and how to reach them."""

    name: str
    number: str
    service: str
    page: str
    phone: str
    hours: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelView:
    """One parcel for people."""

    anchor: str
    status: str
    answer: Answer
    steps: tuple[Step, ...]
    banners: tuple[Banner, ...]
    helps: tuple[Help, ...]  # how to reach the carrier about what is wrong
    last_seen: str
    last_seen_at: datetime | None
    rhythm: Rhythm | None  # how often news comes, and when we ask again
    certainty: Certainty | None
    timeline: Timeline
    history: tuple[Entry, ...]
    carrier: Carrier | None
    later_carriers: tuple[Carrier, ...]  # to whom it was handed over, the last one first
    items: tuple[Item, ...]
    proof: ProofTold | None
    way: Route | None  # for the map
    backstop: Backstop | None = None
    overdue: tuple[OverdueStep, ...] = ()

    @property
    def has_journey(self) -> bool:
        """Something was scanned, or will be."""
        return bool(self.timeline.recent) or not Status(self.status).is_terminal

    @property
    def is_delivered(self) -> bool:
        """It is there."""
        return self.status == Status.DELIVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The whole page."""

    order_number: str
    shop_name: str
    headline: str
    summary: str
    parcels: tuple[ParcelView, ...]
    items: tuple[Item, ...]
    destination: str
    recipient: Contact | None
    is_public: bool
    is_full: bool
    may_change: bool  # news can still come
    feedback: tuple[FeedbackLine, ...] = ()
    item_titles: tuple[str, ...] = ()
    look: Look = MILEPOST_LOOK
    answers: str = ""  # within how long the shop answers, if it says so

    @property
    def is_any_delivered(self) -> bool:
        """Something came, so it can be asked whether all is there."""
        return any(one.is_delivered for one in self.parcels)

    @property
    def first(self) -> ParcelView:
        """The parcel that needs a look first."""
        return self.parcels[0]

    @property
    def way(self) -> Route | None:
        """What the page's one map shows: the first parcel's way, and beside it those that are others."""
        ways: dict[tuple[object, int], Route] = {}
        for one in self.parcels:
            if one.way is not None:
                ways.setdefault((one.way.stops, one.way.scanned), one.way)
        shown = tuple(ways.values())[:MAPPED_MAX]
        return replace(shown[0], beside=shown[1:]) if shown else None

    @property
    def map_mark(self) -> str:
        """Two pages with one mark have the same map."""
        return hashlib.sha256(repr(self.way).encode()).hexdigest()[:MAP_MARK_LENGTH]

    @property
    def said(self) -> str:
        """What a screen reader is told when it changed."""
        first = self.first
        return ". ".join(part for part in (self.headline, first.answer.chip, first.last_seen) if part)

    @property
    def mark(self) -> str:
        """Two pages with one mark look the same (there are no ages in here, only instants)."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:MARK_LENGTH]


def page_view(story: Story, names: Mapping[str, str], now: datetime) -> PageView:
    """What a visit sees. `names` are carriers and marketplaces by key; `now` is aware."""
    parcels = [_parcel(one, number, story, names, now) for number, one in enumerate(story.parcels, 1)]
    parcels.sort(key=lambda one: ORDER_OF_CARE[one.answer.tone] + 2 * one.is_delivered)
    order = story.order
    return PageView(
        order_number=order.order_number if order else "",
        shop_name=story.shop_name,
        look=look_of(story.brand),
        headline=_headline(parcels),
        summary=_summary(parcels),
        parcels=tuple(parcels),
        items=() if all(one.items for one in parcels) else tuple(story.items),
        destination=_destination(story),
        recipient=story.sight.recipient(),
        is_public=story.sight.is_public,
        is_full=story.sight.is_full,
        may_change=any(not Status(one.status).is_terminal for one in parcels),
        feedback=feedback_lines(
            story.feedback,
            story.policy,
            story.shop_name,
            with_words=story.sight.is_full,
            local=now.astimezone(zone_or_none(story.zone) or UTC),
        ),
        answers=counted(story.policy.answer_days, "day") if story.policy.answer_days else "",
        item_titles=tuple(dict.fromkeys(item.title for item in story.items)),
    )


def _parcel(one: Parcel, number: int, story: Story, names: Mapping[str, str], now: datetime) -> ParcelView:
    sight, zone, journey = story.sight, story.zone, one.journey
    if one.shipment is None and story.order is not None and CANCELLED.search(story.order.state):
        journey = _cancelled(journey)
    promise = standing(one.promises)
    window = Window.of(promise, zone) if promise else None
    exceptions = shown(one.exceptions, journey)
    is_later = promise is not None and moved_later(one.promises, promise)
    said = answer(journey, exceptions, window, zone, now, is_later=is_later)
    is_unknown = sight.is_public and one.shipment is None
    if is_unknown:
        said = not_scanned()
    home = country_name(story.destination.country)
    reached = _reachable(one, story)
    today = now.astimezone(zone_or_none(zone) or UTC).date()
    due_on = None if sight.is_public else first_due(one.promises, zone)
    names_a_day = window is not None and journey.status in NAMES_A_DAY and not window.is_past(now)
    return ParcelView(
        anchor=f"parcel-{number}",
        status=journey.status.value,
        answer=said,
        steps=() if is_unknown else five_steps(journey, said.tone),
        banners=tuple(banner(found, zone, said.headline) for found in exceptions)
        if not sight.is_public
        else (),
        helps=helps(reached, "buyer", today) if reached else (),
        last_seen=_last_seen(one, sight, home),
        last_seen_at=journey.last_scan_at,
        rhythm=one.rhythm,
        certainty=certainty(promise, story.destination.country, zone, now)
        if promise and names_a_day and not sight.is_public
        else None,
        timeline=timeline(journey, sight=sight, names=names, home=home, zone=zone, now=now),
        history=() if sight.is_public else history(one.promises, names, zone),
        carrier=_carrier(one, sight, story.destination.country),
        later_carriers=() if sight.is_public else _later(one, story.destination.country),
        items=_items_of(one, story),
        proof=sight.proof(one.proof) if journey.status is Status.DELIVERED else None,
        way=way_of(journey, story.door, sight, said.tone),
        backstop=backstop(journey, due_on, story.policy, story.shop_name, today),
        overdue=overdue_steps(
            journey,
            exceptions,
            due_on,
            policy=story.policy,
            advice=advice_on(reached, today) if reached else (),
            today=today,
        ),
    )


def not_scanned() -> Answer:
    """A number that nobody scanned and a number that nobody knows look alike."""
    return Answer(
        headline=say("Not scanned yet"),
        line=say_marked(
            "The first scan usually comes within 24 hours of the parcel being handed over. "
            "If it stays like this, check the number."
        ),
        chip=say("No scan yet"),
        icon="package",
        tone="plain",
        beats=False,
    )


def _reachable(one: Parcel, story: Story) -> ReachedParcel | None:
    """What its carrier can be asked about; None in the public view and where nobody has it."""
    leg, card = one.legs[-1] if one.legs else (None, one.card)
    if one.shipment is None or card is None or story.sight.is_public:
        return None
    return ReachedParcel(
        card=card,  # of whoever has it now
        number=leg.number if leg else one.shipment.tracking_number,
        journey=one.journey,
        kinds=tuple(found.kind for found in one.exceptions if found.is_open),
        promises=one.promises,
        service=one.shipment.service,
        country=story.destination.country,
    )


def _cancelled(journey: Journey) -> Journey:
    """Nothing was sent, and the order says that nothing will be."""
    return structs.replace(journey, status=Status.CANCELLED)


def _last_seen(one: Parcel, sight: Sight, home: str) -> str:
    """`Memphis, Tennessee`, with the country where it is another one; a country alone in the public view."""
    place = one.journey.last_place
    town, country = sight.town(place), sight.country(place)
    if sight.is_public:
        return country
    return ", ".join(part for part in (town, country if country != home or not town else "") if part)


def _carrier(one: Parcel, sight: Sight, country: str) -> Carrier | None:
    """Not in the public view: a number that was guessed should not be told whose it is."""
    if one.shipment is None or sight.is_public:
        return None
    told = _reached(one.card, one.shipment.provider_name, one.shipment.tracking_number, country)
    return replace(told, service=one.shipment.service)


def _later(one: Parcel, country: str) -> tuple[Carrier, ...]:
    return tuple(_reached(card, leg.carrier, leg.number, country) for leg, card in reversed(one.legs))


def _reached(card: CarrierCard | None, name: str, number: str, country: str) -> Carrier:
    phone = card.contact(ContactKind.PHONE, country) if card else None
    return Carrier(
        name=card.name if card else name,
        number=number,
        service="",
        page=card.page_of(number, country) if card else "",
        phone=phone.to if phone else "",
        hours=phone.hours if phone else "",
        rules=_rules(card.rules(country), spoken()) if card else (),
    )


@lru_cache(CARDS_REMEMBERED)
def _rules(policies_of_card: tuple[Policy, ...], _: Tongue) -> tuple[Rule, ...]:
    titles = policies()
    told = [policy for topic in titles for policy in policies_of_card if policy.topic == topic]
    return tuple(
        Rule(
            title=say(titles[policy.topic]),
            applies_to=policy.applies_to,
            text=policy.text,
            checked=looked_up(policy),
        )
        for policy in told
    )


def _items_of(one: Parcel, story: Story) -> tuple[Item, ...]:
    """What travels in this parcel, where the marketplace told; of a single parcel everything."""
    if one.shipment is None or len(story.parcels) == 1:
        return ()
    packages = set(one.shipment.package_ids)
    return tuple(item for item in story.items if item.package_id in packages)


def _destination(story: Story) -> str:
    """Town and country; a country alone in the public view."""
    told = story.destination
    country = country_name(told.country) or told.country
    if story.sight.is_public:
        return country
    return ", ".join(dict.fromkeys(part for part in (told.city, told.region, country) if part))


def _headline(parcels: Sequence[ParcelView]) -> str:
    if len(parcels) == 1:
        return parcels[0].answer.headline
    here = sum(one.is_delivered for one in parcels)
    if here == len(parcels):
        return say_many("All %(num)s parcel delivered", "All %(num)s parcels delivered", here)
    if here:
        return say_many(
            "%(here)s of %(num)s parcel delivered",
            "%(here)s of %(num)s parcels delivered",
            len(parcels),
            here=here,
        )
    return say_many("%(num)s parcel on the way", "%(num)s parcels on the way", len(parcels))


def _summary(parcels: Sequence[ParcelView]) -> str:
    return " · ".join(one.answer.headline for one in parcels) if len(parcels) > 1 else ""
