"""A language nobody speaks, to see which words come from no catalog: accented, longer, in brackets."""

import re
from gettext import NullTranslations

PSEUDO = "en-XA"
"""Its tag. `?lang=en-XA` shows it; nobody is offered it."""

LONGER_BY = 0.4
KEPT = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>|&\w+;")
"""Placeholders and markup: they are no words."""

ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž",
)
NO_WORDS = frozenset({"date pattern"})
"""Contexts whose entries are for programs."""


def pseudo(text: str) -> str:
    """`Delivered` becomes `⟦Ðéļîṽéŕéð····⟧`."""
    words = KEPT.split(text)
    kept = [*KEPT.findall(text), ""]
    longer = "·" * max(1, round(LONGER_BY * sum(map(len, words))))
    told = "".join(word.translate(ACCENTED) + mark for word, mark in zip(words, kept, strict=True))
    return f"⟦{told}{longer}⟧"


class PseudoTranslations(NullTranslations):
    """Answers every sentence, so that what is left plain was never asked for."""

    def gettext(self, message: str) -> str:
        """The sentence, disguised."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """One or many, disguised."""
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The sentence, disguised; what is for programs as it is."""
        return message if context in NO_WORDS else pseudo(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """One or many, disguised."""
        return self.ngettext(msgid1, msgid2, n)
