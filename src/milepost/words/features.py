"""What of a sentence is weighed: pieces of its spelling, its words, and what it speaks of.

Every feature is a short text. Pieces are in small letters: a capital at the beginning keeps the kinds apart.
"""

from itertools import combinations, pairwise
from typing import NamedTuple

from milepost.words.concepts import Concepts
from milepost.words.spelling import Spelling

LETTERS = range(3, 8)
"""Sizes of pieces where letters make words: of each word by itself."""

SIGNS = range(1, 5)
"""Sizes of pieces where a sign is half a word and blanks are few: Chinese, Japanese, Korean, Thai."""

FEW_CONCEPTS = 2  # so many are looked at as a whole
CONCEPTS_MAX = 24
"""Of a sentence, so many are weighed; the most that one of ours speaks of is about that."""


class Spelled(NamedTuple):
    """What is weighed of a spelling: its words, each with its own pieces, and the rest."""

    words: list[str]
    rest: list[str]


def of_spelling(spelling: Spelling) -> Spelled:
    """Words and their neighbors; where signs are half a word, pieces of the whole."""
    text = spelling.toned or spelling.plain
    words = text.split()
    rest = [f"W{one} {two}" for one, two in pairwise(words)]
    if words:
        rest += ["F" + words[0], "L" + words[-1]]
    if spelling.plain.isascii():
        return Spelled(words, rest + _across(text, words))
    pieces = {text[at : at + size] for size in SIGNS for at in range(len(text) - size + 1)}
    return Spelled([], [*rest, *pieces, *["W" + word for word in words]])


def of_word(word: str) -> set[str]:
    """The word, and every piece of some of its letters, the blanks beside it included."""
    text = f" {word} "
    return {"W" + word, *[text[at : at + size] for size in LETTERS for at in range(len(text) - size + 1)]}


def every_feature(spelled: Spelled) -> list[str]:
    """The rest, and those of its words: as often as words have them."""
    return [*spelled.rest, *[feature for word in spelled.words for feature in of_word(word)]]


def _across(text: str, words: list[str]) -> list[str]:
    """Where one word ends and the next begins: a letter and two letters on either side of the blank."""
    found: list[str] = []
    blank = 0
    for word in words[:-1]:
        blank += len(word) + 1
        found += (text[blank - 1 : blank + 2], text[blank - 2 : blank + 3])
    return found


def of_concepts(told: list[Concepts]) -> set[str]:
    """Each concept, and which stand together, next to each other, in which order, first and last."""
    letters = ["".join([chr(0xE000 + concept) for concept in concepts]) for concepts in told[:CONCEPTS_MAX]]
    found = {f"N{min(len(letters), 8)}"}
    if not letters:
        return found
    found.update(["C" + one for one in "".join(letters)])
    found.update(["F" + one for one in letters[0]])
    found.update(["L" + one for one in letters[-1]])
    if len(letters) <= FEW_CONCEPTS:
        found.add("X" + " ".join(letters))
    for at, here in enumerate(letters):
        rest = letters[at + 1 :]
        if rest:
            found.update(["B" + one + two for one in here for two in rest[0]])
        if len(rest) > 1:
            found.update(["T" + one + two + three for one in here for two in rest[0] for three in rest[1]])
            found.update(["O" + one + two for one in here for two in "".join(rest[1:])])
    every = sorted(set("".join(letters)))
    found.update(["P" + one + two for one, two in combinations(every, 2)])
    return found
