"""`milepost demo`: a world of simulated orders, tracked for real, on this machine and nowhere else."""

import asyncio
import contextlib
import secrets
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
from cyclopts import Parameter

from milepost import wiring
from milepost import worker as worker_room
from milepost.cli import logs, worlds
from milepost.cli.answers import say
from milepost.cli.exits import CommandError
from milepost.cli.running import until_stopped
from milepost.cli.stopping import stopping
from milepost.clock import SteppedClock, WorldClock
from milepost.desk.accounts import add_api_key, add_user
from milepost.desk.switches import SwitchError, switch_on
from milepost.desk.texting import SMS
from milepost.model.people import Role
from milepost.settings import Polling, Settings
from milepost.web import build, listen, serve
from milepost_sandbox import door

HISTORY = timedelta(days=6)
"""The demo opens in the middle of things: this much of the world is heard step by step beforehand."""

BEFORE = timedelta(days=4)
"""Orders were placed up to this long before that, and are heard of in one go."""

AHEAD = timedelta(days=3)
"""Orders go on being placed for this long."""

STEP = timedelta(hours=12)
EMAIL = "demo@example.invalid"
READY_S = 20.0
READY_TRIES = 5
EXAMPLES = 3
STOP_S = 2.5
"""Real seconds everything may take to end: nothing of a demo has to be kept."""

TEXTED_MAX = 8
"""Buyers who get text messages."""

TOLD_TYPES = ("shipment.status_changed", "shipment.delivered", "exception.opened", "exception.resolved")
"""What the demo's own subscriber hears of."""

POLLING = Polling(
    label_created_s=3600,
    in_transit_s=1800,
    out_for_delivery_s=600,
    exception_s=1200,
    marketplace_tracking_s=3600,
)


class TurningClock:
    """Steps through the history, then runs on by itself."""

    def __init__(self, start: datetime) -> None:
        self._behind: SteppedClock | WorldClock = SteppedClock(start)

    @property
    def rate(self) -> float:
        """World seconds per real second."""
        return self._behind.rate

    def now(self) -> datetime:
        """The world's time, UTC."""
        return self._behind.now()

    def move_to(self, moment: datetime) -> None:
        """One step of the history."""
        if isinstance(self._behind, SteppedClock):
            self._behind.move_to(moment)

    def run_at(self, rate: float) -> None:
        """From here on by itself."""
        self._behind = WorldClock(self.now(), datetime.now(UTC), rate)


def demo(
    *,
    orders: Annotated[int, Parameter(help="How many orders the shops have.")] = 36,
    seed: Annotated[int, Parameter(help="The same seed makes the same shops and parcels.")] = 7,
    port: Annotated[int, Parameter(help="Where it answers; if taken, the next free one.")] = 8080,
    rate: Annotated[float, Parameter(help="World seconds per real second.")] = 120.0,
) -> None:
    asyncio.run(_demo(orders=orders, seed=seed, port=port, rate=rate))


async def _demo(*, orders: int, seed: int, port: int, rate: float) -> None:
    today = datetime.now(UTC).replace(microsecond=0)
    options = door.SandboxOptions(
        seed=seed,
        orders=orders,
        start=today - HISTORY,
        days_back=float(BEFORE.days),
        days_ahead=float((HISTORY + AHEAD).days),
    )
    with tempfile.TemporaryDirectory(prefix="milepost-demo-") as folder:
        async with door.running(options) as sandbox, stopping() as stop:
            world = await _world(sandbox.control_url)
            socket = listen("127.0.0.1", port, next_free=True)
            settings = _settings(world, Path(folder), socket.getsockname()[1])
            logs.set_up(settings)
            clock = TurningClock(sandbox.clock.now())
            async with wiring.running(settings, clock) as milepost:
                stage = Stage(milepost=milepost, sandbox=sandbox, clock=clock, settings=settings)
                serving = asyncio.create_task(serve(build(milepost.app, milepost.counters), [socket], stop))
                await stage.play_history(world, today, stop)
                await stage.go_live(rate)
                working = asyncio.create_task(worker_room.work(milepost.app, stop))
                if not stop.is_set():
                    await stage.introduce()
                await until_stopped([serving, working], stop, STOP_S)


def _settings(world: dict[str, Any], folder: Path, port: int) -> Settings:
    settings = worlds.settings_for(
        world, store_url=f"sqlite:{folder / 'demo.sqlite'}", folder=folder, polling=POLLING
    )
    return worlds.on_port(settings, "127.0.0.1", port)


