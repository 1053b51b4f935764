"""The documents: links lead somewhere, decisions are whole, the glossary knows every word the code says."""

import re
from pathlib import Path

import pytest

from milepost.model.instants import OffsetSource
from milepost.model.statuses import REASONS, Evidence, Responsible, Status
from tests.tidy.tree import ROOT, files, name, told

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
PARTS_OF_A_DECISION = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
DECISIONS = [path for path in files(".md", below="docs/decisions") if path.name[:4].isdigit()]
DECISIONS_MIN = 10


@pytest.mark.parametrize("path", files(".md"), ids=name)
def test_every_link_leads_somewhere(path):
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    wrong = [
        f"{name(path)} links to {target}, which is not there"
        for target in LINK.findall(text)
        if not re.match(r"[a-z]+:", target) and not leads_somewhere(path, target)
    ]
    assert not wrong, told(wrong)


def test_there_are_the_first_ten_decisions():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers[:DECISIONS_MIN] == list(range(1, DECISIONS_MIN + 1))
    assert len(numbers) == len(set(numbers)), "two decisions share a number"


@pytest.mark.parametrize("path", DECISIONS, ids=name)
def test_a_decision_is_whole(path):
    text = path.read_text(encoding="utf-8")
    missing = [part for part in PARTS_OF_A_DECISION if not re.search(rf"^## {part}$", text, re.MULTILINE)]
    assert not missing, f"{name(path)} lacks the part {missing}"
    assert re.search(r"^> \S", text, re.MULTILINE), f"{name(path)}: quote the decision in one line: > …"


@pytest.mark.parametrize("path", DECISIONS, ids=name)
def test_what_enforces_a_decision_exists(path):
    enforced = path.read_text(encoding="utf-8").partition("## Enforced by")[2]
    named = [target for target in re.findall(r"`([\w./-]+)`", enforced) if "/" in target]
    assert named, f"{name(path)}: name the test or check that enforces it, as `tests/…`"
    gone = [target for target in named if not (ROOT / target).exists()]
    assert not gone, f"{name(path)} says it is enforced by {gone}, which is not there"


@pytest.mark.parametrize("word", [*Status, *REASONS, *OffsetSource, *Evidence, *Responsible])
def test_the_glossary_has_every_word_the_code_says(word):
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    assert f"`{word}`" in glossary, f"docs/glossary.md does not explain `{word}`"


def test_every_carrier_and_marketplace_has_a_readme():
    wrong = [
        f"{name(card.parent)} has no README.md: how to get access, quirks, known limits"
        for card in files(".toml", below="src/milepost/sources")
        if not (card.parent / "README.md").exists()
    ]
    assert not wrong, told(wrong)


def leads_somewhere(path: Path, target: str) -> bool:
    file, _, heading = target.partition("#")
    found = (path.parent / file).resolve() if file else path
    if not found.exists():
        return False
    return not heading or found.suffix != ".md" or heading in headings(found)


def headings(path: Path) -> set[str]:
    """The anchors a Markdown file offers, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
