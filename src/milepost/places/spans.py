"""Stretches of a line that may be a town's name, when the line as a whole is none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from milepost.places.keys import town_key
from milepost.places.tables import is_joined
from milepost.places.towns import Town

WORDS_MAX = 4  # of a town's name; longer ones stand alone
LETTERS_MAX = 12  # of a name in a script without blanks
SPANS_MAX = 120  # looked at in one line
ONE_WORD_FROM = 15_000  # people a town needs for one word beside unknown words to mean it
OTHER_NAME_FROM = 100_000  # and if it is only another of its names
MORE_WORDS_FROM = 1_000
LETTERS_MIN = 4


class Span(NamedTuple):
    """`key` as towns are filed; from word or letter `start` up to `end` of run `run`."""

    run: int
    start: int
    end: int
    key: str
    is_last: bool  # nothing stands between it and the end of its run
    letters: int


def spans(runs: Sequence[str], shorts: Mapping[str, str]) -> list[Span]:
    """Every stretch, the longest of a run first, then from left to right."""
    found: list[Span] = []
    for number, run in enumerate(runs):
        found += _letters(number, run) if is_joined(run) else _words(number, run.split(), shorts)
    return found[:SPANS_MAX]


def _words(number: int, words: Sequence[str], shorts: Mapping[str, str]) -> Iterator[Span]:
    for length in range(min(WORDS_MAX, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            end = start + length
            key = town_key(" ".join(words[start:end]), shorts)
            if len(key) >= LETTERS_MIN or end == len(words):
                yield Span(number, start, end, key, end == len(words), 0)


def _letters(number: int, run: str) -> Iterator[Span]:
    """From the left, the longest first: the city stands before its district."""
    for start in range(len(run)):
        for end in range(min(len(run), start + LETTERS_MAX), start + 1, -1):
            yield Span(number, start, end, run[start:end], end == len(run), end - start)


def named(found: Iterable[Span], towns: Mapping[str, Sequence[Town]], *, in_region: bool) -> list[list[Town]]:
    """The towns of each stretch that names some; of stretches that overlap, the first."""
    taken: set[tuple[int, int]] = set()
    groups = []
    for span in found:
        places = {(span.run, at) for at in range(span.start, span.end)}
        if span.key not in towns or places & taken:
            continue
        if likely := [town for town in towns[span.key] if _is_likely(town, span, in_region=in_region)]:
            taken |= places
            groups.append(likely)
    return groups


def _is_likely(town: Town, span: Span, *, in_region: bool) -> bool:
    """A village is not meant by any word that happens to be its name."""
    if in_region and span.is_last:
        return True
    if span.letters:
        return span.letters > 2 or town.population >= MORE_WORDS_FROM
    if span.end - span.start > 1:
        return town.population >= MORE_WORDS_FROM
    return town.population >= (ONE_WORD_FROM if town.is_main else OTHER_NAME_FROM)
