"""Whose number is this? A ranked list with reasons, and an answer only when we are sure.

Shapes come from the carriers' cards, so no carrier is named here. What weighs how much is measured in
carriers.md section 8.3: of random 12 digits one in ten passes a check digit, so bare digits alone never
get an answer; the name the marketplace gave comes first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from milepost.identify.checks import expected
from milepost.identify.numbers import normalize, without_routing
from milepost.model.carriers import Candidate, CarrierCard, Identification, NumberPattern

ANSWER_MIN = 0.95
"""How probable the first must be to be called the answer."""
DISTINCTIVE = 0.95
"""Strength from which a shape speaks for itself: a prefix and a check digit."""
STRENGTH_MAX = 0.99
SOMEBODY_ELSE = 1.0  # odds that it is a carrier without a card, when nobody was named
SOMEBODY_NAMED = 10.0  # … when the marketplace named one without a card
SOMEBODY_UNLIKELY = 0.02  # … when it named one of ours
NAMED_WITHOUT_SHAPE = 1.0  # odds of the named carrier when the number has no shape of theirs that we know
OTHERS_WHEN_NAMED = 0.05  # what another carrier's bare digits still weigh beside the name
WRONG_COUNTRY = 0.2  # what a shape weighs in a country where it is not used
FAILED_CHECK = 0.05  # odds of a shape whose check digit is wrong


@dataclass(frozen=True, slots=True)
class _Match:
    """A number has this shape; `wrong` says what is wrong with its check digit, or nothing."""

    pattern: NumberPattern
    wrong: str = ""

    @property
    def is_distinctive(self) -> bool:
        return self.pattern.strength >= DISTINCTIVE


def identify(
    text: str, cards: Mapping[str, CarrierCard], *, provider_name: str = "", country: str = ""
) -> Identification:
    """Who can carry this number, best first.

    `provider_name` is what the marketplace calls the carrier, `country` the destination (ISO alpha-2).
    `valid_format` is False when the number has a known shape and its check digit fails; the reasons of the
    candidate then name the digit. Pure.
    """
    number = normalize(text)
    named = named_carrier(provider_name, cards)
    matches = {key: _matches(number, card) for key, card in cards.items()}
    odds = {
        key: _odds(key, matches[key], named=named, country=country)
        for key in cards
        if number and (matches[key] or key == named)
    }
    rest = _somebody_else(provider_name, named, matches)
    total = rest + sum(odds.values())
    ranked = sorted(odds, key=lambda key: (-odds[key], key))
    candidates = tuple(
        Candidate(
            carrier=key,
            probability=round(odds[key] / total, 4),
            reasons=_reasons(cards[key], number, matches[key], provider_name if key == named else ""),
        )
        for key in ranked
    )
    return Identification(
        given=text,
        number=number,
        valid_format=bool(number) and not _is_mistyped(matches, named, provider_name),
        answer=_answer(candidates, matches, named),
        candidates=candidates,
    )


def named_carrier(provider_name: str, cards: Mapping[str, CarrierCard]) -> str | None:
    """The carrier a marketplace means by this name; the longest known spelling it begins with decides."""
    words = _words(provider_name)
    known = [
        (len(spelling), key)
        for key, card in cards.items()
        for spelling in map(_words, (card.name, *card.provider_names))
        if spelling and words[: len(spelling)] == spelling
    ]
    return max(known)[1] if known else None


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", name.replace(".", "").casefold()))


def _matches(number: str, card: CarrierCard) -> list[_Match]:
    """The card's shapes this number has, right check digits first, then the stronger ones."""
    found = []
    for pattern in card.patterns:
        shape = _compiled(pattern.regex).fullmatch(number)
        if shape is None:
            continue
        parts = shape.groupdict()
        wrong = ""
        if pattern.check and parts["check"] != (right := expected(pattern, parts["serial"])):
            wrong = f"its check digit should be {right}, not {parts['check']}: a character was mistyped"
        found.append(_Match(pattern, wrong))
    return sorted(found, key=lambda match: (bool(match.wrong), -match.pattern.strength))


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


def _odds(key: str, matches: list[_Match], *, named: str | None, country: str) -> float:
    right = [match for match in matches if not match.wrong]
    if not right:
        return NAMED_WITHOUT_SHAPE if key == named else FAILED_CHECK
    odds = max(_odds_of(match.pattern, country) for match in right)
    if key == named:
        return max(odds, NAMED_WITHOUT_SHAPE)
    if named and not right[0].is_distinctive:
        odds *= OTHERS_WHEN_NAMED
    return odds


def _odds_of(pattern: NumberPattern, country: str) -> float:
    strength = min(pattern.strength, STRENGTH_MAX)
    odds = strength / (1 - strength)
    if country and pattern.countries and country.upper() not in pattern.countries:
        odds *= WRONG_COUNTRY
    return odds


def _somebody_else(provider_name: str, named: str | None, matches: Mapping[str, list[_Match]]) -> float:
    if named:
        return SOMEBODY_UNLIKELY
    speaks = any(not match.wrong and match.is_distinctive for found in matches.values() for match in found)
    return SOMEBODY_NAMED if provider_name.strip() and not speaks else SOMEBODY_ELSE


def _is_mistyped(matches: Mapping[str, list[_Match]], named: str | None, provider_name: str) -> bool:
    """A shape we know, and no reading of the number in which the check digit is right.

    Under the name of a carrier without a card only shapes that speak for themselves are judged: its
    numbers may look like anybody's.
    """
    everything = [match for found in matches.values() for match in found]
    if any(not match.wrong and match.is_distinctive for match in everything):
        return False
    judged = matches[named] if named else everything
    if provider_name.strip() and not named:
        judged = [match for match in judged if match.is_distinctive]
    return bool(judged) and all(match.wrong for match in judged)


def _answer(
    candidates: tuple[Candidate, ...], matches: Mapping[str, list[_Match]], named: str | None
) -> str | None:
    """The named carrier, unless only another one's unmistakable shape fits; else the first if sure enough."""
    if not candidates:
        return None
    first = candidates[0]
    if named is None:
        return first.carrier if first.probability >= ANSWER_MIN else None
    fits_named = any(not match.wrong for match in matches[named])
    contradicts = first.carrier != named and first.probability >= ANSWER_MIN
    return first.carrier if contradicts and not fits_named else named


def _reasons(card: CarrierCard, number: str, matches: list[_Match], provider_name: str) -> tuple[str, ...]:
    reasons = [f"the marketplace names {provider_name.strip()}"] if provider_name.strip() else []
    if matches:
        best = matches[0]
        shape = best.pattern.name.replace("_", " ")
        told = best.wrong or ("its check digit is right" if best.pattern.check else "it has no check digit")
        reasons.append(f"it has a shape of {card.name} ({shape}), and {told}")
    else:
        reasons.append(f"it has no shape of {card.name} that we know")
    if matches and without_routing(number).zip_code:  # the ZIP code itself is somebody's: not told
        reasons.append("it carries a postal label's routing before it")
    return tuple(reasons)
