"""`milepost carrier`: which there are, how far each has come, how to reach one, and whose number this is."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from milepost.cli.answers import AsJson, Config, console, say_json, table, two_letters
from milepost.cli.carrier_facts import COLUMNS, confirmed_of, document, missing_of, rows
from milepost.cli.exits import Exit
from milepost.cli.groups import PLAIN
from milepost.clock import clock_of
from milepost.model.errors import OperatorError
from milepost.settings import CarrierAccess, load
from milepost.sources.catalog import FolderCarrier, carriers
from milepost.sources.known import KnownCarrier

app = App(name="carrier", default_parameter=PLAIN)

# Named and not imported: only who says the word waits for what it needs.
app.command(
    "milepost.cli.identifying:identify",
    name="identify",
    help="""Say whose number this is: a ranked list with reasons, and an answer only when it is sure.

Of a file or a pipe, one line for each line. With --json each is one object:
input, number, valid_format, answer (a carrier's key or null), candidates with carrier, p and reasons.""",
)
app.command(
    "milepost.cli.choosing:choose",
    name="choose",
    help="""\
Say whose parcel it is. Another carrier's scans are set aside, and its next one is raised for review.

Choosing the carrier that holds confirms it. `milepost carrier undo` takes the last choice back.""",
)
app.command(
    "milepost.cli.choosing:undo",
    name="undo",
    help="Undo the last choice of a parcel's carrier; the history stays.",
)
app.command(
    "milepost.cli.carrier_health:carrier_health",
    name="health",
    help="""\
Say how each carrier does: keys, last answer, errors, quota and pushes; exit code 1 when one is broken.

Errors are of 48 hours. A Milepost that is running is asked for it, where its database is one file.""",
)


@app.command(name="list")
def list_carriers(*, as_json: AsJson = False, config: Config = None) -> int:
    """List the carriers: whether we ask them, how far each folder has climbed, and what is not confirmed.

    Levels are earned, not claimed: known, reads, polite, complete, exemplary (docs/add/carrier.md).
    A carrier that is only known is identified and linked, and never asked.
    """
    found = [_carrier(one) for one in _catalog(config).values()]
    if as_json:
        say_json(found)
    else:
        listed = [
            (
                one["key"],
                one["name"],
                _asked(one),
                one["level"],
                f"{one['checklist_done']} of {one['checklist']}" if one["checklist"] else "",
                _calls(one),
                _pushes(one),
                f"{len(one['confirmed'])} of {len(one['confirmed']) + len(one['unconfirmed'])}",
                ", ".join(one["unconfirmed"]),
            )
            for one in found
        ]
        columns = (
            "key",
            "name",
            "asked",
            "level",
            "its list",
            "calls",
            "pushes",
            "confirmed",
            "not confirmed",
        )
        console().print(table("Carriers", columns, listed))
    return Exit.DONE


@app.command(name="show")
def show_carrier(
    key: Annotated[str, Parameter(help="The carrier's key, as `milepost carrier list` prints it.")],
    /,
    *,
    country: Annotated[
        str, Parameter(help="Only what is of use there, two letters.", validator=two_letters)
    ] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Show how to reach a carrier and by which rules it plays, each fact with source, date and confidence."""
    found, country = _catalog(config).get(key), country.upper()
    if found is None:
        raise OperatorError(f"There is no carrier `{key}`; `milepost carrier list` names them all.")
    if as_json:
        say_json(document(found.card, country))
        return Exit.DONE
    card = found.card
    console().print(table(f"{card.name} ({card.key}), level {card.level}", COLUMNS, rows(card, country)))
    print(f"Not known: {', '.join(missing_of(card)).replace('_', ' ') or 'nothing that we look for'}")
    if not card.can_be_asked:
        print(f"Milepost has no way to ask {card.name}: its parcels are heard of by the marketplace alone.")
    return Exit.DONE


def _asked(one: dict[str, Any]) -> str:
    if not one["can_be_asked"]:
        return "cannot be"
    return "yes" if one["has_keys"] else "no keys"


def _pushes(one: dict[str, Any]) -> str:
    return ("on" if one["push_on"] else "off") if one["push"] else ""


def _calls(one: dict[str, Any]) -> str:
    if not one["can_be_asked"]:
        return ""
    a_day = f", {one['per_day']} a day" if one["per_day"] else ""
    return f"{one['per_minute']} a minute{a_day}, {one['batch_max']} in one"


def _catalog(config: Path | None) -> dict[str, FolderCarrier | KnownCarrier]:
    settings = load(config)
    return carriers(settings, clock_of(settings.clock))


def _carrier(one: FolderCarrier | KnownCarrier) -> dict[str, Any]:
    card = one.card
    access = one.access if isinstance(one, FolderCarrier) else CarrierAccess()
    confirmed, unconfirmed = confirmed_of(card)
    return {
        "key": card.key,
        "name": card.name,
        "can_be_asked": card.can_be_asked,
        "has_keys": one.is_configured,
        "level": card.level.value,
        "checklist": len(card.checklist),
        "checklist_done": sum(
            state == "done" or state.startswith("exempt") for state in card.checklist.values()
        ),
        "push": card.push.value,
        "push_on": access.push,
        "per_minute": (access.per_minute or card.per_minute) if card.can_be_asked else 0,
        "per_day": access.per_day or card.per_day,
        "batch_max": card.batch_max if card.can_be_asked else 0,
        "confirmed": confirmed,
        "unconfirmed": unconfirmed,
        "missing_topics": missing_of(card),
    }
