"""`milepost nodes`: which nodes are running, as the bus between them tells it."""

import asyncio
from collections.abc import Iterator, Sequence

from milepost.cli import logs
from milepost.cli.answers import AsJson, Config, console, quietly, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.live.opening import opened_live
from milepost.live.relay import HERE_EVERY_S
from milepost.ports.live import LiveState, Node
from milepost.settings import Settings, load

ASKED_S_MAX = HERE_EVERY_S + 1.0
"""Each node answers a newcomer at once; who is slow has spoken by itself after so many seconds."""

QUIET_S = 1.0
LOOK_S = 0.05


def nodes(*, as_json: AsJson = False, config: Config = None) -> int:
    settings = quietly(load(config))
    logs.set_up(settings)
    state = asyncio.run(asked(settings))
    if state.engine == "process":
        raise CommandError("this Milepost is set to be alone; docs/run/nodes.md says how to run several")
    if state.trouble:
        raise CommandError(f"the bus between nodes is out of reach: {state.trouble}; see docs/run/nodes.md")
    if as_json:
        say_json([_facts(one) for one in state.nodes])
    elif state.nodes:
        columns = ("node", "version", "carries out work", "open pages")
        console().print(table("Nodes", columns, _rows(state.nodes)))
    else:
        print("No node is running.")
    return Exit.DONE if state.nodes else Exit.NO


async def asked(settings: Settings) -> LiveState:
    """Ask who is there, and listen until nobody new answers. Raises LiveError."""
    async with opened_live(settings, passing=True) as live:
        state = live.state()
        waited, quiet = 0.0, 0.0
        while not state.trouble and state.engine != "process" and waited < ASKED_S_MAX and quiet < QUIET_S:
            await asyncio.sleep(LOOK_S)
            before, state = len(state.nodes), live.state()
            waited += LOOK_S
            quiet = 0.0 if len(state.nodes) != before else quiet + LOOK_S
        return state


def _facts(node: Node) -> dict[str, object]:
    return {"node": node.name, "version": node.version, "works": node.works, "listeners": node.listeners}


def _rows(nodes: Sequence[Node]) -> Iterator[tuple[str, ...]]:
    for one in nodes:
        yield (one.name, one.version, "yes" if one.works else "no", str(one.listeners - one.works))
