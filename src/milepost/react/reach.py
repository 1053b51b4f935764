"""Which of a carrier's contacts and rules are of use about a parcel now, and until which day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from milepost.model.carriers import CarrierCard
from milepost.model.events import TrackingEvent
from milepost.model.journeys import Journey
from milepost.model.promises import DELIVERY, Promise, Promiser, kept_until
from milepost.model.reach import ContactKind, ContactPoint, CountsFrom, Policy, Topic
from milepost.model.statuses import BEFORE_ACCEPTANCE, Evidence, Status


class Matter(StrEnum):
    """What somebody needs the carrier for."""

    MISSED = "missed"  # it was at the door: another day or place
    COLLECT = "collect"  # it lies ready
    CUSTOMS = "customs"  # somebody to call
    SEARCH = "search"  # nobody has seen it for long: ask them to look
    DAMAGED = "damaged"  # a claim
    LOST = "lost"  # a claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One rule of the carrier, counted from the day on which what it counts from happened."""

    policy: Policy
    counted_from: date | None  # None: that day, or the event to count from, is not known
    first_on: date | None  # None: at once, or not known
    last_on: date | None  # None: not known; never guessed


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do about one matter."""

    matter: Matter
    ways: tuple[ContactPoint, ...]  # most useful first
    terms: tuple[Term, ...]
    last_on: date | None  # as the carrier said of this parcel; else the earliest of its terms, which is safe


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Kinds of contact, topics of rules, and which of those topics set the day that counts."""

    contacts: tuple[ContactKind, ...]
    topics: tuple[Topic, ...] = ()
    dated: frozenset[Topic] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What of this parcel decides which rules hold, and from when they count."""

    days: Mapping[CountsFrom, date]
    country: str
    service: str
    crosses_border: bool | None  # None: where it comes from or goes to is not known
    kept_until: date | None  # as the carrier said of this very parcel


_SPEAK = (ContactKind.PHONE, ContactKind.CHAT, ContactKind.EMAIL_FORM, ContactKind.SUPPORT)
_WANTED: Mapping[Matter, _Wanted] = {
    Matter.MISSED: _Wanted(
        (ContactKind.REDIRECT, ContactKind.PHONE, ContactKind.CHAT, ContactKind.SUPPORT),
        (Topic.DELIVERY_ATTEMPTS, Topic.REDIRECT),
    ),
    Matter.COLLECT: _Wanted(
        (ContactKind.PHONE, ContactKind.SUPPORT),
        (Topic.HOLD_FOR_PICKUP,),
        frozenset({Topic.HOLD_FOR_PICKUP}),
    ),
    Matter.CUSTOMS: _Wanted(_SPEAK),
    Matter.SEARCH: _Wanted(_SPEAK, (Topic.CLAIM_LOSS,)),
    Matter.DAMAGED: _Wanted(
        (ContactKind.CLAIMS, *_SPEAK),
        (Topic.CLAIM_DAMAGE, Topic.LIABILITY),
        frozenset({Topic.CLAIM_DAMAGE}),
    ),
    Matter.LOST: _Wanted(
        (ContactKind.CLAIMS, *_SPEAK), (Topic.CLAIM_LOSS, Topic.LIABILITY), frozenset({Topic.CLAIM_LOSS})
    ),
}
_BY_KIND = {
    "attempted": Matter.MISSED,
    "address": Matter.MISSED,
    "pickup": Matter.COLLECT,
    "missing": Matter.SEARCH,
    "silent": Matter.SEARCH,
    "no_first_scan": Matter.SEARCH,
    "lost": Matter.LOST,
    "destroyed": Matter.LOST,
}
_DAMAGE = frozenset({"carrier.damaged", "carrier.contents_missing"})
_OVER = frozenset({Status.RETURNED, Status.CANCELLED})


def advise(
    journey: Journey,
    kinds: Iterable[str],
    card: CarrierCard,
    promises: Iterable[Promise],
    *,
    country: str,
    service: str,
    today: date,
) -> tuple[Advice, ...]:
    """What to show now, the most urgent first. Pure.

    `kinds` are those of its open exceptions; `country` is the receiver's (ISO alpha-2, or empty), and
    `today` the date there.
    """
    case = _Case(
        days=days_of(journey, promises),
        country=country,
        service=service,
        crosses_border=_crosses_border(journey, country),
        kept_until=_kept_until(journey, promises),
    )
    found = [_advice(matter, card, case) for matter in matters(journey, kinds)]
    is_over = journey.status is Status.DELIVERED  # then only a claim is left, and not for ever
    return tuple(one for one in found if not (is_over and one.last_on and one.last_on < today))


def matters(journey: Journey, kinds: Iterable[str]) -> list[Matter]:
    """What somebody may need the carrier for now: from where the parcel is, and what is wrong with it."""
    if journey.status in _OVER:
        return []
    named = [Matter.CUSTOMS if kind.startswith("customs") else _BY_KIND.get(kind) for kind in kinds]
    wanted = {matter for matter in named if matter is not None}
    by_status = {
        Status.ATTEMPTED: Matter.MISSED,
        Status.AVAILABLE_FOR_PICKUP: Matter.COLLECT,
        Status.LOST: Matter.LOST,
        Status.DESTROYED: Matter.LOST,
    }
    if journey.status in by_status:
        wanted.add(by_status[journey.status])
    if journey.status is Status.HELD and (journey.reason or "").startswith("customs."):
        wanted.add(Matter.CUSTOMS)
    if journey.status is Status.DELIVERED:
        wanted = set()
    if any(scan.event.reason in _DAMAGE for scan in journey.standing):
        wanted.add(Matter.DAMAGED)  # its claim outlives the delivery
    if Matter.LOST in wanted:
        wanted.discard(Matter.SEARCH)
    return [matter for matter in Matter if matter in wanted]


def days_of(journey: Journey, promises: Iterable[Promise]) -> dict[CountsFrom, date]:
    """The days from which rules count, each by the clock of the place where it happened."""
    days: dict[CountsFrom, date] = {}
    for scan in journey.standing:
        event, status = scan.event, scan.event.status
        on = _local_date(event)
        if status is Status.LABEL_CREATED:
            days.setdefault(CountsFrom.LABEL_CREATED, on)
        if status not in (None, Status.UNKNOWN, Status.CANCELLED) and status not in BEFORE_ACCEPTANCE:
            days.setdefault(CountsFrom.SHIPPED, on)
        if status is Status.ATTEMPTED:
            days[CountsFrom.ATTEMPTED] = on
        if status is not Status.AVAILABLE_FOR_PICKUP and event.evidence is Evidence.PHYSICAL:
            days.pop(CountsFrom.ARRIVED_FOR_PICKUP, None)  # it left again
        if status is Status.AVAILABLE_FOR_PICKUP:
            days.setdefault(CountsFrom.ARRIVED_FOR_PICKUP, on)
        if status is Status.DELIVERED:
            days.setdefault(CountsFrom.DELIVERED, on)
        if event.evidence is Evidence.PHYSICAL:
            days[CountsFrom.LAST_SCAN] = on
    if journey.delivered_at is None:
        days.pop(CountsFrom.DELIVERED, None)
    promised = _first_promised(promises)
    return days if promised is None else {**days, CountsFrom.PROMISED: promised}


def _local_date(event: TrackingEvent) -> date:
    return (event.occurred.local or event.occurred.order_key).date()


def _first_promised(promises: Iterable[Promise]) -> date | None:
    """The day the carrier named first: where it moved later, counting from the first is the safe side."""
    told = [one for one in promises if one.promiser is Promiser.CARRIER and one.name == DELIVERY]
    first = min(told, key=lambda one: one.said_at, default=None)
    if first is None:
        return None
    return first.last_on


def _kept_until(journey: Journey, promises: Iterable[Promise]) -> date | None:
    if journey.status is not Status.AVAILABLE_FOR_PICKUP or journey.status_since is None:
        return None
    told = kept_until(promises, journey.status_since)
    return told.last_on if told else None


def _crosses_border(journey: Journey, country: str) -> bool | None:
    """Whether it goes from one country to another; None: one of the two is not known."""
    passed = [scan.event.place.located for scan in journey.standing]
    first = next((place.country for place in passed if place and place.country), "")
    return first.upper() != country.upper() if first and country else None


def _advice(matter: Matter, card: CarrierCard, case: _Case) -> Advice:
    wanted = _WANTED[matter]
    ways = [way for kind in wanted.contacts for way in [card.contact(kind, case.country)] if way]
    terms = [
        _term(policy, case.days)
        for topic in wanted.topics
        for policy in _that_apply(card.rules(case.country), topic, case)
    ]
    last_days = [term.last_on for term in terms if term.last_on and term.policy.topic in wanted.dated]
    last_on = min(last_days, default=None)
    if matter is Matter.COLLECT and case.kept_until is not None:
        last_on = case.kept_until  # said of this parcel: no rule knows better
    return Advice(matter=matter, ways=tuple(ways), terms=tuple(terms), last_on=last_on)


def _that_apply(rules: Iterable[Policy], topic: Topic, case: _Case) -> Iterable[Policy]:
    """The rules of a topic; where one names this very service, only that and those for every service."""
    crosses = case.crosses_border
    found = [
        one
        for one in rules
        if one.topic is topic and (crosses is None or one.crosses_border in (None, crosses))
    ]
    closeness = {id(one): _closeness(one.applies_to, case.service) for one in found}
    closest = max(closeness.values(), default=0)
    if not closest:
        return found
    return [one for one in found if not one.applies_to or closeness[id(one)] == closest]


def _closeness(applies_to: str, service: str) -> int:
    """How many characters of a service's name a rule names; 0: none."""
    names = [name.strip().casefold() for name in applies_to.split(",")]
    return max((len(name) for name in names if name and name in service.casefold()), default=0)


def _term(policy: Policy, days: Mapping[CountsFrom, date]) -> Term:
    counted_from = days.get(policy.counts_from) if policy.counts_from else None
    if counted_from is None:
        return Term(policy=policy, counted_from=None, first_on=None, last_on=None)
    return Term(
        policy=policy,
        counted_from=counted_from,
        first_on=policy.first_day(counted_from),
        last_on=policy.last_day(counted_from),
    )
