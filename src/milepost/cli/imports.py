"""`milepost import`: a file of orders or of tracking events, looked at first and then taken in."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from milepost.cli.answers import AsJson, Config, console, counted, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.opening import opened
from milepost.desk.imports import BODY_BYTES_MAX, SOURCE, Imported, import_file, preview
from milepost.model.imports import Fate, Preview, Stated
from milepost.ports.store import Transaction

SHOWN_MAX = 30
"""Rows shown on a terminal; --json lists all of them."""

SAID_EVERY_S = 2.0

WORDS = {
    Fate.NEW: "new",
    Fate.CHANGED: "changes an order we know",
    Fate.KNOWN: "already known",
    Fate.EARLY: "kept until an order names its number",
    Fate.REFUSED: "refused",
}


def import_(
    file: Annotated[Path, Parameter(help="What to read; its kind is found by itself.")],
    /,
    *,
    yes: Annotated[
        bool, Parameter(negative="", help="Take it in; left out: only say what would happen.")
    ] = False,
    zone: Annotated[
        str, Parameter(help="Time zone of times without an offset, as an IANA name (Europe/Berlin).")
    ] = "",
    dates: Annotated[
        Literal["ymd", "dmy", "mdy"] | None, Parameter(help="How 03/04/2026 is meant: dmy or mdy.")
    ] = None,
    encoding: Annotated[
        str, Parameter(help="Encoding of a CSV that is not UTF-8, e.g. cp1252 or shift_jis.")
    ] = "",
    column: Annotated[
        list[str] | None,
        Parameter(negative="", help="A column under another name, as ours=theirs; give it several times."),
    ] = None,
    carrier: Annotated[str, Parameter(help="Whose file it is: the carrier's key.")] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    stated = Stated(
        zone=zone, dates=dates or "", encoding=encoding, carrier=carrier, columns=_columns(column or [])
    )
    if not file.exists():
        raise CommandError(f"there is no {file}")
    with file.open("rb") as opened_file:
        body = opened_file.read(BODY_BYTES_MAX + 1)
    return asyncio.run(_import(config, file, body, stated, yes=yes, as_json=as_json))


def _columns(said: list[str]) -> tuple[tuple[str, str], ...]:
    """Raises CommandError."""
    pairs = [one.partition("=") for one in said]
    if wrong := [ours for ours, equals, theirs in pairs if not (equals and theirs)]:
        raise CommandError(
            f"--column {wrong[0]}: write it as ours=theirs, e.g. tracking_number=Sendungsnummer"
        )
    return tuple((ours.strip(), theirs) for ours, _, theirs in pairs)


async def _import(
    config: Path | None, file: Path, body: bytes, stated: Stated, *, yes: bool, as_json: bool
) -> int:
    async with opened(config) as app:
        if yes:
            imported = await import_file(app, body, stated, going=_Spoken(file))
            seen = imported.preview
            told = _told(imported)
        else:
            seen = await preview(app, body, stated)
            told = "Nothing was changed. Say it again with --yes to take it in."
    if as_json:
        say_json(_json(seen, changed=yes))
    else:
        _show(seen, file, told, yes=yes)
    return Exit.NO if seen.refused else Exit.DONE


class _Spoken:
    """Says on the error output how far a long file is, every two seconds."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._said_at = time.monotonic()

    async def __call__(self, _tx: Transaction, /, *, done: int, total: int) -> None:
        if time.monotonic() - self._said_at >= SAID_EVERY_S and done < total:
            self._said_at = time.monotonic()
            sys.stderr.write(f"{self._file}: {done:,} of {total:,} rows are in\n")


def _told(imported: Imported) -> str:
    if imported.preview.source == SOURCE:
        what = f"{counted(len(imported.orders), 'order')} with {counted(imported.parcels, 'parcel')} went in."
        old = any(row.fate is Fate.KNOWN for row in imported.preview.rows)
        new = any(row.fate not in (Fate.KNOWN, Fate.REFUSED) for row in imported.preview.rows)
        return f"{what} Nothing of it was new." if old and not new else what
    known = imported.preview.count(Fate.KNOWN)
    return f"{counted(imported.events, 'event')} went in, {known:,} of them known already."


def _json(seen: Preview, *, changed: bool) -> dict[str, Any]:
    return {
        "kind": seen.source,
        "changed": changed,
        "counts": {fate.value: seen.count(fate) for fate in Fate},
        "columns": [{"theirs": theirs, "ours": ours or None} for theirs, ours in seen.layout.columns],
        "remarks": seen.layout.remarks,
        "rows": [row._asdict() for row in seen.rows],
    }


def _show(seen: Preview, file: Path, told: str, *, yes: bool) -> None:
    for row in seen.refused:
        sys.stderr.write(f"{file}: {row.where}, {row.says}\n")
    if not yes:
        out = console()
        out.print(f"{file}: read as “{seen.name}”.", markup=False, highlight=False, style="bold")
        if seen.layout.columns:
            out.print(table("Columns", ("in the file", "read as"), _columns_shown(seen)))
        for remark in seen.layout.remarks:
            out.print(remark, markup=False, highlight=False)
        good = [row for row in seen.rows if row.fate is not Fate.REFUSED]
        shown = [(row.where, WORDS[row.fate], row.about, row.says) for row in good[:SHOWN_MAX]]
        if shown:
            out.print(table("What would happen", ("where", "it is", "about", ""), shown))
        if len(good) > SHOWN_MAX:
            out.print(f"… and {len(good) - SHOWN_MAX:,} more; --json lists all of them.", highlight=False)
        counts = [f"{seen.count(fate):,} {words}" for fate, words in WORDS.items() if seen.count(fate)]
        out.print("; ".join(counts) or "There is nothing in it.", highlight=False)
    print(told)


def _columns_shown(seen: Preview) -> list[tuple[str, str]]:
    return [(theirs, ours or "left out") for theirs, ours in seen.layout.columns]
