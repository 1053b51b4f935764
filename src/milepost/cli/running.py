"""`milepost run`, `web`, `worker`: start Milepost and keep it going until Ctrl-C."""

import asyncio
import contextlib
import sys
import time
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from cyclopts import Parameter

from milepost import wiring
from milepost import worker as worker_room
from milepost.carry.backups import plan_backups
from milepost.carry.handed_in import plan_looks
from milepost.carry.subscribing import plan_account_subscriptions
from milepost.carry.surveys import plan_surveys
from milepost.carry.sweeps import plan_sweeps
from milepost.cli import logs
from milepost.cli.answers import Config, counted, say
from milepost.cli.exits import leave_at_once
from milepost.cli.stopping import stopping
from milepost.desk.side_door import side_door, socket_beside
from milepost.ports.app import App
from milepost.settings import Settings, load
from milepost.store.opening import file_of
from milepost.web import build, listen, serve

SLACK_S = 1.0
"""Real seconds for the rest, once a worker has ended and given back."""

TOLD_EVERY_S = 2.0
"""A drain that takes longer says how far it is."""


def run(*, config: Config = None) -> None:
    asyncio.run(_run(load(config), with_web=True, with_worker=True))
    leave_at_once()


def web(*, config: Config = None) -> None:
    asyncio.run(_run(load(config), with_web=True, with_worker=False))
    leave_at_once()


def worker(
    *,
    config: Config = None,
    drain: Annotated[bool, Parameter(help="Carry out what is due now, then stop.")] = False,
) -> None:
    settings = load(config)
    if drain:
        asyncio.run(_drain(settings))
    else:
        asyncio.run(_run(settings, with_web=False, with_worker=True))
        leave_at_once()


async def _run(settings: Settings, *, with_web: bool, with_worker: bool) -> None:
    logs.set_up(settings)
    async with wiring.running(settings) as milepost, stopping() as stop:
        jobs = []
        if with_web:
            site = build(milepost.app, milepost.counters)
            socket = listen(settings.web.host, settings.web.port)
            jobs.append(asyncio.create_task(serve(site, [socket], stop)))
            say(f"Milepost answers at http://{settings.web.host}:{socket.getsockname()[1]}/")
        if with_worker:
            await plan_backups(milepost.app)
            await plan_sweeps(milepost.app)
            await plan_looks(milepost.app)
            await plan_surveys(milepost.app)
            await plan_account_subscriptions(milepost.app)
            jobs.append(asyncio.create_task(worker_room.work(milepost.app, stop)))
        async with _side_door(milepost.app):
            await until_stopped(jobs, stop, settings.work.stop_s + worker_room.LEAVE_S + SLACK_S)


def _side_door(app: App) -> AbstractAsyncContextManager[None]:
    """Some commands come in here, where no other process may open the database."""
    file = file_of(app.settings.store.url)
    return side_door(app, socket_beside(file)) if file else contextlib.nullcontext()


async def _drain(settings: Settings) -> None:
    logs.set_up(settings)
    last = time.monotonic()

    def told(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY_S:
            last = time.monotonic()
            print(f"{counted(done, 'action')} carried out so far.", file=sys.stderr, flush=True)

    async with wiring.running(settings) as milepost, stopping() as stop:
        draining = asyncio.create_task(worker_room.drain(milepost.app, told, to_the_last=True))
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({draining, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not draining.done():
            draining.cancel()  # what is in hand is finished or given back
            await asyncio.wait({draining})
            raise KeyboardInterrupt
        say(f"{counted(draining.result(), 'action')} carried out.")


async def until_stopped(jobs: list["asyncio.Task[None]"], stop: asyncio.Event, within_s: float) -> None:
    """Wait for the stop, or for a job that fails; then give the others `within_s` real seconds to end."""
    waiting: asyncio.Task[Any] = asyncio.create_task(stop.wait())
    everything: set[asyncio.Task[Any]] = {*jobs, waiting}
    done, _ = await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    waiting.cancel()
    _, late = await asyncio.wait(jobs, timeout=within_s)
    for job in late:
        job.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for job in done - {waiting}:
        job.result()
