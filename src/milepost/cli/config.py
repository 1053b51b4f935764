"""`milepost config check` says whether everything is set as it should be."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from cyclopts import App

from milepost.cli.answers import AsJson, Config, console, say_json, table
from milepost.cli.exits import Exit
from milepost.cli.groups import PLAIN
from milepost.clock import clock_of
from milepost.live.opening import bus_of
from milepost.model.setting import SettingsError, nearest
from milepost.notify.catalog import channels
from milepost.ports.store import StoreError
from milepost.settings import ENVIRONMENT_PREFIX, NESTING, Settings, load
from milepost.sources.aggregator_catalog import aggregators
from milepost.sources.catalog import carriers, marketplaces

HIDDEN = "(set, hidden)"

app = App(name="config", default_parameter=PLAIN)


@app.command
def check(*, as_json: AsJson = False, config: Config = None) -> int:
    """Print every setting's value, secrets hidden; a setting that cannot be used is named with its fix."""
    settings = load(config)
    clock = clock_of(settings.clock)
    _check_senders(settings, carriers(settings, clock))
    marketplaces(settings, clock)
    aggregators(settings, clock)
    channels(settings)
    bus_of(settings)
    _check_store(settings)
    rows = list(values(settings))
    if as_json:
        say_json(dict(rows))
    else:
        console().print(table("Settings", ("setting", "value", "in the environment"), _with_names(rows)))
        print("All of it can be used. Whether it works: `milepost doctor`.")
    return Exit.DONE


def _check_store(settings: Settings) -> None:
    """Raises SettingsError for an address of no database we know; none is opened."""
    from milepost.store.opening import engine_of  # half of the house; --help needs none of it

    try:
        engine_of(settings.store.url)
    except StoreError as error:
        raise SettingsError(str(error)) from error


def _check_senders(settings: Settings, known: Iterable[str]) -> None:
    """Raises SettingsError when a file's sender is said to be a carrier that there is not."""
    for sender, carrier in settings.imports.senders.items():
        if carrier not in known:
            raise SettingsError(
                f"imports.senders.{sender}: there is no carrier {carrier!r}; {nearest(carrier, known)}"
            )


def values(settings: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting's dotted name and value; a secret that is set is not told."""
    for item in fields(settings):
        name, value = f"{where}{item.name}", getattr(settings, item.name)
        if is_dataclass(value):
            yield from values(value, f"{name}.")
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from (
                    values(inner, f"{name}.{key}.") if is_dataclass(inner) else [(f"{name}.{key}", inner)]
                )
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
