"""The training sentences, and a fingerprint of what the weights are made from; needs no numeric library."""

import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "corpora" / "words"
ROOM = ROOT / "src" / "milepost" / "words"
SAMPLE_EVERY = 100

sys.path.insert(0, str(ROOT / "src"))

from milepost.words.concepts import lexicon  # noqa: E402  the tool runs without Milepost installed
from milepost.words.features import every_feature, of_concepts, of_spelling  # noqa: E402
from milepost.words.spelling import spell  # noqa: E402


class Sentence(NamedTuple):
    """A line of the corpus."""

    file: str
    source: str
    language: str
    text: str
    status: str
    reason: str
    place: str


def sentences() -> list[Sentence]:
    """Everything to learn from, never the unseen part."""
    lines = [
        (path.name, line)
        for path in training_files()
        for line in path.read_text(encoding="utf-8").split("\n")[1:-1]
    ]
    return [Sentence(name, *line.split("\t")[1:]) for name, line in lines]


def training_files() -> list[Path]:
    """known.tsv and its supplements."""
    return [CORPUS / "known.tsv", *sorted(CORPUS.glob("more_*.tsv"))]


def fingerprint() -> str:
    """Of everything that the weights are made from, and of how it is taken apart."""
    digest = hashlib.sha256()
    for path in [*training_files(), *sorted(ROOM.glob("*.txt"))]:
        digest.update(path.read_bytes())
    for sentence in sentences()[::SAMPLE_EVERY]:
        spelling = spell(sentence.text)
        for features in (every_feature(of_spelling(spelling)), of_concepts(lexicon().find(spelling))):
            digest.update("\n".join(sorted(features)).encode())
    return digest.hexdigest()
