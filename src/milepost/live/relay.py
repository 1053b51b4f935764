"""Live over several nodes: what is said here goes to the hub of every node by way of a bus.

The bus may be away for as long as it likes: facts and work are in the database, where pages and workers look
every few seconds anyway. When the bus is back everybody looks again, since news may have been missed.
"""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace

import structlog

from milepost.live.bus import Bus, BusAwayError, Ears
from milepost.live.hub import Hub
from milepost.live.marks import CHANGED, HERE, LEFT, LOOK_AGAIN, WHO, Line, read
from milepost.live.roll import Roll, written
from milepost.live.waiting import Waiting
from milepost.ports.live import LiveError, LiveState, Node

SEND_GAP_S = 0.02
"""After each sending. Under load marks gather meanwhile, and a node sends at most fifty times a second."""

HERE_EVERY_S = 5.0
"""A node says that it is there. It hears itself too, which proves the whole way, there and back."""

UNANSWERED_MAX = 2
"""Not having heard oneself after so many of them means that the bus is away, whatever it looks like."""

FIRST_ECHO_S = 5.0
PASSING_ECHO_S = 2.0
"""A command only wants to be heard; whether it hears itself need not keep a person waiting."""

RETRY_S_MIN, RETRY_S_MAX = 0.2, 10.0
FAREWELL_S = 2.0
"""At the end, what waits is still sent for at most so long: a command that adds work ends right after it."""

log = structlog.get_logger(__name__)


