"""How well and how fast it is told whose number one is: on a labelled set, and beside tracking-numbers.

The set is our own, invented from the formats (tests/corpora/identify): its figures say how the engine
keeps the rules, not how often people paste what. Speed is processor time, cold, over distinct numbers,
in turns within one run.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import tracking_numbers

from benches.figures import Figure, show
from milepost.identify.candidates import Identifier
from milepost.model.carriers import Identification
from milepost.sources.cards import card
from milepost.sources.catalog import SOURCES
from milepost.sources.posts import with_posts
from tests.corpora.identify.case import Case, is_found, is_right
from tests.corpora.identify.make import cases, distinct, random_digits

SEED = 4
RANDOM = 20_000
DISTINCT = 100_000
TURN = 1_000
"""Numbers in one go before the other has its turn: what else the machine does so hits both."""


def measure() -> list[Figure]:
    """Precision, recall, random digits, speed."""
    identify = _identifier()
    found = [(case, identify(case.text, case.provider, case.country)) for case in cases(SEED)]
    figures = [
        *_of_answers(found),
        _figure(
            "identify_random_confident",
            [identify(digits).answer is not None for digits in random_digits(SEED, RANDOM)],
        ),
        _speed(list(islice(distinct(SEED, DISTINCT), DISTINCT))),
    ]
    show("Whose number it is (a labelled set of our own)", figures)
    return figures


def _identifier() -> Identifier:
    paths = sorted(SOURCES.glob("carriers/*/carrier.toml"))
    return Identifier(with_posts({path.parent.name: card(path) for path in paths}))


def _of_answers(found: Iterable[tuple[Case, Identification]]) -> list[Figure]:
    answered, among_two = [], []
    for case, told in found:
        if told.answer is not None:
            answered.append(is_right(case, told.answer))
        seen = is_found(case, [one.carrier for one in told.candidates], told.number)
        if seen is not None:
            among_two.append(seen)
    return [_figure("identify_precision", answered), _figure("identify_recall", among_two)]


def _figure(name: str, hits: Sequence[bool]) -> Figure:
    return Figure(name=name, value=round(sum(hits) / len(hits), 5), unit="share", n=len(hits), seed=SEED)


def _speed(numbers: Sequence[str]) -> Figure:
    ours, theirs, identify = 0.0, 0.0, _identifier()
    for start in range(0, len(numbers), TURN):
        turn = numbers[start : start + TURN]
        theirs += _seconds(tracking_numbers.get_tracking_number, turn)
        ours += _seconds(identify, turn)
    ours_us, theirs_us = ours / len(numbers) * 1e6, theirs / len(numbers) * 1e6
    print(f"ours {ours_us:.2f} us a number, tracking-numbers {theirs_us:.2f} us")
    return Figure(
        name="identify_vs_tracking_numbers",
        value=round(theirs / ours, 2),
        unit="times as fast",
        n=len(numbers),
        seed=SEED,
    )


def _seconds(ask: Callable[[str], object], numbers: Iterable[str]) -> float:
    started = time.process_time()
    for number in numbers:
        ask(number)
    return time.process_time() - started
