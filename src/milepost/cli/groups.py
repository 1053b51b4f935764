"""What `--help` shows: the headings over the commands, and of defaults only those that say something."""

from typing import Any

from cyclopts import Group, Parameter

START = Group("Try it, run it", sort_key=1)
ASK = Group("Ask it", sort_key=2)
SET_UP = Group("Set it up", sort_key=3)
KEEP = Group("Keep it safe", sort_key=4)
OPTIONS = Group("Options", sort_key=5)


def default_shown(value: Any) -> str | None:
    """Nothing of a default that says nothing: an empty text, no, none."""
    return None if value in ("", False, None) else str(value)


PLAIN = Parameter(show_default=default_shown)
"""For each App: its own commands take it over, those of an App below it do not."""
