"""What of a sentence is weighed: pieces of its spelling, its words, and what it speaks of.

Every feature is a short text. Pieces are in small letters: a capital at the beginning keeps the kinds apart.
"""

from itertools import pairwise

from milepost.words.concepts import Concepts
from milepost.words.spelling import Spelling

LETTERS = range(3, 6)
"""Sizes of pieces where letters make words."""

SIGNS = range(1, 5)
"""Sizes of pieces where a sign is half a word and blanks are few: Chinese, Japanese, Korean, Thai."""

FEW_CONCEPTS = 2  # so many are looked at as a whole
CONCEPTS_MAX = 24
"""Of a sentence, so many are weighed; the most that one of ours speaks of is about that."""


def of_spelling(spelling: Spelling) -> set[str]:
    """Every piece of some letters, every word, and every two words in a row."""
    text = spelling.toned or spelling.plain
    found: set[str] = set()
    for size in LETTERS if spelling.plain.isascii() else SIGNS:
        found.update([text[at : at + size] for at in range(len(text) - size + 1)])
    words = text.split()
    found.update(["W" + word for word in words])
    found.update([f"W{one} {two}" for one, two in pairwise(words)])
    if words:
        found.add("F" + words[0])
        found.add("L" + words[-1])
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
    found.update(["P" + one + two for at, one in enumerate(every) for two in every[at + 1 :]])
    return found
