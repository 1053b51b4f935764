"""How to reach a carrier about a parcel now, in words: the same for the buyer's page and the order page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from milepost.model.carriers import CarrierCard
from milepost.model.journeys import Journey
from milepost.model.promises import Promise
from milepost.model.reach import Confidence, ContactKind, ContactPoint, Policy
from milepost.react.reach import Advice, Matter, Term, advise
from milepost.show.buyer.sight import country_name
from milepost.show.moments import all_of, counted, day, long_date
from milepost.show.words.sentences import MatterWords, ReachWords, policies, reach
from milepost.tongues.speech import mark, retold, say

LOOKED_UP = {
    Confidence.HIGH: mark("Looked up %(date)s; we are sure."),
    Confidence.MEDIUM: mark("Looked up %(date)s; we are fairly sure."),
    Confidence.LOW: mark("Looked up %(date)s; we are not sure."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to reach it. `address` opens; a phone's is `tel:`."""

    words: str
    address: str
    shown: str  # the number itself; empty for a page
    hours: str  # as the carrier's card says it: in English
    doubt: str  # what is not known of it or not sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with its day, or why there is none, and where we have it from."""

    title: str
    applies_to: str  # this and the text as the carrier's card says it: in English
    text: str
    when: str
    source_page: str
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """One matter for people."""

    matter: str
    title: str
    lead: str
    ways: tuple[Way, ...]
    lacks: str  # what nobody has told us and somebody would look for
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What has to be known of a parcel to say how to reach its carrier."""

    card: CarrierCard
    number: str
    journey: Journey
    kinds: tuple[str, ...]  # of its open exceptions
    promises: tuple[Promise, ...]
    service: str
    country: str  # the receiver's, ISO alpha-2 or empty


def helps(parcel: Parcel, reader: str, today: date) -> tuple[Help, ...]:
    """What is of use now. `reader` is `buyer` or `seller`; `today` the date at the receiver's."""
    return tuple(_help(one, parcel, reader, today) for one in advice_on(parcel, today))


def advice_on(parcel: Parcel, today: date) -> tuple[Advice, ...]:
    """What the carrier's own contacts and rules say of it now."""
    return advise(
        parcel.journey,
        parcel.kinds,
        parcel.card,
        parcel.promises,
        country=parcel.country,
        service=parcel.service,
        today=today,
    )


def _help(one: Advice, parcel: Parcel, reader: str, today: date) -> Help:
    words = reach()
    told = words.of(one.matter)
    ways = [_way(way, words, parcel) for way in one.ways]
    page = parcel.card.page_of(parcel.number, parcel.country)
    if page:
        ways.append(
            Way(words=say(words.contacts[ContactKind.TRACKING]), address=page, shown="", hours="", doubt="")
        )
    return Help(
        matter=one.matter.value,
        title=_title(told, one, today),
        lead=retold(told.seller if reader == "seller" else told.buyer),
        ways=tuple(ways),
        lacks=_lacks(one, parcel),
        rules=tuple(_rule(term, words, today) for term in one.terms),
    )


def _title(told: MatterWords, one: Advice, today: date) -> str:
    if one.last_on is None:
        return say(told.title)
    last = date_words(one.last_on)
    if one.last_on < today:
        return say("%(what)s: the last day was %(day)s", what=say(told.title), day=last)
    if one.matter is Matter.COLLECT:
        return say(told.by, day=day(datetime.combine(one.last_on, time(), UTC)))
    return say(told.by, day=last)


def _lacks(one: Advice, parcel: Parcel) -> str:
    """Said aloud, so that nobody takes a gap for an answer."""
    if any(way.kind is ContactKind.PHONE for way in one.ways):
        return ""
    name, where = parcel.card.name, country_name(parcel.country)
    if where:
        return say("We know no phone number of %(carrier)s in %(country)s.", carrier=name, country=where)
    return say("We know no phone number of %(carrier)s.", carrier=name)


def _way(one: ContactPoint, words: ReachWords, parcel: Parcel) -> Way:
    is_phone = one.kind is ContactKind.PHONE
    return Way(
        words=say(words.contacts[one.kind]),
        address=f"tel:{one.to.replace(' ', '')}" if is_phone else one.to_about(parcel.number),
        shown=one.to if is_phone else "",
        hours=one.hours,
        doubt="; ".join(_doubts(one, parcel)),
    )


def _doubts(one: ContactPoint, parcel: Parcel) -> Iterator[str]:
    if one.kind is ContactKind.PHONE and not one.hours:
        yield say("Hours not known")
    if not parcel.country and one.countries:
        names = [country_name(country) or country for country in one.countries]
        yield say("for %(countries)s", countries=all_of(names))
    if not one.confidence.is_confirmed:
        yield say("not confirmed")


def _rule(term: Term, words: ReachWords, today: date) -> Rule:
    policy = term.policy
    return Rule(
        title=say(policies()[policy.topic]),
        applies_to=policy.applies_to,
        text=policy.text,
        when=_when(term, words, today),
        source_page=policy.source if _is_page(policy.source) else "",
        checked=looked_up(policy),
    )


def looked_up(policy: Policy) -> str:
    """When a rule was looked up, and how sure we are of it."""
    return say(LOOKED_UP[policy.confidence], date=date_words(policy.checked_on))


def _is_page(source: str) -> bool:
    return source.startswith("https://") and " " not in source


def _when(term: Term, words: ReachWords, today: date) -> str:
    """`From 18 March 2026 to 2 May 2026: counted from …`, or why there is no day."""
    policy = term.policy
    if policy.within is None and policy.not_before is None:
        return ""
    if policy.counts_from is None:
        return say("No day: from when it counts is not known.")
    from_when = say(words.counts_from[policy.counts_from])
    if term.counted_from is None:
        return say("No day: it counts from %(event)s, and that day is not known.", event=from_when)
    told = {
        "length": _length(policy, words),
        "event": from_when,
        "day": date_words(term.counted_from),
        "first": date_words(term.first_on) if term.first_on else "",
        "last": date_words(term.last_on) if term.last_on else "",
    }
    if term.last_on is None:
        return say("From %(first)s on: %(length)s from %(event)s, %(day)s.", **told) if term.first_on else ""
    if term.last_on < today:
        return say("Over since %(last)s: %(length)s from %(event)s, %(day)s.", **told)
    if term.first_on:
        return say("From %(first)s to %(last)s: %(length)s from %(event)s, %(day)s.", **told)
    return say("Until %(last)s: %(length)s from %(event)s, %(day)s.", **told)


def _length(policy: Policy, words: ReachWords) -> str:
    length = policy.within if policy.within is not None else policy.not_before
    return counted(length or 0, words.units[policy.unit])


def date_words(on: date) -> str:
    """`24 November 2026`."""
    return long_date(datetime.combine(on, time(), UTC))
