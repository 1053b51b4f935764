"""`milepost sandbox`: other people's servers, ours to run; and the audit of what Milepost made of them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import uvloop
from cyclopts import App, Parameter

from milepost.cli.answers import say
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.stopping import stopping
from milepost_sandbox import door

app = App(name="sandbox", default_parameter=PLAIN)

Faults = Annotated[str, Parameter(help="Fault switches, comma-separated; `all` or `none`.")]
Seed = Annotated[int, Parameter(help="The same seed makes the same world.")]
Orders = Annotated[int, Parameter(help="How many orders the world has.")]
AsJson = Annotated[bool, Parameter(name="--json", help="Only the JSON line.")]
Aggregators = Annotated[
    str,
    Parameter(
        name="--aggregator", help="Who tells of parcels of carriers without a server: aftership, easypost, …"
    ),
]
Stories = Annotated[Path | None, Parameter(help="A folder of story files, beside the built-in ones.")]

CONTROL_URL = f"http://127.0.0.1:{door.CONTROL_PORT}"
DETAILS_SHOWN = 20
READ_BYTES = 4096


@app.default
@app.command
def serve(
    *,
    seed: Seed = 1,
    orders: Orders = 40,
    stories: Stories = None,
    faults: Faults = "none",
    aggregator: Aggregators = "",
    rate: Annotated[float, Parameter(help="World seconds per real second.")] = 60.0,
    stepped: Annotated[bool, Parameter(help="The clock stands still until POST /clock moves it.")] = False,
    start: Annotated[str | None, Parameter(help="The world's first moment, RFC 3339; default now.")] = None,
    control_port: Annotated[
        int, Parameter(help="Control server's port; 0 takes a free one.")
    ] = door.CONTROL_PORT,
    until_input_ends: Annotated[
        bool, Parameter(help="End when standard input does: for a program that starts the sandbox.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Start the simulated platforms on loopback, until Ctrl-C."""
    options = door.SandboxOptions(
        seed=seed,
        orders=orders,
        start=_moment(start) if start else datetime.now(UTC).replace(microsecond=0),
        stories_dir=stories,
        faults=fault_names(faults),
        aggregators=tuple(name for name in aggregator.split(",") if name),
        rate=None if stepped else rate,
        control_port=control_port,
    )
    uvloop.run(_serve(options, until_input_ends=until_input_ends, as_json=as_json))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--start: {text!r} is no moment; write it as 2026-03-02T08:00:00+00:00"
        ) from error


async def _serve(options: door.SandboxOptions, *, until_input_ends: bool, as_json: bool) -> None:
    async with _open(options) as sandbox, stopping() as stop:
        if until_input_ends:
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _stop_at_the_end, stop)
        if as_json:
            say(json.dumps({"control_url": sandbox.control_url}))
        else:
            say(f"Control server: {sandbox.control_url}/world (state, addresses, keys, examples)")
            for name, url in sandbox.urls.items():
                say(f"{name:12} {url}")
            say("Ctrl-C ends it.")
        await stop.wait()


def _stop_at_the_end(stop: asyncio.Event) -> None:
    """Whoever started us is gone when our input ends, however they went."""
    if not os.read(sys.stdin.fileno(), READ_BYTES):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


@asynccontextmanager
async def _open(options: door.SandboxOptions) -> AsyncIterator[door.Sandbox]:
    try:
        async with door.running(options) as sandbox:
            yield sandbox
    except door.SandboxRefusal as error:
        raise CommandError(str(error)) from error


app.command(
    "milepost.cli.sandbox_check:check",
    name="check",
    help="""Run a world from its beginning to its end through a fresh Milepost, then audit it.

Ends with one JSON line of counts; exit code 1 if anything is missing, twice, invented or wrong.""",
)


@app.command
def audit(
    *,
    url: Annotated[str, Parameter(help="Milepost's address.")],
    api_key: Annotated[str, Parameter(help="A key of that Milepost; or MILEPOST_API_KEY.")] = "",
    sandbox_url: Annotated[str, Parameter(help="The sandbox's control server.")] = CONTROL_URL,
    as_json: AsJson = False,
) -> int:
    """Audit a running Milepost against a running sandbox, like any client."""
    key = api_key or os.environ.get("MILEPOST_API_KEY", "")
    if not key:
        raise CommandError("--api-key: give a key of that Milepost; make one with `milepost api-key add`")
    try:
        result = asyncio.run(door.audit(url, key, sandbox_url))
    except door.AuditError as error:
        raise CommandError(str(error)) from error
    return tell(result, as_json=as_json)


def tell(result: door.AuditResult, *, as_json: bool) -> int:
    """An audit's counts as one JSON line, and what is wrong before it; the exit code."""
    told: dict[str, Any] = asdict(result)
    details = told.pop("details", [])
    if not as_json:
        for detail in details[:DETAILS_SHOWN]:
            say(detail if isinstance(detail, str) else json.dumps(detail, default=str))
    say(json.dumps(told))
    wrong = ("missing", "duplicate", "invented", "wrong_instant", "wrong_status")
    return Exit.NO if any(told[name] for name in wrong) else Exit.DONE


def fault_names(text: str) -> tuple[str, ...]:
    """The switches named in `a,b`. Raises CommandError for one there is not."""
    names = tuple(part.strip() for part in text.split(",") if part.strip()) or ("none",)
    known = {*door.FAULTS, "all", "none"}
    if strange := [name for name in names if name not in known]:
        raise CommandError(f"--faults: there is no {strange[0]!r}; there are {', '.join(sorted(known))}")
    return names
