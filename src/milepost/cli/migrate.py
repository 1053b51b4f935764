"""`milepost migrate` moves a database from one version of its tables to another, and back."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from milepost.cli.answers import AsJson, Config, say_json
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.settings import load
from milepost.store.history import REVISIONS, SCHEMA_VERSION
from milepost.store.migrator import Migrator, Place
from milepost.store.opening import open_migrator

To = Annotated[int | None, Parameter(help="The version to go to.")]
Sql = Annotated[bool, Parameter(name="--sql", negative="", help="Print what would be said; change nothing.")]

app = App(name="migrate", default_parameter=PLAIN)


@app.command
def status(*, as_json: AsJson = False, config: Config = None) -> int:
    """Say which version the database has and which this program was made for; exit code 1 if they differ."""
    place, serves = asyncio.run(_status(config))
    if as_json:
        say_json({"version": place.version, "step": place.step, "serves": serves, "program": SCHEMA_VERSION})
    else:
        half = f", {place.step} steps on the way to {place.version + 1}" if place.step else ""
        print(f"The database has version {place.version}{half}; this program was made for {SCHEMA_VERSION}.")
        for revision in REVISIONS[place.version - 1 :]:
            print(f"  {revision.version}  {revision.about}")
        _say_who_stops(place, SCHEMA_VERSION)
    return Exit.DONE if place == Place(SCHEMA_VERSION) else Exit.NO


@app.command
def up(*, to: To = None, sql: Sql = False, config: Config = None) -> None:
    """Go on to the newest version, or to `--to`, while programs go on writing."""
    asyncio.run(_move(config, SCHEMA_VERSION if to is None else to, up=True, sql=sql))


@app.command
def down(*, to: To = None, sql: Sql = False, config: Config = None) -> None:
    """Go back to the version before, or to `--to`; then start the older program."""
    asyncio.run(_move(config, to, up=False, sql=sql))


async def _status(config: Path | None) -> tuple[Place, int]:
    async with _opened(config) as migrator:
        place = await migrator.where()
        return place, migrator.serves(place)


async def _move(config: Path | None, to: int | None, *, up: bool, sql: bool) -> None:
    async with _opened(config) as migrator:
        place = await migrator.where()
        goal = _goal(place, to, up=up)
        if sql:
            for said in migrator.sql(place, goal):
                print(f"{said};\n")
            return
        if place == Place(goal):
            print(f"The database has version {place.version}; there is nothing to do.")
            return
        _say_who_stops(place, goal)
        after = await (migrator.up(goal) if up else migrator.down(goal))
        print(f"The database has version {after.version} now; it had {place.version}.")


def _goal(place: Place, to: int | None, *, up: bool) -> int:
    """Raises CommandError for a version that is not on this way."""
    goal = max(1, place.version - (place.step == 0)) if to is None else to
    if not 1 <= goal <= SCHEMA_VERSION:
        raise CommandError(f"--to {goal}: this program knows the versions 1 to {SCHEMA_VERSION}")
    if Place(goal) < place if up else Place(goal) > place:
        raise CommandError(
            f"the database has version {place.version}: name one {'above' if up else 'below'} it"
        )
    return goal


def _say_who_stops(place: Place, goal: int) -> None:
    """Most versions only add, and the programs before them go on; one that takes away does not let them."""
    serves = max((one.serves for one in REVISIONS if place.version < one.version <= goal), default=1)
    if serves > place.version:
        print(
            f"Programs made for version {place.version} cannot work with version {serves}: "
            "stop them all before, start the new ones after (docs/run/upgrade.md).",
            file=sys.stderr,
        )


@asynccontextmanager
async def _opened(config: Path | None) -> AsyncIterator[Migrator]:
    settings = load(config).store
    async with open_migrator(settings.url, settings.key_file) as migrator:
        yield migrator
