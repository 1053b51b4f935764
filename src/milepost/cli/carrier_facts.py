"""All that is known of one carrier, as rows for a table and as a document for a program."""

from collections.abc import Iterable
from typing import Any

import msgspec

from milepost.model.carriers import CarrierCard
from milepost.model.reach import Confidence, Policy, Topic, holds_in

Row = tuple[str, str, str, str, str, str]
COLUMNS = ("what", "known", "where", "source", "checked on", "sure")
UNCONFIRMED = "not confirmed"


def confirmed_of(card: CarrierCard) -> tuple[list[str], list[str]]:
    """What is confirmed, and what is not."""
    told = card.trust()
    return [name for name, sure in told.items() if sure], [name for name, sure in told.items() if not sure]


def missing_of(card: CarrierCard) -> list[str]:
    """The topics of which this card knows nothing."""
    told = {policy.topic for policy in card.policies}
    return [topic.value for topic in Topic if topic not in told]


def rows(card: CarrierCard, country: str) -> Iterable[Row]:
    """One row a fact: what, the fact, where it holds, its source, its date, how sure we are."""
    page = card.tracking_url or "a page a country, if any"
    yield ("tracking page", page, "", card.source, str(card.checked_on or ""), _sure(card.confidence))
    for one in card.contacts:
        if holds_in(one.countries, country):
            told = f"{one.to} ({one.hours})" if one.hours else one.to
            yield (
                _words(one.kind),
                told,
                " ".join(one.countries),
                one.source,
                str(one.checked_on),
                _sure(one.confidence),
            )
    for policy in card.rules(country):
        yield (
            _words(policy.topic),
            _told(policy),
            " ".join(policy.countries),
            policy.source,
            str(policy.checked_on),
            _sure(policy.confidence),
        )
    for shape in card.patterns:
        yield (
            "number",
            _words(shape.name),
            " ".join(shape.countries),
            shape.source,
            str(card.checked_on or ""),
            _sure(shape.confidence),
        )


def document(card: CarrierCard, country: str) -> dict[str, Any]:
    """The card for a program, narrowed to what is of use in this country."""
    confirmed, unconfirmed = confirmed_of(card)
    told: dict[str, Any] = msgspec.to_builtins(card)
    return told | {
        "country": country or None,
        "contacts": [one for one in told["contacts"] if holds_in(one["countries"], country)],
        "policies": [one for one in told["policies"] if holds_in(one["countries"], country)],
        "confirmed": confirmed,
        "unconfirmed": unconfirmed,
        "missing_topics": missing_of(card),
    }


def _told(policy: Policy) -> str:
    """The rule in words, then its numbers as a program sees them."""
    numbers = []
    if policy.count is not None:
        numbers.append("once" if policy.count == 1 else f"{policy.count} times")
    if policy.within is not None:
        first = "" if policy.not_before is None else f"{policy.not_before} to "
        event = f" from {_words(policy.counts_from)}" if policy.counts_from else ""
        numbers.append(f"{first}{policy.within} {_words(policy.unit)}{event}")
    if policy.amount is not None:
        numbers.append(f"{policy.amount} {policy.currency}")
    whom = f"{policy.applies_to}: " if policy.applies_to else ""
    return f"{whom}{policy.text}" + (f" [{'; '.join(numbers)}]" if numbers else "")


def _sure(confidence: Confidence) -> str:
    return confidence.value if confidence.is_confirmed else f"{confidence.value}, {UNCONFIRMED}"


def _words(name: str) -> str:
    return name.replace("_", " ")
