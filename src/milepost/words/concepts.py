"""Finds what a sentence speaks of (customs, neighbor, not, tomorrow), whatever its language."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from milepost.words.spelling import Spelling, spell

Concepts = tuple[int, ...]
"""What one word or phrase may mean, by number; mostly one."""

SPACED = ("en", "es", "pt", "fr", "de", "it", "id", "ms", "vi")
"""Languages whose words stand between blanks; in the others a form counts wherever it stands."""

LONE_ENGLISH_MIN = 7  # letters: a shorter English form in another language is most likely no English
TONELESS_MIN = 6  # letters: a shorter Vietnamese form without its accents means too much
VOTE_OF_A_LITTLE_WORD = 3  # letters' worth: what "the" or "der" says of the language
NEARLY_THE_BEST = 0.97
BEGINNING, SIGNS = 6, 2
"""Letters, a blank before them included, and signs of those who write without: by these a form is found."""

MEANINGS_REMEMBERED = 20_000

_BIT = {language: 1 << number for number, language in enumerate(SPACED)}
_BIT["id"] = _BIT["ms"] = _BIT["id"] | _BIT["ms"]  # two names for much the same words
_ENGLISH, _VIETNAMESE = _BIT["en"], _BIT["vi"]
_MIXES_ENGLISH = _BIT["id"]
_ANY = (1 << len(SPACED)) - 1
_IN = tuple(tuple(n for n in range(len(SPACED)) if bits >> n & 1) for bits in range(_ANY + 1))
"""Which languages a set of bits stands for."""

_START = re.compile("[^\u0000-\u036f]| ")

Meanings = tuple[tuple[int, int], ...]
"""(concept, bits of the languages in which the form means it)"""


class Lexicon:
    """The forms of `concepts.txt` and the little words that give a language away."""

    def __init__(self) -> None:
        """Read both files of this folder; some 50 ms."""
        self.names: list[str] = []
        self._toned: dict[str, dict[int, set[str]]] = {}
        forms: dict[str, dict[int, int]] = {}
        for concept, language, form in self._written():
            self._add(forms, concept, language, form)
        self._forms: dict[str, Meanings] = {form: tuple(told.items()) for form, told in forms.items()}
        self._lengths, self._short = _lengths(self._forms)
        self._little = dict(_little_words())
        self.question = self.names.index("question")

    def find(self, spelling: Spelling) -> list[Concepts]:
        """What it speaks of, in its order; the longest form wins."""
        text, toned = spelling
        hits = self._hits(spelling)
        if toned is not None:
            languages = _VIETNAMESE | _ENGLISH
        elif any(text[at] == " " for _, _, at in hits):
            languages = self._languages(text, hits)
        else:
            languages = _ANY
        found = [_meant(meanings, length, languages, toned is not None) for meanings, length, _ in hits]
        told = [concepts for concepts in found if concepts]
        return [*told, (self.question,)] if "?" in text else told

    def _hits(self, spelling: Spelling) -> list[tuple[Meanings, int, int]]:
        """(meanings, length, where) of each form, none within another."""
        text, toned = spelling
        forms, lengths_of = self._forms, self._lengths
        found = []
        end = 0
        for start in _START.finditer(text):
            at = start.start()
            if at < end:
                continue
            lengths = lengths_of.get(text[at : at + (BEGINNING if text[at] == " " else SIGNS)])
            if lengths is None:
                lengths = self._short.get(text[at : at + 3] if text[at] == " " else text[at], ())
            for length in lengths:
                form = text[at : at + length]
                meanings = forms.get(form)
                if meanings and toned is not None:
                    meanings = self._with_tones(meanings, form, toned[at : at + length])
                if meanings:
                    found.append((meanings, len(form), at))
                    end = at + len(form) - (form[-1] == " ")
                    break
        return found

    def _with_tones(self, meanings: Meanings, form: str, toned: str) -> Meanings:
        """Only what it means with just these accents; English has none."""
        forms = self._toned.get(form)
        if forms is None:
            return tuple((concept, _ENGLISH) for concept, bits in meanings if bits & _ENGLISH)
        return tuple((concept, _VIETNAMESE) for concept, written in forms.items() if toned in written)

    def _languages(self, text: str, hits: list[tuple[Meanings, int, int]]) -> int:
        """Bits of the language that most of it is in; of several when they are alike."""
        votes: dict[int, int] = {}
        for meanings, length, _ in hits:
            bits = _all_bits(meanings)
            votes[bits] = votes.get(bits, 0) + length
        for bits in filter(None, map(self._little.get, text.split())):
            votes[bits] = votes.get(bits, 0) + VOTE_OF_A_LITTLE_WORD
        by_language = [0] * len(SPACED)
        for bits, vote in votes.items():
            for language in _IN[bits]:
                by_language[language] += vote
        best = max(by_language) * NEARLY_THE_BEST
        return _ENGLISH | sum([1 << language for language, vote in enumerate(by_language) if vote >= best])

    def _written(self) -> Iterator[tuple[int, str, str]]:
        for line in _lines("concepts.txt"):
            if line.startswith("# "):
                self.names.append(line[2:])
                continue
            for form in line[3:].split(", "):
                yield len(self.names) - 1, line[:2], form

    def _add(self, forms: dict[str, dict[int, int]], concept: int, language: str, form: str) -> None:
        """`$` at the end: the whole word; else its beginning."""
        whole = form.endswith("$") or language == "vi"
        spelled = spell(form.rstrip("$"))
        if language not in SPACED and not spelled.plain.isascii():
            key = spelled.plain.strip()
        else:
            key = spelled.plain if whole else spelled.plain.rstrip()
        told = forms.setdefault(key, {})
        told[concept] = told.get(concept, 0) | _BIT.get(language, _ANY)
        if language == "vi":
            toned = f" {form.lower()} " if spelled.toned is None else spelled.toned
            self._toned.setdefault(key, {}).setdefault(concept, set()).add(toned)


@cache
def lexicon() -> Lexicon:
    """The one lexicon, read when it is first asked for."""
    return Lexicon()


@lru_cache(MEANINGS_REMEMBERED)  # the same forms, in the same languages, all day
def _meant(meanings: Meanings, length: int, languages: int, is_toned: bool) -> Concepts:  # noqa: FBT001  remembered by place
    only_english = languages == _ENGLISH or languages & _MIXES_ENGLISH
    return tuple(
        [
            concept
            for concept, bits in meanings
            if (shared := bits & languages)
            and (shared != _ENGLISH or only_english or length >= LONE_ENGLISH_MIN)
            and (shared != _VIETNAMESE or is_toned or length >= TONELESS_MIN)
        ]
    )


@lru_cache(MEANINGS_REMEMBERED)
def _all_bits(meanings: Meanings) -> int:
    bits = 0
    for _, in_languages in meanings:
        bits |= in_languages
    return bits


def _lengths(forms: Iterable[str]) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """How long the forms are, longest first: by the beginning of the long ones, and of the others.

    What a long form's beginning is asked for names the short ones, too, that begin alike.
    """
    long: dict[str, set[int]] = {}
    short: dict[str, set[int]] = {}
    for form in forms:
        size = BEGINNING if form[0] == " " else SIGNS
        if len(form) >= size:
            long.setdefault(form[:size], set()).add(len(form))
        else:
            short.setdefault(form[:3] if form[0] == " " else form[0], set()).add(len(form))
    for beginning in long:
        long[beginning] |= short.get(beginning[:3] if beginning[0] == " " else beginning[0], set())
    return _longest_first(long), _longest_first(short)


def _longest_first(lengths: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {beginning: tuple(sorted(told, reverse=True)) for beginning, told in lengths.items()}


def _little_words() -> Iterator[tuple[str, int]]:
    found: dict[str, int] = {}
    for line in _lines("function_words.txt"):
        language, *words = line.split()
        for word in words:
            found[word] = found.get(word, 0) | _BIT[language]
    yield from found.items()


def _lines(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]
