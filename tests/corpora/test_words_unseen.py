"""The unseen half of the words corpus is well-formed and as large as its README says."""

from collections import Counter
from pathlib import Path

from milepost.model.statuses import REASONS, Status

WORDS = Path(__file__).parent / "words"
COLUMNS = ["n", "source", "language", "text", "status", "reason", "place"]
SOURCES = {
    "4px",
    "amazon_shipping",
    "canada_post",
    "correios",
    "correos",
    "deutsche_post",
    "gofo",
    "japan_post",
    "jnt",
    "korea_post",
    "la_poste",
    "ontrac",
    "pos_malaysia",
    "poste_italiane",
    "royal_mail",
    "speedx",
    "thailand_post",
    "tiktok_shop",
    "viettel_post",
    "yunexpress",
}
LABELS = {status.value for status in Status} | {"note"}


def rows() -> list[dict[str, str]]:
    head, *lines = (WORDS / "unseen.tsv").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert head.split("\t") == COLUMNS
    cells = [line.split("\t") for line in lines]
    assert all(len(row) == len(COLUMNS) for row in cells)
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


def test_every_line_says_what_it_may():
    wrong = [
        row
        for row in rows()
        if row["source"] not in SOURCES
        or row["status"] not in LABELS
        or row["reason"] not in {"", *REASONS}
        or row["place"] not in row["text"]
        or row["text"] != row["text"].strip()
        or not row["text"]
    ]
    assert not wrong


def test_lines_are_sorted_and_no_sentence_stands_twice():
    keys = [(row["source"], int(row["n"])) for row in rows()]
    assert keys == sorted(set(keys))
    texts = Counter(row["text"].casefold() for row in rows())
    assert [text for text, times in texts.items() if times > 1] == []


def test_every_label_and_language_is_there_as_the_readme_says():
    readme = (WORDS / "README.md").read_text(encoding="utf-8")
    said = readme.partition("<!-- unseen -->")[2].partition("<!-- /unseen -->")[0]
    counts = Counter(row[column] for row in rows() for column in ("source", "language", "status", "reason"))
    told = [line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("| `")]
    del counts[""]
    assert {label.strip("`"): int(number) for label, number in told} == counts
    assert LABELS | set(REASONS) <= set(counts)
