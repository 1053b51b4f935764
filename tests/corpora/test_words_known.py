"""The form of the training sentences: columns, labels, places, no sentence twice, and as many as the README says."""

import re
from collections import Counter
from pathlib import Path

from milepost.model.statuses import REASONS, Status

FOLDER = Path(__file__).parent / "words"
COLUMNS = ["n", "source", "language", "text", "status", "reason", "place"]
LABELS = {status.value for status in Status} | {"note"}
LANGUAGES = ["en", "zh-Hans", "zh-Hant", "es", "pt", "fr", "de", "it", "id", "ms", "th", "vi", "ja", "ko"]
LINES_MIN = 2400
COUNTED = re.compile(r"^\| `([\w.-]+)` \| (\d+) \|$", re.MULTILINE)


def test_every_line_has_every_column_and_nothing_to_trim():
    lines = (FOLDER / "known.tsv").read_bytes().decode("utf-8").split("\n")
    assert lines[0].split("\t") == COLUMNS
    assert lines[-1] == "", "the last line ends with a line feed"
    wrong = [line for line in lines[1:-1] if line.count("\t") != len(COLUMNS) - 1 or "\r" in line]
    wrong += [row["text"] for row in rows() if any(value != value.strip() for value in row.values())]
    assert not wrong, wrong


def test_every_label_is_one_of_ours():
    wrong = [
        row
        for row in rows()
        if row["status"] not in LABELS or (row["reason"] and row["reason"] not in REASONS) or not row["text"]
    ]
    assert not wrong, wrong


def test_a_place_is_a_piece_of_its_sentence():
    wrong = [row for row in rows() if row["place"] not in row["text"]]
    assert not wrong, wrong


def test_no_sentence_stands_twice():
    twice = [text for text, times in Counter(row["text"].casefold() for row in rows()).items() if times > 1]
    assert not twice, twice


def test_lines_are_sorted_by_source_and_numbered_within_it():
    keys = [(row["source"], int(row["n"])) for row in rows()]
    assert keys == sorted(set(keys))


def test_every_language_knows_every_reason_and_every_status():
    found = {(row["language"][:2], row[column]) for row in rows() for column in ("status", "reason")}
    wanted = {(language[:2], label) for language in LANGUAGES for label in {*REASONS, *LABELS}}
    assert not wanted - found, sorted(wanted - found)


def test_there_are_as_many_as_the_readme_says():
    found = rows()
    readme = (FOLDER / "README.md").read_text(encoding="utf-8").partition("## known.tsv")[2]
    told = COUNTED.findall(readme.partition("\n## ")[0])
    counts = Counter(value for row in found for value in (row["source"], row["language"], row["status"]))
    assert len(found) >= LINES_MIN
    assert told, "the README tells no counts"
    assert not [(key, number) for key, number in told if counts[key] < int(number)]


def rows() -> list[dict[str, str]]:
    """The lines of known.tsv, by column."""
    lines = (FOLDER / "known.tsv").read_bytes().decode("utf-8").split("\n")[1:-1]
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]
