"""`milepost config check` and `doctor` say whether everything is set as it should be, and works."""

import asyncio
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from cyclopts import App

from milepost.cli.checkup import Finding, Verdict, examine
from milepost.cli.exits import Exit
from milepost.cli.groups import SET_UP
from milepost.cli.opening import AsJson, Config, console, say_json, table
from milepost.clock import clock_of
from milepost.live.opening import bus_of
from milepost.settings import ENVIRONMENT_PREFIX, NESTING, Settings, load
from milepost.sources.catalog import carriers, marketplaces

HIDDEN = "(set, hidden)"

config_app = App(name="config", group=SET_UP, help="Look at the settings.")


@config_app.command
def check(*, as_json: AsJson = False, config: Config = None) -> int:
    """Print every setting's value, secrets hidden; a setting that cannot be used is named with its fix."""
    settings = load(config)
    clock = clock_of(settings.clock)
    carriers(settings, clock)
    marketplaces(settings, clock)
    bus_of(settings)
    rows = list(values(settings))
    if as_json:
        say_json(dict(rows))
    else:
        console().print(table("Settings", ("setting", "value", "in the environment"), _with_names(rows)))
        print("All of it can be used. Whether it works: `milepost doctor`.")
    return Exit.DONE


def values(settings: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting's dotted name and value; a secret that is set is not told."""
    for item in fields(settings):
        name, value = f"{where}{item.name}", getattr(settings, item.name)
        if is_dataclass(value):
            yield from values(value, f"{name}.")
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from values(inner, f"{name}.{key}.")
        elif isinstance(value, list) and value and is_dataclass(value[0]):
            for number, inner in enumerate(value):
                yield from values(inner, f"{name}.{number}.")
        else:
            yield name, _shown(value, secret=bool(item.metadata.get("secret")))


def _shown(value: Any, *, secret: bool) -> Any:
    """The database's address is a secret only when it has a password in it."""
    if not secret or not value or str(value).startswith("sqlite:"):
        return value
    return HIDDEN


def _with_names(rows: list[tuple[str, Any]]) -> Iterator[tuple[str, Any, str]]:
    for name, value in rows:
        yield name, value, ENVIRONMENT_PREFIX + name.upper().replace(".", NESTING)


def doctor(*, as_json: AsJson = False, config: Config = None) -> int:
    """Look at everything: database, keys, places, carriers, mail, clock, disk, browser files.

    Each line says ok, warn or bad, and what to do about it.
    """
    findings = asyncio.run(_examine(config))
    if as_json:
        say_json(
            [
                {"what": one.what, "verdict": one.verdict.value, "told": one.told, "fix": one.fix}
                for one in findings
            ]
        )
    else:
        _show(findings)
    return Exit.NO if any(one.verdict is Verdict.BAD for one in findings) else Exit.DONE


async def _examine(config: Path | None) -> list[Finding]:
    settings: Settings = load(config)
    return await examine(settings)


def _show(findings: list[Finding]) -> None:
    out = console()
    colors = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.BAD: "red"}
    for one in findings:
        out.print(f"[{colors[one.verdict]}]{one.verdict.value:5}[/]", end="")
        out.print(f"{one.what:18} {one.told}", markup=False, highlight=False, soft_wrap=True)
        if one.fix:
            out.print(f"{'':24}{one.fix}", markup=False, highlight=False, style="dim", soft_wrap=True)
