"""Labelled cases for `milepost carrier identify`, random digits, and distinct numbers: the same for the same seed.

    python -m tests.corpora.identify.make cases.tsv --seed 4        all cases as a table
    python -m tests.corpora.identify.make --count                   how many of each kind, as README.md has it

Nothing here imports Milepost: formats and check digits are written again from the reference, so that the two can
disagree. What the columns mean, what is ambiguous, and where the facts come from stands in README.md.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.corpora.identify.case import Case, is_found, is_right, read, write
from tests.corpora.identify.formats import some
from tests.corpora.identify.parts import PARTS, distinct_numbers

HAND = Path(__file__).with_name("hand.tsv")
SHORTEST, LONGEST = 8, 34


def cases(seed: int) -> Iterator[Case]:
    """Every case once: the generated parts, then those written by hand (the same for every seed)."""
    seen = set()
    for part in PARTS:
        for case in part(Random(f"{seed}/{part.__name__}")):
            key = (case.text, case.provider, case.country)
            if key not in seen:
                seen.add(key)
                yield case
    for case in read(HAND):
        if (case.text, case.provider, case.country) not in seen:
            yield case


def random_digits(seed: int, count: int) -> Iterator[str]:
    """Bare digits, every length from 8 to 34 as often as the others. The right answer is silence."""
    rng = Random(f"{seed}/random_digits")
    for _ in range(count):
        yield some(rng, rng.randint(SHORTEST, LONGEST))


def distinct(seed: int, count: int) -> Iterator[str]:
    """Numbers of which no two are the same, for speed with cold caches."""
    seen: set[str] = set()
    for number in distinct_numbers(Random(f"{seed}/distinct")):
        if len(seen) == count:
            return
        if number not in seen:
            seen.add(number)
            yield number


def counted(seed: int) -> str:
    """Cases by confidence and by part of the set, as Markdown."""
    by_kind: Counter[str] = Counter()
    by_how: Counter[str] = Counter()
    for case in cases(seed):
        by_kind[f"{case.confidence}:{case.format}"] += 1
        by_how[case.how.partition("+")[0] or "hand"] += 1
    rows = [
        f"| `{name}` | {count} |" for counts in (by_kind, by_how) for name, count in sorted(counts.items())
    ]
    return "\n".join([*rows, f"| all | {sum(by_kind.values())} |"])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("path", nargs="?", type=Path)
    asked.add_argument("--seed", type=int, default=4)
    asked.add_argument("--count", action="store_true")
    given = asked.parse_args()
    if given.path:
        write(given.path, cases(given.seed))
    if given.count or not given.path:
        print(counted(given.seed))


__all__ = ["Case", "cases", "distinct", "is_found", "is_right", "random_digits"]

if __name__ == "__main__":
    main()
