"""`milepost backup`: everything kept, in one file, while Milepost goes on working."""

import asyncio
import contextlib
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from milepost.cli.answers import AsJson, Config, say_json
from milepost.cli.exits import Exit
from milepost.cli.groups import PLAIN
from milepost.clock import clock_of
from milepost.desk.backups import file_for, one_at_a_time, remove_oldest
from milepost.settings import load
from milepost.store.backup.taking import Backup, look_over, take

QUIET_S = 2.0
"""What takes longer says how far it is, this often."""

app = App(name="backup", default_parameter=PLAIN)


@app.default
def backup(
    *,
    to: Annotated[
        Path | None, Parameter(help="The new file, or a folder for it (default: backup.folder).")
    ] = None,
    with_key: Annotated[
        bool,
        Parameter(negative="", help="Put the sealing key in too. Whoever has the file can read all then."),
    ] = False,
    keep: Annotated[
        int | None,
        Parameter(
            help="Then remove all but so many of the folder's files that were named after their instant.",
            validator=Number(gte=1),
        ),
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Copy everything kept into one file, all from one instant; Milepost may run meanwhile.

    The key file is not in it unless you say --with-key: keep a copy of it apart. Without that key, names,
    addresses, tokens and what sources said can be read from a backup by nobody.
    """
    settings = load(config)
    clock = clock_of(settings.clock)
    path = file_for(to or Path(settings.backup.folder), clock.now())
    with one_at_a_time(path.parent) if keep else contextlib.nullcontext():
        taking = take(
            settings.store.url,
            Path(settings.store.key_file),
            path,
            clock,
            with_key=with_key,
            told=Telling(),
        )
        taken = asyncio.run(taking)
        if keep:
            remove_oldest(path.parent, keep)
    show(taken, "Backed up to", as_json=as_json)
    return Exit.DONE


@app.command
def verify(path: Annotated[Path, Parameter(help="A backup.")], /, *, as_json: AsJson = False) -> int:
    """Read a backup to its end and check every sum; exit 3 says that it is no good."""
    show(asyncio.run(look_over(path, Telling())), "Whole:", as_json=as_json)
    return Exit.DONE


def show(backup: Backup, said: str, *, as_json: bool) -> None:
    """What a backup holds."""
    if as_json:
        say_json({**asdict(backup), "path": str(backup.path)})
        return
    rows = sum(backup.rows.values())
    key = (
        "with the sealing key"
        if backup.has_key
        else f"sealed with the key {backup.key_check[:12]}…, not in it"
    )
    print(f"{said} {backup.path}: {backup.file_bytes / 1e6:,.1f} MB, {rows:,} rows")
    print(f"taken at {backup.taken_at:%Y-%m-%d %H:%M:%S} UTC from {backup.engine}, {key}.")


class Telling:
    """Says on standard error how far it is, once it has taken a while."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def __call__(self, table: str, rows: int) -> None:
        if time.monotonic() - self._said_at >= QUIET_S:
            self._said_at = time.monotonic()
            sys.stderr.write(f"{rows:,} rows; now {table}\n")
