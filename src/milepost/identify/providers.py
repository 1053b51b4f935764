"""Which carrier a marketplace means by the name it gives."""

import re
from collections.abc import Mapping
from functools import lru_cache

from milepost.model.carriers import CarrierCard

NAMES_REMEMBERED = 1_000  # a marketplace has a few hundred
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
        self._longest_first = sorted(spellings, key=lambda one: (-len(one[0]), one[1]))
        self.carrier_of = lru_cache(NAMES_REMEMBERED)(self._carrier_of)

    def _carrier_of(self, provider_name: str) -> str | None:
        """The longest known spelling that the name begins with decides."""
        words = _words(provider_name)
        for spelling, key in self._longest_first:
            if words[: len(spelling)] == spelling:
                return key
        return None


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(name.replace(".", "").casefold()))
