"""What people read of our data, on the glossary's pages and where to reach a carrier, names none of our files."""

import csv
import re
import tomllib
from collections.abc import Iterator

from tests.tidy.tree import files, name, told

SOURCES = "src/milepost/sources"
INTERNAL = re.compile(r"\w\.(?:md|csv|toml|py)\b|\bsection \d|\b[A-Za-z]+_\w+|\bsandbox\b", re.IGNORECASE)
"""A file of ours, a section of one, a word with a line in it."""


def shown() -> Iterator[tuple[str, str]]:
    """(where it stands, what people read)."""
    for path in files(".csv", below=SOURCES):
        if path.name == "codes.csv":
            with path.open(newline="", encoding="utf-8") as table:
                for number, row in enumerate(csv.DictReader(table), 2):
                    yield f"{name(path)}:{number}", row["note"] or ""
    for path in files(".toml", below=SOURCES):
        if path.name == "carrier.toml":
            card = tomllib.loads(path.read_text(encoding="utf-8"))
            for rule in card.get("policies", ()):
                yield f"{name(path)}, policies", f"{rule['text']} {rule.get('applies_to', '')}"
            for way in card.get("contacts", ()):
                yield f"{name(path)}, contacts", way.get("hours", "")
            for family in card.get("families", {}).values():
                yield f"{name(path)}, families", family
    for path in files(".toml", below="src/milepost/show/words"):
        yield from ((name(path), text) for text in _texts(tomllib.loads(path.read_text(encoding="utf-8"))))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield re.sub(r"\{\w+\}", "", value)


def test_no_page_names_a_file_or_a_word_of_ours():
    found = list(shown())
    wrong = [
        f"{where}: say it in words, not {said[0]!r}: {text[:80]}"
        for where, text in found
        for said in [INTERNAL.search(text)]
        if said
    ]
    assert len(found) > 2000
    assert not wrong, told(wrong)
    assert INTERNAL.search("carriers.md section 6")
