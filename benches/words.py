"""How well and how fast sentences without a code are read: on sources that nothing was learned from.

The corpus is ours (tests/corpora/words/README.md). Only sums are printed, so that nobody tunes by looking.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from benches.figures import Figure, show
from milepost.model.sentences import Said
from milepost.words.reader import WordsReader

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "corpora" / "words"
ROUNDS = 3
SEED = 0  # nothing is drawn: the lines are read in their order
NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class ReadLines:
    """What became of the lines of a file, in shares."""

    lines: int
    coverage: float  # answered, of all lines
    precision: float  # status right, of those answered
    precision_with_reason: float  # and any reason it gives right, too; of those answered
    with_reason: float  # status and reason just as judged, an empty reason too; of those answered
    reason_recall: float  # the reason given and right, of answered lines that have one
    place_precision: float  # the very letters, of answered lines where a place was given
    place_recall: float  # the very letters, of answered lines that have one


def measure() -> list[Figure]:
    """Precision, coverage and sentences a second of processor time."""
    read = reading_of("unseen.tsv")
    shares = {
        "words_precision": read.precision,
        "words_coverage": read.coverage,
        "words_precision_with_reason": read.precision_with_reason,
        "words_status_and_reason": read.with_reason,
        "words_reason_recall": read.reason_recall,
        "words_place_precision": read.place_precision,
        "words_place_recall": read.place_recall,
    }
    figures = [
        Figure(name=name, value=round(value, 4), unit="share", n=read.lines, seed=SEED)
        for name, value in shares.items()
    ]
    figures.append(_speed())
    show("Sentences without a code (the corpus is ours)", figures)
    return figures


def reading_of(name: str) -> ReadLines:
    """Read every line of this file of the corpus."""
    reader = WordsReader()
    rows = _rows(name)
    answered = [(row, said) for row in rows if (said := reader.read(row[3])) is not None]
    right = [_status(said) == row[4] for row, said in answered]
    reasons = [said.reason or "" for _, said in answered]
    judged = [row[5] for row, _ in answered]
    consistent = [
        ok and given in ("", wanted) for ok, given, wanted in zip(right, reasons, judged, strict=True)
    ]
    exact = [ok and given == wanted for ok, given, wanted in zip(right, reasons, judged, strict=True)]
    told = [given == wanted for given, wanted in zip(reasons, judged, strict=True) if wanted]
    places = [(said.place, row[6]) for row, said in answered]
    return ReadLines(
        lines=len(rows),
        coverage=len(answered) / len(rows),
        precision=_share(right),
        precision_with_reason=_share(consistent),
        with_reason=_share(exact),
        reason_recall=_share(told),
        place_precision=_share([given == wanted for given, wanted in places if given]),
        place_recall=_share([given == wanted for given, wanted in places if wanted]),
    )


def _speed() -> Figure:
    """Each sentence is read anew: nothing is remembered between them."""
    reader = WordsReader()
    sentences = [row[3] for row in _rows("unseen.tsv")]
    reader.read(sentences[0])  # reads the weights in
    begin = time.process_time()
    for _ in range(ROUNDS):
        for sentence in sentences:
            reader.read(sentence)
    took = time.process_time() - begin
    n = ROUNDS * len(sentences)
    return Figure(name="words_per_s", value=round(n / took), unit="sentences/s", n=n, seed=SEED)


def _rows(name: str) -> list[list[str]]:
    lines = (CORPUS / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")[1:]
    return [line.split("\t") for line in lines]


def _status(said: Said) -> str:
    return said.status.value if said.status else NOTE


def _share(those: list[bool]) -> float:
    return sum(those) / len(those) if those else 0.0
