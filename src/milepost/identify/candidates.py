"""Whose number is this? A ranked list with reasons, and an answer only when we are sure.

Shapes come from the carriers' cards, so no carrier is named here. What weighs how much is measured in
carriers.md section 8.3: of random 12 digits one in ten passes a check digit, so bare digits alone never
get an answer; the name the marketplace gave comes first.
"""

from collections.abc import Mapping
from typing import NamedTuple

from milepost.identify.numbers import PLAIN, plain, words_of
from milepost.identify.providers import Pages, ProviderNames
from milepost.identify.reading import Found, found_in
from milepost.identify.reasons import all_of, reasons, slip_sentence
from milepost.identify.shapes import NOTHING, Match, ShapeBook, Slip
from milepost.identify.weighing import (
    NAMED_BESIDE_KIN,
    NAMED_WITHOUT_SHAPE,
    Case,
    is_mistyped,
    odds,
    somebody_else,
)
from milepost.model.carriers import NO_CLUES, Candidate, CarrierCard, Clues, Identification, number_shape

ANSWER_MIN = 0.95
"""How probable the first must be to be called the answer."""
CANDIDATES_MAX = 8
VERDICTS_MAX = 20_000
"""What followed from so many different findings is remembered. Findings, not numbers: no number is kept."""
ROUTING = "420"


class Slipped(NamedTuple):
    """A candidate whose check digit is wrong: its reasons before and behind the one that names the digits."""

    place: int
    match: Match
    before: tuple[str, ...]
    behind: tuple[str, ...]


class Verdict(NamedTuple):
    """What follows from a number's shapes and what else is known, whatever its digits."""

    valid_format: bool
    answer: str | None
    candidates: tuple[Candidate, ...]
    slipped: tuple[Slipped, ...]
    may_be_misread: bool  # nothing fits, so letters may stand for digits


class Identifier:
    """Made once from the cards, then asked about any number. Pure: it asks nobody and remembers no number."""

    def __init__(self, cards: Mapping[str, CarrierCard]) -> None:
        self._cards = cards
        self._book = ShapeBook(cards)
        self._matches = self._book.matches
        self._providers = ProviderNames(cards)
        self._pages = Pages(cards)
        self._families = _families(cards)
        self._verdicts: dict[tuple[object, ...], Verdict] = {}

    def __call__(
        self, text: str, provider_name: str = "", country: str = "", clues: Clues = NO_CLUES
    ) -> Identification:
        """Who can carry the number in this text, best first.

        `provider_name` is what the marketplace calls the carrier, `country` the destination (ISO alpha-2).
        `valid_format` is False when the number has a known shape and its check digit fails; the reasons of
        the candidate then name the digit.
        """
        if provider_name or country or clues is not NO_CLUES or text[:3] == ROUTING:
            return self._read(text, provider_name.strip(), country.upper(), clues)
        told = matches, slips = self._matches(text) if text.isascii() else NOTHING
        if not matches and PLAIN(text) is None:  # a text that has a shape is a number already
            return self._read(text, "", "", clues)
        valid, answer, candidates, slipped, misread = verdict = self._verdicts.get(matches) or self._judge(
            matches, Found(text, told), NO_CASE
        )
        if misread and ("O" in text or "I" in text):
            return self._read(text, "", "", clues)
        return Identification(text, text, valid, answer, _named(verdict, slips) if slipped else candidates)

    def _read(self, text: str, provider_name: str, country: str, clues: Clues) -> Identification:
        """The same for a text that has to be read first, or with more known than the text."""
        found = _as_it_is(text, self._book) or found_in(text, self._book)
        case = self._case(text, found, provider_name, country, clues)
        key = (*found.matches, found.number != "", found.corrected, *case.key)
        verdict = self._verdicts.get(key) if clues is NO_CLUES else self._verdict(found, case)
        verdict = verdict or self._judge(key, found, case)
        candidates = _named(verdict, found.told[1]) if verdict.slipped else verdict.candidates
        return Identification(text, found.number, verdict.valid_format, verdict.answer, candidates)

    def _case(self, text: str, found: Found, provider_name: str, country: str, clues: Clues) -> Case:
        page_of = self._pages.carrier_of(found.host) if found.host else None
        named = (self._providers.carrier_of(provider_name) if provider_name else None) or page_of
        return Case(
            named=named,
            family=self._families.get(named or "", frozenset()),
            provider_name=provider_name,
            page_of=page_of,
            country=country,
            is_routed=found.zip_code is not None,
            mentioned=self._mentioned(text, found),
            seen=clues.history.get(number_shape(found.number), {}),
            scan_countries=tuple(one.upper() for one in clues.scan_countries),
            scans_name=frozenset[str]().union(*map(self._providers.mentioned_in, clues.scan_texts)),
        )

    def _mentioned(self, text: str, found: Found) -> frozenset[str]:
        if text == found.number:
            return frozenset()
        return self._providers.mentioned_in(words_of(plain(text)))

    def _judge(self, key: tuple[object, ...], found: Found, case: Case) -> Verdict:
        verdict = self._verdict(found, case)
        if len(self._verdicts) < VERDICTS_MAX:
            self._verdicts[key] = verdict
        return verdict

    def _verdict(self, found: Found, case: Case) -> Verdict:
        if not found.number:
            return Verdict(False, None, (), (), may_be_misread=False)
        matches = _by_carrier(found.matches)
        weighs = {key: odds(key, theirs, case) for key, theirs in matches.items()}
        if case.named and case.named not in weighs:
            weighs[case.named] = NAMED_BESIDE_KIN if case.family & weighs.keys() else NAMED_WITHOUT_SHAPE
        total = somebody_else(found.matches, case) + sum(weighs.values())
        ranked = sorted(weighs, key=lambda key: (-weighs[key], key))[:CANDIDATES_MAX]
        told = [reasons(key, self._cards[key].name, found, matches.get(key), case) for key in ranked]
        candidates = tuple(
            Candidate(key, round(weighs[key] / total, 4), all_of(why), self._cards[key].name)
            for key, why in zip(ranked, told, strict=True)
        )
        return Verdict(
            not is_mistyped(found.matches, case),
            _answer(candidates, matches, case, self._families),
            candidates,
            tuple(
                Slipped(place, matches[key][0], why.before, why.behind)
                for place, (key, why) in enumerate(zip(ranked, told, strict=True))
                if key in matches and matches[key][0].wrong
            ),
            may_be_misread=all(match.wrong for match in found.matches),
        )


