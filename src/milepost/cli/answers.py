"""What most commands share: their common options, and answers as tables or as JSON."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milepost.settings import Settings

Config = Annotated[Path | None, Parameter(help="Settings file (default: milepost.toml, if it is there).")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="JSON for programs instead of a table.")]

PLAIN_WIDTH = 200
"""Columns of a table that goes into a file or a pipe, where there is no terminal to ask."""


def quietly(settings: Settings) -> Settings:
    """A command's answer is its output: only warnings are logged beside it."""
    return replace(settings, log_level="warning") if settings.log_level == "info" else settings


def say(line: str) -> None:
    """One line for the person, at once, terminal or not."""
    print(line, flush=True)


def say_json(value: Any) -> None:
    """One document, two spaces deep; instants are RFC 3339."""
    plain = msgspec.to_builtins(value, str_keys=True, builtin_types=())
    print(json.dumps(plain, indent=2, ensure_ascii=False, default=str), flush=True)


def console() -> Console:
    """Where tables go: as wide as the terminal, colored only there."""
    return Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)


def counted(number: int, noun: str) -> str:
    """`1 parcel`, `2,000 parcels`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def two_letters(_kind: Any, value: str) -> None:
    """For a country on the command line. Raises ValueError."""
    if value and not (len(value) == len("US") and value.isascii() and value.isalpha()):
        raise ValueError(f"{value!r} is no country's two letters; write US, DE, …")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table for people; what comes from outside is text, never markup."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold", header_style="dim")
    for row in rows:
        made.add_row(*(_cell(cell) for cell in row))
    return made


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return escape("".join(letter for letter in text if letter.isprintable()))
