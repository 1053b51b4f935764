"""`milepost carrier identify`: whose number one is, or those of a file or a pipe, a line each."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, TextIO

import msgspec
from cyclopts import Parameter

from milepost.cli.answers import AsJson, Config, console, table, two_letters
from milepost.cli.exits import CommandError, Exit
from milepost.clock import clock_of
from milepost.identify.candidates import Identifier
from milepost.model.carriers import Identification
from milepost.settings import load
from milepost.show.api import views
from milepost.sources.catalog import carriers
from milepost.sources.posts import with_posts

LINE_LENGTH_MAX = 10_000
"""Characters of one line that are read; what comes behind is another line."""
PATIENCE_S = 2.0
"""A file that takes longer than this on a terminal shows how far it is, this often."""
PIPE = "-"


def identify(
    number: Annotated[
        str | None,
        Parameter(
            help="A tracking number, or a text with one in it. Without it, each line of a pipe is one."
        ),
    ] = None,
    /,
    *,
    file: Annotated[Path | None, Parameter(help="A file with one on each line; `-` is the pipe.")] = None,
    name: Annotated[str, Parameter(help="What the marketplace calls the carrier.")] = "",
    country: Annotated[
        str, Parameter(help="Where the parcel goes, two letters.", validator=two_letters)
    ] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Say whose number this is: a ranked list with reasons, and an answer only when it is sure.

    Of a file or a pipe, one line for each line. With --json each is one object:
    input, number, valid_format, answer (a carrier's key or null), candidates with carrier, p and reasons.
    """
    if number is not None and file is not None:
        raise CommandError("A number and --file: give one of them.")
    if file is not None and str(file) != PIPE and not file.exists():
        raise CommandError(f"there is no {file}")
    settings, country = load(config), country.upper()
    cards = {key: one.card for key, one in carriers(settings, clock_of(settings.clock)).items()}
    identifier = Identifier(with_posts(cards))
    if number is not None:
        return _say_one(identifier(number, name, country), as_json=as_json)
    with ExitStack() as opened:
        for line in _reporting(_lines(_source(file, opened)), _size(file)):
            found = identifier(line, name, country)
            print(_as_line(found) if as_json else _for_a_person(found))
    return Exit.DONE


def _source(file: Path | None, opened: ExitStack) -> TextIO:
    if file is not None and str(file) != PIPE:
        return opened.enter_context(file.open(encoding="utf-8", errors="replace"))
    if sys.stdin.isatty():
        raise CommandError("No number: write one behind the command, name a --file, or pipe lines into it.")
    return sys.stdin


def _size(file: Path | None) -> int:
    return file.stat().st_size if file is not None and file.is_file() else 0


def _lines(source: TextIO) -> Iterator[str]:
    while line := source.readline(LINE_LENGTH_MAX):
        yield line.rstrip("\r\n")


def _reporting(lines: Iterable[str], size: int) -> Iterator[str]:
    """The same lines; what takes long tells a waiting person how far it is, beside the answers."""
    shown_at, done, read = time.monotonic(), 0, 0
    for line in lines:
        yield line
        done, read = done + 1, read + len(line.encode()) + 1
        if sys.stderr.isatty() and time.monotonic() - shown_at > PATIENCE_S:
            shown_at = time.monotonic()
            share = f", {min(1.0, read / size):.0%}" if size else ""
            print(f"{done:,} lines{share}", file=sys.stderr, flush=True)


def _say_one(found: Identification, *, as_json: bool) -> int:
    if as_json:
        print(_as_line(found))
    else:
        _say_to_a_person(found)
    if not found.number:
        return Exit.NO
    if not found.valid_format:
        return Exit.WRONG
    return Exit.DONE if found.answer else Exit.NO


def _say_to_a_person(found: Identification) -> None:
    if not found.number:
        print("There is no tracking number in it.")
    ranked = [
        (one.carrier, one.name, f"{one.probability:.1%}", "; ".join(one.reasons)) for one in found.candidates
    ]
    if ranked:
        console().print(table(found.number, ("carrier", "name", "how likely", "because"), ranked))
    print(f"Answer: {found.answer or 'not sure enough to say'}")
    if found.number and not found.valid_format:
        print("A check digit is wrong: see the reasons.")


def _as_line(found: Identification) -> str:
    return json.dumps(msgspec.to_builtins(views.identification(found)), ensure_ascii=False)


def _for_a_person(found: Identification) -> str:
    first = found.candidates[0] if found.candidates else None
    looks = f"perhaps {first.carrier} ({first.probability:.0%})" if first else "no carrier we know"
    wrong = "" if found.valid_format or not found.number else ", check digit wrong"
    return f"{found.number or 'no number'}\t{found.answer or looks}{wrong}"