def _named(verdict: Verdict, slips: Mapping[Match, Slip]) -> tuple[Candidate, ...]:
    """The candidates, with the wrong digits named."""
    candidates = list(verdict.candidates)
    for place, match, before, behind in verdict.slipped:
        carrier, probability, _, name = candidates[place]
        told = (*before, slip_sentence(match, slips[match]), *behind)
        candidates[place] = Candidate(carrier, probability, told, name)
    return tuple(candidates)


NO_CASE = Case()


def _as_it_is(text: str, book: ShapeBook) -> Found | None:
    """A text that is a number already, as programs give it; read only where letters may stand for digits."""
    if PLAIN(text) is None:
        return Found(text, book.matches(text)) if book.is_punctuated(text) else None
    told = book.matches(text)
    if text[:3] == ROUTING or all(match.wrong for match in told[0]):
        found = found_in(text, book)
        if found.corrected or found.zip_code:
            return found
    return Found(text, told)


def _families(cards: Mapping[str, CarrierCard]) -> dict[str, frozenset[str]]:
    """Each carrier with those that go by the same name."""
    heads = {key: card.part_of or key for key, card in cards.items()}
    return {key: frozenset(one for one, its in heads.items() if its == head) for key, head in heads.items()}


def _by_carrier(matches: tuple[Match, ...]) -> dict[str, list[Match]]:
    """Right check digits first, then the stronger shapes."""
    found: dict[str, list[Match]] = {}
    for match in sorted(matches, key=lambda match: (bool(match.wrong), -match.pattern.strength)):
        found.setdefault(match.carrier, []).append(match)
    return found


def _answer(
    candidates: tuple[Candidate, ...],
    matches: Mapping[str, list[Match]],
    case: Case,
    families: Mapping[str, frozenset[str]],
) -> str | None:
    """The named carrier, unless only another one's unmistakable shape fits; else the first if sure enough."""
    if not candidates:
        return None
    first = candidates[0]
    is_sure = (
        sum(one.probability for one in candidates if one.carrier in families[first.carrier]) >= ANSWER_MIN
    )
    if case.named is None:
        return first.carrier if is_sure else None
    fits = [
        one.carrier for one in candidates if any(not match.wrong for match in matches.get(one.carrier, ()))
    ]
    if case.named in fits:
        return case.named
    if first.carrier in fits and is_sure:
        return first.carrier
    kin = [key for key in fits if key in case.family]
    if kin or case.page_of == case.named:
        return kin[0] if kin else None  # a page holds many numbers; only one of their shapes is the parcel's
    return case.named
