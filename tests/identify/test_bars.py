"""The bars of the labelled set, on a part of it; `make bench` measures all of it, and the speed."""

from itertools import islice
from pathlib import Path

import milepost
from milepost.identify.candidates import Identifier
from milepost.sources.cards import card
from milepost.sources.posts import with_posts
from tests.corpora.identify.make import cases, is_found, is_right, random_digits

SEED = 5  # not the seed of the bench
EVERY = 4
RANDOM = 2_000
PRECISION_MIN, RECALL_MIN, RANDOM_MAX, NUMBER_MIN, FORMAT_MIN = 0.995, 0.97, 0.01, 0.99, 0.99
FOLDERS = Path(milepost.__file__).parent / "sources/carriers"
identify = Identifier(with_posts({path.parent.name: card(path) for path in FOLDERS.glob("*/carrier.toml")}))


def share(hits, least, what):
    missed = [case for case, hit in hits if not hit]
    reached = 1 - len(missed) / len(hits)
    assert reached >= least, f"seed {SEED}: {what} {reached:.4f} of {len(hits)}; first: {missed[:5]}"


def test_the_labelled_set_is_told_as_a_careful_person_would():
    told = [
        (case, identify(case.text, case.provider, case.country))
        for case in islice(cases(SEED), 0, None, EVERY)
    ]
    share(
        [(case, is_right(case, one.answer)) for case, one in told if one.answer],
        PRECISION_MIN,
        "answers right",
    )
    ranked = [
        (case, is_found(case, [candidate.carrier for candidate in one.candidates], one.number))
        for case, one in told
    ]
    share(
        [(case, hit) for case, hit in ranked if hit is not None], RECALL_MIN, "carriers among the first two"
    )
    numbers = [(case, one.number in {case.number, *case.also_number}) for case, one in told if case.number]
    share(numbers, NUMBER_MIN, "numbers found in their texts")
    judged = [
        (case, one.valid_format == case.valid_format) for case, one in told if case.valid_format is not None
    ]
    share(judged, FORMAT_MIN, "check digits judged")


def test_bare_random_digits_get_no_answer():
    answered = [digits for digits in random_digits(SEED, RANDOM) if identify(digits).answer]
    assert len(answered) < RANDOM_MAX * RANDOM, answered[:5]