class Relay:
    """This node's hub and a bus to the others (fills ports.live.Live). Safe only on one event loop."""

    def __init__(self, bus: Bus, hub: Hub, *, passing: bool = False) -> None:
        """`passing`: a command that ends soon. It speaks and hears, and is on nobody's roll."""
        self._bus = bus
        self._hub = hub
        self._passing = passing
        self._node = secrets.token_hex(8)
        self._roll = Roll()
        self._waiting = Waiting()
        self._stir = asyncio.Event()
        self._echo = asyncio.Event()
        self._cut = ""  # why the connection ended
        self._unanswered = 0
        self._here_at = 0.0
        self._trouble = "not connected yet"
        self._away_at = time.monotonic()
        self._heard = self._sent = self._lost = self._unreadable = 0
        self._closing = False
        self._keeping: asyncio.Task[None] | None = None

    def publish(self, topics: Iterable[str]) -> None:
        """Here at once, elsewhere as soon as the bus takes it."""
        marks = self._hub.marks(topics)
        self._hub.tell(marks)
        if marks:
            self._waiting.add(marks)
            self._stir.set()

    def listen(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """What is said here and elsewhere."""
        return self._hub.listen(*topics)

    def state(self) -> LiveState:
        """How it stands now."""
        return LiveState(
            engine=self._bus.engine,
            trouble=self._trouble,
            away_s=time.monotonic() - self._away_at if self._trouble else 0.0,
            listeners=self._hub.listeners,
            nodes=(*([] if self._passing else [self._ourselves()]), *self._roll.nodes()),
            published=self._hub.published,
            merged=self._hub.merged,
            heard=self._heard,
            sent=self._sent,
            lost=self._lost,
            unreadable=self._unreadable,
        )

    async def start(self) -> None:
        """Connect. A bus that is away is no reason not to start; one that refuses us is (LiveError)."""
        try:
            await self._connect()
        except BusAwayError as away:
            self._say_away(str(away))
        self._keeping = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Send what still waits, then leave."""
        await self._end_keeping()
        if self._passing or not self._trouble:
            with suppress(BusAwayError, TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._take_leave()
        await self._bus.close()

    async def _end_keeping(self) -> None:
        """It ends by itself; cancelled in the middle of sending, a NATS client hears nothing any more."""
        self._closing = True
        self._stir.set()
        if self._keeping is not None:
            if not self._trouble:
                await asyncio.wait({self._keeping}, timeout=FAREWELL_S)
            self._keeping.cancel()
            await asyncio.wait({self._keeping}, timeout=FAREWELL_S)

    async def _keep(self) -> None:
        """For as long as this node runs: connected, or trying to be."""
        while not self._closing:
            try:
                if self._trouble:
                    await self._return()
                await self._one_round()
            except BusAwayError as away:
                self._say_away(str(away))
            except Exception:
                log.exception("live_failed", engine=self._bus.engine)
                self._say_away("something unexpected; see the log")

    async def _one_round(self) -> None:
        """Wait for something to say, or for the moment to say that we are there; then say it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._here_at + HERE_EVERY_S - time.monotonic()):
                await self._stir.wait()
        self._stir.clear()
        if self._cut:
            raise BusAwayError(self._cut)
        if self._unanswered > UNANSWERED_MAX:
            raise BusAwayError("it does not bring back what we send")
        await self._pass_on()
        await asyncio.sleep(SEND_GAP_S)

    async def _pass_on(self) -> None:
        taken = self._waiting.take()
        try:
            await self._send(taken.lines(self._node))
        except BaseException:
            self._waiting.put_back(taken)  # a repeat does no harm, a loss would
            raise

    async def _send(self, lines: list[str]) -> None:
        if time.monotonic() - self._here_at >= HERE_EVERY_S:
            lines = [*lines, self._greeting().written()]
            self._here_at = time.monotonic()
            self._unanswered += 1
        if lines:
            await self._bus.send(lines)
            self._sent += len(lines)

    def _greeting(self) -> Line:
        return Line(WHO, self._node) if self._passing else Line(HERE, self._node, written(self._ourselves()))

    def _ourselves(self) -> Node:
        return replace(self._hub.node(), reached=not self._trouble)

    async def _take_leave(self) -> None:
        await self._pass_on()
        if not self._passing:
            await self._bus.send([Line(LEFT, self._node).written()])

    async def _return(self) -> None:
        """Try until it answers, ever less often; then everybody looks again."""
        wait_s = RETRY_S_MIN
        while self._trouble and not self._closing:
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 (not all nodes at once)
            wait_s = min(wait_s * 2, RETRY_S_MAX)
            try:
                await self._connect()
            except (BusAwayError, LiveError) as away:
                self._trouble = str(away)

    async def _connect(self) -> None:
        """Connected means: what we send comes back to us."""
        await self._bus.close()
        self._echo.clear()
        self._cut = ""
        await self._bus.connect(Ears(self._hear, self._hub.look_again, self._gone))
        self._here_at = 0.0
        await self._send([])
        try:
            async with asyncio.timeout(PASSING_ECHO_S if self._passing else FIRST_ECHO_S):
                await self._echo.wait()
        except TimeoutError as error:
            raise BusAwayError("it takes what we send, and does not bring it back") from error
        if self._cut:
            raise BusAwayError(self._cut)
        self._say_back()

    def _hear(self, text: str) -> None:
        line = read(text)
        if line is None:
            self._unreadable += 1
        elif line.node == self._node:
            self._unanswered = 0
            self._echo.set()
        elif line.kind == CHANGED:
            marks = line.body.split()
            self._heard += len(marks)
            self._hub.tell(marks)
        elif line.kind == LOOK_AGAIN:
            self._hub.look_again()
        elif line.kind == WHO or (line.kind == HERE and self._roll.hear(line)):
            self._here_at = 0.0  # somebody new, who should not have to wait to hear of us
            self._stir.set()
        elif line.kind == LEFT:
            self._roll.strike(line.node)

    def _gone(self, why: str) -> None:
        self._cut = why
        self._echo.set()
        self._stir.set()

    def _say_away(self, why: str) -> None:
        """Once, however long it lasts."""
        if not self._trouble or not self._lost:
            self._lost += 1
            self._away_at = time.monotonic()
            log.warning("live_bus_away", engine=self._bus.engine, place=self._bus.place, why=why)
        self._trouble = why

    def _say_back(self) -> None:
        if self._lost:
            away_s = round(time.monotonic() - self._away_at, 1)
            log.info("live_bus_back", engine=self._bus.engine, place=self._bus.place, away_s=away_s)
        self._trouble = ""
        self._hub.look_again()
        self._stir.set()
