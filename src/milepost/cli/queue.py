"""`milepost queue`: see the work list, try again, hold, release, drop."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

from milepost.cli.answers import AsJson, Config, console, counted, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.opening import opened
from milepost.desk.side_door import ask, socket_beside
from milepost.desk.work_list import answer
from milepost.model.actions import ActionKind, ActionState, Listed, Which, WorkAnswer, WorkWish
from milepost.settings import load
from milepost.store.opening import file_of

app = App(name="queue", default_parameter=PLAIN)

Keys = Annotated[list[str] | None, Parameter(help="Keys of actions, as `queue list` shows them.")]
Kinds = Annotated[list[ActionKind] | None, Parameter(negative="", help="Only this kind; may be repeated.")]
Lanes = Annotated[list[str] | None, Parameter(negative="", help="Only this lane; may be repeated.")]
Shops = Annotated[list[str] | None, Parameter(negative="", help="Only this shop's; may be repeated.")]
ROWS = 50
COLUMNS = ("key", "kind", "lane", "state", "due", "tries", "said")
MEANING = {
    "due": "due now",
    "leased": "in a worker's hand",
    "later": "has its time",
    "dead": "given up: see `milepost queue list --state dead`",
    "held": "held: see `milepost queue list --state held`",
}


@app.default
def count(*, as_json: AsJson = False, config: Config = None) -> int:
    """Count what is due, in hand, later, given up and held, and name the stops."""
    found = wished(WorkWish(verb="count"), config)
    stops = [(one.scope, one.value, one.reason, _time(one.since)) for one in found.holds]
    if as_json:
        say_json({"work": found.counts, "stops": found.holds})
        return Exit.DONE
    console().print(table("Work", ("actions", ""), [(found.counts[key], MEANING[key]) for key in MEANING]))
    if stops:
        console().print(table("Stops", ("what", "which", "why", "since"), stops))
    return Exit.DONE


@app.command(name="list")
def list_work(
    *,
    state: Annotated[
        list[ActionState] | None, Parameter(negative="", help="Only this state; default: all undone.")
    ] = None,
    kind: Kinds = None,
    lane: Lanes = None,
    shop: Shops = None,
    limit: Annotated[int, Parameter(help="Rows at most.", validator=Number(gte=1))] = ROWS,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """List actions, the longest due first."""
    which = Which(kinds=kind, lanes=lane, shop_ids=shop, states=state)
    listed = wished(WorkWish(verb="list", which=which, limit=limit), config).listed
    if as_json:
        say_json([_facts(one) for one in listed])
    elif not listed:
        print("There is no such work.")
    else:
        console().print(table("Work", COLUMNS, _rows(listed)))
        if len(listed) == limit:
            print(f"There may be more: --limit {limit * 10}.")
    return Exit.DONE if listed else Exit.NO


@app.command
def show(
    key: Annotated[str, Parameter(help="The action's key, as `queue list` shows it.")],
    /,
    *,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Show all that is known of one action."""
    listed = wished(WorkWish(verb="list", which=Which(keys=[key]), limit=1), config).listed
    if not listed:
        raise CommandError(f"there is no action {key}; `milepost queue list` shows the keys")
    facts = _facts(listed[0])
    if as_json:
        say_json(facts)
    else:
        console().print(table(key, ("", ""), [(name, value) for name, value in facts.items() if value != ""]))
    return Exit.DONE


