"""The form of the further training sentences: the same as of known.tsv, one file a group of languages."""

from collections import Counter
from pathlib import Path

from milepost.model.statuses import REASONS, Status

FOLDER = Path(__file__).parent / "words"
COLUMNS = ["n", "source", "language", "text", "status", "reason", "place"]
LABELS = {status.value for status in Status} | {"note"}


def test_every_line_is_whole_and_labeled_with_our_words():
    wrong = []
    for path, lines in files().items():
        assert lines[0].split("\t") == COLUMNS, path
        for line in lines[1:]:
            values = line.split("\t")
            n, source, language, text, status, reason, place = (
                values if len(values) == len(COLUMNS) else [""] * 7
            )
            whole = n.isdigit() and source and language and text and values == [one.strip() for one in values]
            known = status in LABELS and (not reason or reason in REASONS) and place in text
            if not whole or not known:
                wrong.append((path, line))
    assert not wrong, wrong


def test_no_sentence_stands_twice():
    texts = Counter(
        line.split("\t")[3].casefold()
        for path, lines in {**files(), "known.tsv": read(FOLDER / "known.tsv")}.items()
        for line in lines[1:]
    )
    assert not [text for text, times in texts.items() if times > 1]


def files():
    """Lines of each file, by its name."""
    return {path.name: read(path) for path in sorted(FOLDER.glob("more_*.tsv"))}


def read(path):
    lines = path.read_bytes().decode("utf-8").split("\n")
    assert lines[-1] == "", f"{path.name}: the last line ends with a line feed"
    return lines[:-1]
