"""How well sentences of carriers that nothing was learned from are read: the bars of issue 4, with any reason that is given."""

from benches.words import reading_of

PRECISION_MIN = 0.97
COVERAGE_MIN = 0.85
PRECISION_WITH_REASON_MIN = 0.97


def test_sentences_never_seen_are_read_right_or_not_at_all():
    read = reading_of("unseen.tsv")
    assert read.lines == 1591
    assert read.precision >= PRECISION_MIN, read
    assert read.coverage >= COVERAGE_MIN, read
    assert read.precision_with_reason >= PRECISION_WITH_REASON_MIN, read