@app.command
def retry(
    keys: Keys = None,
    /,
    *,
    dead: Annotated[bool, Parameter(negative="", help="Everything that was given up.")] = False,
    lane: Lanes = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Try again now, with a fresh count of tries: keys, everything given up, or all of a lane."""
    if not (keys or dead or lane):
        raise CommandError("say what to try again: keys, --dead or --lane LANE")
    states = [ActionState.DEAD] if dead else None
    wish = WorkWish(verb="retry", which=Which(keys=keys, lanes=lane, states=states))
    return _told(wished(wish, config), "due at once", as_json=as_json)


@app.command
def hold(
    keys: Keys = None,
    /,
    *,
    lane: Lanes = None,
    kind: Kinds = None,
    shop: Shops = None,
    reason: Annotated[str, Parameter(help="Why; it stands beside each.")] = "held by hand",
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Stop actions until they are released: keys, or all of a lane, kind or shop, later ones too.

    What a worker has in hand right now is still finished.
    """
    if sum(map(bool, (keys, lane, kind, shop))) != 1:
        raise CommandError("say what to hold, in one way: keys, --lane LANE, --kind KIND or --shop SHOP")
    which = Which(keys=keys, lanes=lane, kinds=kind, shop_ids=shop)
    return _told(wished(WorkWish(verb="hold", which=which, reason=reason), config), "held", as_json=as_json)


@app.command
def release(
    keys: Keys = None,
    /,
    *,
    lane: Lanes = None,
    kind: Kinds = None,
    shop: Shops = None,
    reason: Annotated[str, Parameter(help="Only what is held for exactly this.")] = "",
    everything: Annotated[bool, Parameter(name="--all", negative="", help="All that is held.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Let held actions be carried out as they were planned, and end the stops for these."""
    if not (keys or lane or kind or shop or reason or everything):
        raise CommandError("say what to release: keys, --lane, --kind, --shop, --reason or --all")
    which = Which(keys=keys, lanes=lane, kinds=kind, shop_ids=shop)
    wish = WorkWish(verb="release", which=which, reason=reason)
    return _told(wished(wish, config), "released", as_json=as_json)


@app.command
def drop(
    keys: Annotated[list[str], Parameter(help="Keys of actions.")],
    /,
    *,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Never carry these out. It cannot be taken back; `queue hold` can."""
    if not yes and not _agreed(f"Never carry out {counted(len(keys), 'action')}? [y/N] "):
        raise CommandError("nothing was dropped; say --yes to drop without being asked")
    wish = WorkWish(verb="drop", which=Which(keys=keys))
    return _told(wished(wish, config), "dropped", as_json=as_json)


def wished(wish: WorkWish, config: Path | None) -> WorkAnswer:
    """What became of it, asked of a running Milepost if need be. Raises CommandError when it was refused."""
    found = asyncio.run(_asked(wish, config))
    if found.refused:
        raise CommandError(found.refused)
    return found


async def _asked(wish: WorkWish, config: Path | None) -> WorkAnswer:
    """Of the Milepost that is running on this database file, if one is; else of the database itself."""
    file = file_of(load(config).store.url)
    answered = await ask(wish, socket_beside(file)) if file else None
    if answered is not None:
        return answered
    async with opened(config) as milepost:
        return await answer(wish, milepost)


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(question).strip().lower() in ("y", "yes")


def _told(found: WorkAnswer, what: str, *, as_json: bool) -> int:
    if as_json:
        say_json({"changed": found.changed, "stops": found.stops})
    elif not found.changed and not found.stops:
        print("No such action; what a worker has in hand now is left to it.")
    else:
        stops = f" ({counted(found.stops, 'stop')} for later work)" if found.stops else ""
        print(f"{counted(found.changed, 'action')} {what}{stops}.")
    return Exit.DONE if found.changed or found.stops else Exit.NO


def _rows(listed: Iterable[Listed]) -> Iterable[Sequence[object]]:
    for one in listed:
        state = "in hand" if one.in_hand else one.state.value
        due = "" if one.in_hand else _time(one.action.due_at)
        yield (one.action.key, one.action.kind.value, one.action.lane, state, due, one.attempts, one.said)


def _facts(one: Listed) -> dict[str, Any]:
    return {
        "key": one.action.key,
        "kind": one.action.kind.value,
        "lane": one.action.lane,
        "shop_id": one.action.shop_id or "",
        "state": one.state.value,
        "in_hand": one.in_hand,
        "due_at": "" if one.in_hand else _time(one.action.due_at),
        "tries": one.attempts,
        "said": one.said,
        "ended_at": _time(one.ended_at) if one.ended_at else "",
        "repeating": one.action.repeating,
        "payload": dict(one.action.payload),
    }


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
