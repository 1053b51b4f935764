"""The weights that are shipped were made from the sentences and words that are there."""

import sys

from milepost.words.features import of_concepts, of_spelling
from milepost.words.spelling import spell
from milepost.words.weights import FEATURES_MAX, weights
from tests.tidy.tree import ROOT

BYTES_MAX = 6_000_000


def test_the_weights_are_made_from_todays_sentences():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from words.corpus import fingerprint
    finally:
        sys.path.remove(str(ROOT / "tools"))
    assert weights().head.made_from == fingerprint(), "run tools/build_words.py and commit weights.bin"


def test_the_weights_are_small():
    assert (ROOT / "src/milepost/words/weights.bin").stat().st_size <= BYTES_MAX


def test_a_very_long_sentence_does_not_overflow():
    sentence = spell(" ".join(f"delivered{number % 7} not held at customs returned" for number in range(500)))
    table = weights()
    added = table.add(of_spelling(sentence), of_concepts([(number % 90,) for number in range(500)]))
    every = sum(table.head.scales) * 127 * FEATURES_MAX**0.5
    assert max(map(abs, table.of_statuses(added) + table.of_reasons(added))) <= every
