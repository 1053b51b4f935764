"""The table of docs/reference/sandbox-servers.md: what each platform says about each situation.

Print it with `python -m milepost_sandbox.servers.table`; a test compares it with the page.
"""

from __future__ import annotations

import sys
from typing import Any

from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.servers.telling import Meaning
from milepost_sandbox.world.words import SITUATIONS


def rows_table() -> str:
    """The table in Markdown; a dash where the platform says nothing."""
    head = ["situation", *(f"`{platform.source}`" for platform in PLATFORMS)]
    lines = [_line(head), _line(["---"] * len(head))]
    for situation in SITUATIONS:
        cells = [_cell(platform.ROWS.get(situation)) for platform in PLATFORMS]
        lines.append(_line([f"`{situation}`", *cells]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(row: Any) -> str:
    if row is None:
        return "–"
    return f"`{_code(row)}` {_meant(row.meaning)}"


def _code(row: Any) -> str:
    """The code as Milepost's events have it."""
    if hasattr(row, "exception"):
        return f"{row.event}/{row.exception}" if row.exception else str(row.event)
    if hasattr(row, "type"):
        return f"{row.type}/{row.code}/{row.status_code}"
    if hasattr(row, "status_code"):
        return f"{row.status_code}/{row.code}" if row.code else str(row.status_code)
    return str(row.code)


def _meant(meaning: Meaning) -> str:
    if meaning.status is None:
        return "(a note)"
    return f"{meaning.status}, {meaning.reason}" if meaning.reason else meaning.status


if __name__ == "__main__":
    sys.stdout.write(rows_table() + "\n")
