"""The worker: takes due actions and carries them out until it is told to stop."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from milepost.carry.hands import Hands
from milepost.ports.app import App
from milepost.ports.store import StoreError

IDLE_REAL_S_MAX = 2.0
"""Longest real wait between two looks at the work list; new work wakes a worker at once."""

IDLE_REAL_S_MIN = 0.05
BUSY_REAL_S = 0.5
"""Between two looks while something is in hand; a lane that ends makes the next look at once."""

LEAVE_S = 5.0
"""Real seconds for giving back: a database that is away does not keep us from ending."""

BEATS = 3
"""Signs of life in the length of a lease."""

DRAIN_ROUNDS_MAX = 1_000_000
"""Looks of one drain, at most: a drain that does not end is a bug, and is said so."""

log = structlog.get_logger(__name__)


async def work(app: App, stop: asyncio.Event) -> None:
    """Carry out what falls due until `stop` is set; what is in hand is finished first (`work.stop_s`)."""
    woken = asyncio.Event()
    async with _at_work(app, woken.set) as hands:
        listening = asyncio.create_task(_listen(app, woken))
        stopping = asyncio.create_task(_on(stop, woken))
        try:
            while not stop.is_set():
                woken.clear()
                if await _reach(hands) == 0:
                    await _rest(app, hands, woken)
        finally:
            listening.cancel()
            stopping.cancel()


async def drain(app: App, told: Callable[[int], None] | None = None, *, to_the_last: bool = False) -> int:
    """Carry out everything due now, and what that makes due now; how many actions.

    `told` hears the count as it grows. `to_the_last`: also wait to see whether other workers that have work
    in hand are alive, and do what the dead ones left; that takes the length of a lease at most.
    """
    done = 0
    async with _at_work(app) as hands:
        for _ in range(DRAIN_ROUNDS_MAX):
            at_rest = hands.are_empty  # asked first: what ends while we look may leave more to do
            taken = await hands.reach()
            done += taken
            if taken == 0 and at_rest:
                if not (to_the_last and await app.work.doubtful(hands.worker)):
                    return done
                await asyncio.sleep(BUSY_REAL_S)
            if told is not None:
                told(done)
            await hands.any_end()
    raise RuntimeError(f"work kept falling due for {DRAIN_ROUNDS_MAX} rounds: something repeats without end")


@asynccontextmanager
async def _at_work(app: App, on_end: Callable[[], None] = lambda: None) -> AsyncIterator[Hands]:
    """Hands under a name of their own, with signs of life; at the end they are empty and the name is gone."""
    hands = Hands(app, f"worker-{secrets.token_hex(4)}", on_end)
    beating = asyncio.create_task(_beat(app, hands))
    try:
        yield hands
    finally:
        try:
            await hands.finish(app.settings.work.stop_s)
        finally:
            beating.cancel()
            await _leave(app, hands)


async def _leave(app: App, hands: Hands) -> None:
    """Whatever is left is anybody's again."""
    if not hands.took_anything:
        return
    try:
        async with asyncio.timeout(LEAVE_S):
            given = await app.work.leave(hands.worker, app.clock.now())
    except (StoreError, TimeoutError):
        log.warning("leases_left_behind", worker=hands.worker)
        return
    if given:
        log.info("leases_given_back", worker=hands.worker, actions=given)


async def _beat(app: App, hands: Hands) -> None:
    """Show that we live. Who could not for the length of a lease is dead to the others, and lets go."""
    lease_s = app.settings.work.lease_s
    shown_at = time.monotonic()
    while True:
        await asyncio.sleep(lease_s / BEATS)
        alive = False
        with contextlib.suppress(StoreError):
            alive = hands.are_empty or await app.work.beat(hands.worker)
            shown_at = time.monotonic() if alive else float("-inf")
        if not alive and time.monotonic() - shown_at >= lease_s * (BEATS - 1) / BEATS:
            log.warning("taken_for_dead", worker=hands.worker)
            await hands.drop()


async def _reach(hands: Hands) -> int:
    try:
        return await hands.reach()
    except StoreError as error:
        log.warning("work_list_unreadable", why=str(error))
        return 0
    except Exception:
        log.exception("reach_failed")
        return 0


async def _rest(app: App, hands: Hands, woken: asyncio.Event) -> None:
    """Until something is due, a lane ends, somebody says there is work, or a moment has passed."""
    wait_s = IDLE_REAL_S_MAX if hands.are_empty else BUSY_REAL_S
    with contextlib.suppress(StoreError):
        due_at = await app.work.next_due()
        if due_at is not None and app.clock.rate > 0 and hands.are_empty:
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
