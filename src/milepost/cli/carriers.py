"""`milepost carrier`: which carriers there are, how far each has come, and whose number this is."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from milepost.cli.answers import AsJson, Config, console, say_json, table
from milepost.cli.exits import Exit
from milepost.clock import clock_of
from milepost.identify.candidates import identify as identify_number
from milepost.settings import load
from milepost.sources.catalog import FolderCarrier, carriers

app = App(name="carrier")


@app.command(name="list")
def list_carriers(*, as_json: AsJson = False, config: Config = None) -> int:
    """List the carriers: whether we have keys, how often we may ask, and how far each folder has climbed.

    Levels are earned, not claimed: reads, polite, complete, exemplary (docs/add/carrier.md).
    """
    found = [_carrier(one) for one in _catalog(config).values()]
    if as_json:
        say_json(found)
    else:
        rows = [
            (
                one["key"],
                one["name"],
                "yes" if one["has_keys"] else "no keys",
                one["level"],
                f"{one['checklist_done']} of {one['checklist']}",
                f"{one['per_minute']} a minute" + (f", {one['per_day']} a day" if one["per_day"] else ""),
                one["batch_max"],
            )
            for one in found
        ]
        columns = ("key", "name", "asked", "level", "its list", "calls", "numbers a call")
        console().print(table("Carriers", columns, rows))
    return Exit.DONE


def _catalog(config: Path | None) -> dict[str, FolderCarrier]:
    settings = load(config)
    return carriers(settings, clock_of(settings.clock))


def _carrier(one: FolderCarrier) -> dict[str, Any]:
    card = one.card
    return {
        "key": card.key,
        "name": card.name,
        "has_keys": one.is_configured,
        "level": card.level.value,
        "checklist": len(card.checklist),
        "checklist_done": sum(
            state == "done" or state.startswith("exempt") for state in card.checklist.values()
        ),
        "per_minute": one.access.per_minute or card.per_minute,
        "per_day": one.access.per_day or card.per_day,
        "batch_max": card.batch_max,
    }


@app.command
def identify(
    number: Annotated[str, Parameter(help="A tracking number, with or without spaces.")],
    /,
    *,
    name: Annotated[str, Parameter(help="What the marketplace calls the carrier.")] = "",
    country: Annotated[str, Parameter(help="Where the parcel goes, two letters.")] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Say whose number this is: a ranked list with reasons, and an answer only when it is sure."""
    cards = {key: one.card for key, one in _catalog(config).items()}
    found = identify_number(number, cards, provider_name=name, country=country)
    if as_json:
        say_json(found)
    else:
        rows = [(one.carrier, f"{one.probability:.1%}", "; ".join(one.reasons)) for one in found.candidates]
        if rows:
            console().print(table(found.number, ("carrier", "how likely", "because"), rows))
        print(f"Answer: {found.answer or 'not sure enough to say'}")
        if not found.valid_format:
            print("The number cannot be right: see the reasons.")
    if not found.valid_format:
        return Exit.WRONG
    return Exit.DONE if found.answer else Exit.NO