async def _world(control_url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False) as http:
        found: dict[str, Any] = (await http.get(f"{control_url}/world")).json()
    return found


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The demo's Milepost and its world, while the demo is being set up."""

    milepost: wiring.Running
    sandbox: door.Sandbox
    clock: TurningClock
    settings: Settings
    texted: set[str] = field(default_factory=set)

    async def play_history(self, world: dict[str, Any], until: datetime, stop: asyncio.Event) -> None:
        """What happened so far, heard the way it will go on: pushes, polls, searches."""
        self.sandbox.set_webhook_target(f"{self.settings.web.public_url}/hooks/{worlds.MARKETPLACE}")
        await worlds.connect_shops(self.milepost.app, world)
        await worlds.subscribe(self.milepost.app, world, TOLD_TYPES)
        while self.clock.now() < until and not stop.is_set():
            await worker_room.drain(self.milepost.app)
            moment = min(self.clock.now() + STEP, until)
            self.sandbox.advance(moment)
            self.clock.move_to(moment)
            await self.sandbox.flush_webhooks()
            await self.ask_for_texts()
            _progress(self.clock.now(), until)
        await worker_room.drain(self.milepost.app)

    async def ask_for_texts(self) -> None:
        """Some buyers want text messages: those whose order came with a phone number."""
        app = self.milepost.app
        for order in self.sandbox.examples:
            row = await app.store.order(order["order"])
            if row is None or order["order"] in self.texted or len(self.texted) >= TEXTED_MAX:
                continue
            with contextlib.suppress(SwitchError):
                await switch_on(
                    app,
                    shop_id=row.facts.shop_id,
                    order_number=order["order"],
                    channel=SMS,
                    address=order["phone"],
                    only_problems=False,
                )
                self.texted.add(order["order"])

    async def go_live(self, rate: float) -> None:
        """From now on the world runs by itself, faster than life."""
        self.sandbox.clock.set_rate(rate)
        self.clock.run_at(rate)

    async def introduce(self) -> None:
        """The address, three orders to try, a login: printed once the address answers."""
        url = self.settings.web.public_url
        await _until_it_answers(url)
        password = secrets.token_urlsafe(9)
        app = self.milepost.app
        await add_user(app, email=EMAIL, name="Demo", role=Role.ADMIN, password=password)
        key = await add_api_key(app, "demo", can_see_contacts=True)
        say(f"{url}/")
        say("")
        say("Orders to try (look them up with the e-mail or the postcode):")
        for example in await self._known_examples():
            say(f"  {example['order']}  {example['email']}  {example['postal_code']}   {example['story']}")
        say("")
        say(f"Console: {url}/console  e-mail {EMAIL}  password {password}")
        say(f"API key: {key}   sandbox: {self.sandbox.control_url}/world")
        told = self.sandbox.receivers
        taken, texts = len(self.sandbox.webhook_receiver.taken()), len(self.sandbox.sms_receiver.texts)
        say(f"Told so far: {taken} webhooks, {told['webhooks']}/received")
        say(f"             {texts} text messages, {told['sms']}/received")
        say("Time in this world runs faster than life. Ctrl-C ends everything.")

    async def _known_examples(self) -> list[dict[str, Any]]:
        """Three orders that Milepost already tracks, on the move first."""
        found = []
        for example in self.sandbox.examples:
            row = await self.milepost.app.store.order(example["order"])
            if row is not None and row.shipment_ids and example.get("postal_code"):
                found.append(example)
            if len(found) == EXAMPLES:
                break
        return found


async def _until_it_answers(url: str) -> None:
    """The look-up page answers 200, or the demo says that it does not."""
    transport = httpx.AsyncHTTPTransport(retries=READY_TRIES)
    async with httpx.AsyncClient(transport=transport, timeout=READY_S, trust_env=False) as http:
        answer = await http.get(f"{url}/")
    if answer.status_code != httpx.codes.OK:
        raise CommandError(f"{url}/ answered {answer.status_code} instead of a page; see the log above")


def _progress(now: datetime, until: datetime) -> None:
    if sys.stderr.isatty():
        left = (until - now) / HISTORY
        sys.stderr.write(f"\rSetting the stage: {100 - round(100 * left):3d} % ")
        sys.stderr.write("\n" if now >= until else "")
