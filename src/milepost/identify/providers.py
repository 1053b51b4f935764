"""Which carrier is meant: by the name a marketplace gives it, by the page a number stood on, by a word."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from milepost.model.carriers import CarrierCard

NAMES_REMEMBERED = 1_000  # a marketplace has a few hundred
WORDS_MAX = 400  # of a text in which a carrier may be named
_WORDS = re.compile(r"[^\W_]+")


class ProviderNames:
    """Every spelling of every card."""

    def __init__(self, cards: Mapping[str, CarrierCard]) -> None:
        spellings = {
            (words, key)
            for key, card in cards.items()
            for words in map(_words, (card.name, *card.provider_names))
            if words
        }
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for spelling, key in sorted(spellings, key=lambda one: (-len(one[0]), one[1])):
            self._by_first_word[spelling[0]].append((spelling, key))
        self.carrier_of = lru_cache(NAMES_REMEMBERED)(self._carrier_of)

    def _carrier_of(self, provider_name: str) -> str | None:
        """The longest known spelling that the name begins with decides."""
        return self._at(_words(provider_name), 0)

    def mentioned_in(self, text: str) -> frozenset[str]:
        """Every carrier whose name stands somewhere in the text."""
        words = _words(text)[:WORDS_MAX]
        found = {self._at(words, place) for place, word in enumerate(words) if word in self._by_first_word}
        return frozenset(key for key in found if key)

    def _at(self, words: tuple[str, ...], place: int) -> str | None:
        for spelling, key in self._by_first_word.get(words[place], ()) if words else ():
            if words[place : place + len(spelling)] == spelling:
                return key
        return None


class Pages:
    """Every site of every card: a page names its carrier as surely as a marketplace does."""

    def __init__(self, cards: Mapping[str, CarrierCard]) -> None:
        self._by_site = {site: key for key, card in cards.items() for site in card.hosts}

    def carrier_of(self, host: str) -> str | None:
        """By the longest of our sites that it is or lies under; a site that only begins alike is nobody's."""
        parts = host.split(".")
        sites = (".".join(parts[at:]) for at in range(len(parts)))
        return next((self._by_site[site] for site in sites if site in self._by_site), None)


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(name.replace(".", "").casefold()))
