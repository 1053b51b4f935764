"""The worker: takes due actions and carries them out until it is told to stop."""

import asyncio
import contextlib
import secrets

import structlog

from milepost.carry.due import carry_out_due
from milepost.ports.app import App

IDLE_REAL_S_MAX = 2.0
"""Longest real wait between two looks at the work list; new work wakes a worker at once."""

IDLE_REAL_S_MIN = 0.05
DRAIN_ROUNDS_MAX = 10_000
"""Rounds of one drain, at most: a drain that does not end is a bug, and is said so."""

log = structlog.get_logger(__name__)


async def work(app: App, stop: asyncio.Event) -> None:
    """Carry out what falls due until `stop` is set; what is in hand is finished first."""
    name = f"worker-{secrets.token_hex(4)}"
    woken = asyncio.Event()
    listening = asyncio.create_task(_listen(app, woken))
    stopping = asyncio.create_task(_on(stop, woken))
    try:
        while not stop.is_set():
            woken.clear()
            if await _round(app, name) == 0:
                await _rest(app, woken)
    finally:
        listening.cancel()
        stopping.cancel()


async def _round(app: App, name: str) -> int:
    try:
        return await carry_out_due(app, name)
    except Exception:
        log.exception("round_failed")
        return 0


async def _rest(app: App, woken: asyncio.Event) -> None:
    """Until something is due, somebody says there is work, or a moment has passed."""
    due_at = await app.work.next_due()
    wait_s = IDLE_REAL_S_MAX
    if due_at is not None and app.clock.rate > 0:
        wait_s = min(wait_s, (due_at - app.clock.now()).total_seconds() / app.clock.rate)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), max(IDLE_REAL_S_MIN, wait_s))


async def _listen(app: App, woken: asyncio.Event) -> None:
    async with app.live.listen("work") as changes:
        async for _ in changes:
            woken.set()


async def _on(stop: asyncio.Event, woken: asyncio.Event) -> None:
    await stop.wait()
    woken.set()


async def drain(app: App) -> int:
    """Carry out everything due now, and what that makes due now; how many actions."""
    name = f"worker-{secrets.token_hex(4)}"
    done = 0
    for _ in range(DRAIN_ROUNDS_MAX):
        taken = await carry_out_due(app, name)
        if taken == 0:
            return done
        done += taken
    raise RuntimeError(f"work kept falling due for {DRAIN_ROUNDS_MAX} rounds: something repeats without end")
