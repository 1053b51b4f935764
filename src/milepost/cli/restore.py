"""`milepost restore`: put a backup back, and decide about what may have been sent since."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from milepost.cli.answers import Config, counted
from milepost.cli.backup import Telling, show
from milepost.cli.exits import Exit
from milepost.cli.groups import PLAIN
from milepost.cli.queue import wished
from milepost.clock import clock_of
from milepost.desk import restores
from milepost.desk.restores import hold_what_tells
from milepost.model.actions import WorkWish
from milepost.settings import load
from milepost.store.backup.restoring import restore as put_back

app = App(name="restore", default_parameter=PLAIN)


@app.default
def restore(
    path: Annotated[Path, Parameter(help="A backup.")],
    /,
    *,
    replace: Annotated[
        bool, Parameter(negative="", help="Even over a database that is not empty; it is kept aside.")
    ] = False,
    config: Config = None,
) -> int:
    """Make the database what a backup holds: all of it or nothing.

    Stop Milepost first. Nothing is sent by itself that may have been sent after the backup was taken: it is
    held, and you release or drop it. A backup of SQLite can be restored to PostgreSQL and the other way.
    """
    settings = load(config)
    clock = clock_of(settings.clock)
    restored = asyncio.run(
        put_back(
            path,
            settings.store.url,
            Path(settings.store.key_file),
            clock,
            partial(hold_what_tells, clock=clock),
            replace=replace,
            told=Telling(),
        )
    )
    show(restored.backup, "Restored", as_json=False)
    if restored.aside:
        print(f"What was there before is kept as {restored.aside}.")
    if restored.key_written:
        print(f"Its key is written to {settings.store.key_file}.")
    print(
        "Nothing that may have been sent already is sent by itself: see `milepost queue list --state held`,"
    )
    print("then `milepost restore release` sends it, `milepost restore drop` never does.")
    return Exit.DONE


@app.command
def release(*, config: Config = None) -> int:
    """Send everything that the restore holds back; or choose with `milepost queue release`."""
    print(f"Due now: {counted(wished(WorkWish(verb=restores.RELEASE), config).changed, 'action')}.")
    return Exit.DONE


@app.command
def drop(*, config: Config = None) -> int:
    """Never send what the restore holds back; or choose with `milepost queue drop`."""
    print(f"Dropped: {counted(wished(WorkWish(verb=restores.DROP), config).changed, 'action')}.")
    return Exit.DONE
