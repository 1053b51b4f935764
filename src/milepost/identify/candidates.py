"""Whose number is this? A ranked list with reasons, and an answer only when we are sure.

Shapes come from the carriers' cards, so no carrier is named here. What weighs how much is measured in
carriers.md section 8.3: of random 12 digits one in ten passes a check digit, so bare digits alone never
get an answer; the name the marketplace gave comes first.
"""

from collections.abc import Mapping

from milepost.identify.numbers import normalize, without_routing
from milepost.identify.providers import ProviderNames
from milepost.identify.shapes import Match, ShapeBook
from milepost.model.carriers import Candidate, CarrierCard, Identification, NumberPattern

ANSWER_MIN = 0.95
"""How probable the first must be to be called the answer."""
STRENGTH_MAX = 0.99
SOMEBODY_ELSE = 1.0  # odds that it is a carrier without a card, when nobody was named
SOMEBODY_NAMED = 10.0  # … when the marketplace named one without a card
SOMEBODY_UNLIKELY = 0.02  # … when it named one of ours
NAMED_WITHOUT_SHAPE = 1.0  # odds of the named carrier when the number has no shape of theirs that we know
OTHERS_WHEN_NAMED = 0.05  # what another carrier's bare digits still weigh beside the name
WRONG_COUNTRY = 0.2  # what a shape weighs in a country where it is not used
FAILED_CHECK = 0.05  # odds of a shape whose check digit is wrong

Matches = Mapping[str, list[Match]]


class Identifier:
    """Made once from the cards, then asked about any number. Pure: it asks nobody and remembers no number."""

    def __init__(self, cards: Mapping[str, CarrierCard]) -> None:
        self._cards = cards
        self._shapes = ShapeBook(cards)
        self._providers = ProviderNames(cards)

    def __call__(self, text: str, provider_name: str = "", country: str = "") -> Identification:
        """Who can carry this number, best first.

        `provider_name` is what the marketplace calls the carrier, `country` the destination (ISO alpha-2).
        `valid_format` is False when the number has a known shape and its check digit fails; the reasons of
        the candidate then name the digit.
        """
        number = normalize(text)
        provider_name = provider_name.strip()
        named = self._providers.carrier_of(provider_name) if provider_name else None
        matches = self._shapes.matches(number) if number else {}
        odds = {key: _odds(key, found, named=named, country=country) for key, found in matches.items()}
        if number and named and named not in odds:
            odds[named] = NAMED_WITHOUT_SHAPE
        total = _somebody_else(provider_name, named, matches) + sum(odds.values())
        candidates = tuple(
            [
                Candidate(
                    carrier=key,
                    probability=round(odds[key] / total, 4),
                    reasons=self._reasons(
                        key, number, matches.get(key), provider_name if key == named else ""
                    ),
                )
                for key in (sorted(odds, key=lambda key: (-odds[key], key)) if len(odds) > 1 else odds)
            ]
        )
        return Identification(
            given=text,
            number=number,
            valid_format=bool(number) and not _is_mistyped(matches, named, provider_name),
            answer=_answer(candidates, matches, named),
            candidates=candidates,
        )

    def _reasons(
        self, key: str, number: str, matches: list[Match] | None, provider_name: str
    ) -> tuple[str, ...]:
        name = self._cards[key].name
        reasons = [f"the marketplace names {provider_name}"] if provider_name else []
        if matches is None:
            return (*reasons, f"it has no shape of {name} that we know")
        best = matches[0]
        shape = best.pattern.name.replace("_", " ")
        told = best.wrong or ("its check digit is right" if best.pattern.check else "it has no check digit")
        reasons.append(f"it has a shape of {name} ({shape}), and {told}")
        if without_routing(number).zip_code:  # the ZIP code itself is somebody's: not told
            reasons.append("it carries a postal label's routing before it")
        return tuple(reasons)


def _odds(key: str, matches: list[Match], *, named: str | None, country: str) -> float:
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


def _somebody_else(provider_name: str, named: str | None, matches: Matches) -> float:
    if named:
        return SOMEBODY_UNLIKELY
    speaks = any(not match.wrong and match.is_distinctive for found in matches.values() for match in found)
    return SOMEBODY_NAMED if provider_name and not speaks else SOMEBODY_ELSE


def _is_mistyped(matches: Matches, named: str | None, provider_name: str) -> bool:
    """A shape we know, and no reading of the number in which the check digit is right.

    Under the name of a carrier without a card only shapes that speak for themselves are judged: its
    numbers may look like anybody's.
    """
    everything = [match for found in matches.values() for match in found]
    if any(not match.wrong and match.is_distinctive for match in everything):
        return False
    judged = matches.get(named, []) if named else everything
    if provider_name and not named:
        judged = [match for match in judged if match.is_distinctive]
    return bool(judged) and all(match.wrong for match in judged)


def _answer(candidates: tuple[Candidate, ...], matches: Matches, named: str | None) -> str | None:
    """The named carrier, unless only another one's unmistakable shape fits; else the first if sure enough."""
    if not candidates:
        return None
    first = candidates[0]
    if named is None:
        return first.carrier if first.probability >= ANSWER_MIN else None
    fits_named = any(not match.wrong for match in matches.get(named, ()))
    contradicts = first.carrier != named and first.probability >= ANSWER_MIN
    return first.carrier if contradicts and not fits_named else named
