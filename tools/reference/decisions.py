"""The list of decisions, each with the one line that people quote."""

import re
from pathlib import Path

DECISIONS = Path(__file__).resolve().parents[2] / "docs" / "decisions"


def pages() -> dict[str, str]:
    rows = [row(path) for path in sorted(DECISIONS.glob("[0-9][0-9][0-9][0-9]-*.md"))]
    text = (
        "# Decisions\n\n"
        "One page each: context, the decision in one line, consequences, alternatives, what enforces it.\n"
        "To make one, copy the newest page, take the next number, and run `make docs`.\n\n"
        "| | Decision | In one line |\n|---|---|---|\n" + "\n".join(rows)
    )
    return {"docs/decisions/README.md": text}


def row(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    title = re.search(r"^# (?:\d+\. )?(.+)$", text, re.MULTILINE)
    line = re.search(r"^> (.+(?:\n> .+)*)$", text, re.MULTILINE)
    if title is None or line is None:
        message = f"{path}: a decision has a title (# …) and one line to quote (> …)"
        raise ValueError(message)
    quoted = line[1].replace("\n> ", " ")
    return f"| {path.name[:4]} | [{title[1]}]({path.name}) | {quoted} |"
