"""The sandbox's one door: start a world with all its servers, and audit what a Milepost makes of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from milepost_sandbox.audit.run import audit
from milepost_sandbox.audit.told import audit_told
from milepost_sandbox.audit.words import AuditError, AuditResult
from milepost_sandbox.clock import ClockError, WorldClock
from milepost_sandbox.control import CarrierPushes, Desk, Webhooks, control_app, examples
from milepost_sandbox.faults import FAULTS, FaultError, Faults
from milepost_sandbox.partners.post_office import PostBox, post_office
from milepost_sandbox.servers.aggregators.every import AGGREGATORS
from milepost_sandbox.servers.aggregators.platform import AggregatorPlatform
from milepost_sandbox.servers.options import DEFAULT_OPTIONS, ServerOptions
from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.servers.receivers.listener import listening as listening_for
from milepost_sandbox.servers.receivers.sms import SmsReceiver, call_back_forever
from milepost_sandbox.servers.receivers.web_push import PushReceiver
from milepost_sandbox.servers.receivers.webhooks import WebhookReceiver
from milepost_sandbox.serving import ServingError, listen, serving, url_of
from milepost_sandbox.stories.library import all_stories
from milepost_sandbox.stories.words import StoryError
from milepost_sandbox.truth import Truth
from milepost_sandbox.world.generate import Plan, WorldError, app_key, app_secret, make_world
from milepost_sandbox.world.people import secret
from milepost_sandbox.world.words import Credentials
from milepost_sandbox.world.world import World

CONTROL_PORT: Final = 8700
PUSHING: Final = ("ups", "fedex", "usps", "dhl")
WEBHOOK_SECONDS: Final = 0.5
"""How often, in real time, a running world looks for webhooks that are due."""

SandboxRefusal = (StoryError, FaultError, WorldError, ClockError, ServingError)
"""What `running` raises when it is asked for something it cannot do; the text says how to ask better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """What world to run. `start` is timezone-aware; `rate` is world seconds per real second, None = stepped.

    Orders are placed from `days_back` before `start` to `days_ahead` after it; `control_port` 0 takes any.
    `aggregators`: who tells of parcels of carriers that have no server here, by their names; mostly nobody.
    """

    seed: int
    orders: int
    start: datetime
    stories_dir: Path | None = None
    faults: tuple[str, ...] = ("none",)
    days_back: float = 10.0
    days_ahead: float = 4.0
    rate: float | None = None
    host: str = "127.0.0.1"
    control_port: int = CONTROL_PORT
    aggregators: tuple[str, ...] = ()
    servers: ServerOptions = field(default=DEFAULT_OPTIONS)


class Sandbox:
    """A running sandbox: the world behind it, the addresses of its servers, and the levers."""

    def __init__(
        self, desk: Desk, control_url: str, webhook_receiver: WebhookReceiver, sms_receiver: SmsReceiver
    ) -> None:
        """Hold what `running` started."""
        self._desk = desk
        self.control_url = control_url
        self.webhook_receiver = webhook_receiver
        self.sms_receiver = sms_receiver

    @property
    def world(self) -> World:
        """Everything that happens, and what was told so far."""
        return self._desk.world

    @property
    def clock(self) -> WorldClock:
        """The world's clock."""
        return self._desk.world.clock

    @property
    def truth(self) -> Truth:
        """What the reports entail."""
        return self._desk.truth

    @property
    def faults(self) -> Faults:
        """The fault switches."""
        return self._desk.faults

    @property
    def urls(self) -> Mapping[str, str]:
        """The servers' addresses: tiktok_auth, tiktok_api, and each carrier by its key."""
        return self._desk.urls

    @property
    def receivers(self) -> Mapping[str, str]:
        """Where those listen who are told: `webhooks`, `sms` and `web_push`."""
        return self._desk.receivers

    @property
    def credentials(self) -> dict[str, Any]:
        """Every key a client needs, as `GET /world` tells them."""
        return asdict(self._desk.credentials)

    @property
    def examples(self) -> list[dict[str, Any]]:
        """Orders worth looking at, as `GET /world` tells them."""
        return examples(self._desk.world)

    @property
    def ends_at(self) -> datetime:
        """When nothing more happens and everybody had four days to hear of it."""
        return self._desk.world.ends_at

    def advance(self, to: datetime) -> None:
        """Move the world on. Raises ClockError for an earlier moment."""
        self._desk.world.clock.advance(to)

    def set_webhook_target(self, url: str | None) -> None:
        """Have TikTok's webhooks sent there."""
        self._desk.webhooks.set_target(url)

    def set_push_portal(self, carrier: str, told: Mapping[str, str]) -> None:
        """Write into a carrier's portal where and how it pushes; see `POST /push-portal`."""
        self._desk.pushes.set_portal(carrier, told)

    async def flush_pushes(self) -> dict[str, dict[str, int]]:
        """Send all pushes of carriers that are due now; counts by outcome, by carrier."""
        return await self._desk.pushes.flush()

    async def flush_webhooks(self) -> dict[str, int]:
        """Send all webhooks that are due now; returns counts by outcome."""
        return await self._desk.webhooks.flush()


@contextlib.asynccontextmanager
async def running(options: SandboxOptions) -> AsyncIterator[Sandbox]:
    """A sandbox with all its servers, until the block ends. Raises one of `SandboxRefusal`."""
    faults = Faults(options.seed, options.faults)
    clock = WorldClock(options.start, options.rate)
    world = _world(options, clock, faults)
    credentials = _credentials(world)
    platforms = (*PLATFORMS, *_aggregators(options.aggregators))
    truth = Truth(world, faults, platforms)
    apps = {
        platform.source: platform.app(world, faults, credentials, options.servers) for platform in platforms
    }
    webhooks: Webhooks = apps["tiktok_shop"].webhooks
    pushes = CarrierPushes({source: apps[source] for source in (*PUSHING, *options.aggregators)})
    async with contextlib.AsyncExitStack() as told:
        sockets = told.enter_context(contextlib.ExitStack())
        listening = {source: sockets.enter_context(listen(options.host, 0)) for source in apps}
        control = sockets.enter_context(listen(options.host, options.control_port))
        webhook_receiver = WebhookReceiver(clock.now)
        sms_receiver = SmsReceiver(credentials.sms_account_sid, credentials.sms_auth_token)
        names = {name: platform.source for platform in platforms for name in platform.url_names}
        receivers = {
            "webhooks": await told.enter_async_context(listening_for(webhook_receiver, options.host)),
            "sms": await told.enter_async_context(listening_for(sms_receiver, options.host)),
            "web_push": await told.enter_async_context(listening_for(PushReceiver(), options.host)),
        }
        desk = Desk(
            world=world,
            faults=faults,
            truth=truth,
            credentials=credentials,
            urls={name: url_of(listening[source]) for name, source in names.items()},
            webhooks=webhooks,
            pushes=pushes,
            receivers=receivers,
            post_box=await told.enter_async_context(post_office(PostBox())),
        )
        served = [(apps[source], sock) for source, sock in listening.items()]
        async with (
            serving([*served, (control_app(desk), control)]),
            _running(_send_forever(webhooks, pushes), when=options.rate is not None),
            _running(call_back_forever(sms_receiver, WEBHOOK_SECONDS)),
        ):
            yield Sandbox(desk, url_of(control), webhook_receiver, sms_receiver)


def _aggregators(names: Sequence[str]) -> list[AggregatorPlatform]:
    if strange := sorted(set(names) - set(AGGREGATORS)):
        raise WorldError(f"there is no aggregator {strange[0]!r}; there are {', '.join(AGGREGATORS)}")
    return [AGGREGATORS[name] for name in names]


def _world(options: SandboxOptions, clock: WorldClock, faults: Faults) -> World:
    plan = Plan(
        seed=options.seed,
        orders=options.orders,
        start=clock.now(),
        days_back=options.days_back,
        days_ahead=options.days_ahead,
        late=faults.on("late"),
    )
    return make_world(plan, all_stories(options.stories_dir), clock)


def _credentials(world: World) -> Credentials:
    seed = world.seed
    return Credentials(
        tiktok_app_key=app_key(seed),
        tiktok_app_secret=app_secret(seed),
        tiktok_service_id=f"75{secret(seed, 'service id')[:10]}",
        tiktok_auth_codes={
            shop.shop_id: f"TTP_{secret(seed, f'code {shop.shop_id}')[:24]}" for shop in world.shops
        },
        ups_client_id=secret(seed, "ups id"),
        ups_client_secret=secret(seed, "ups secret"),
        fedex_client_id=f"l7{secret(seed, 'fedex id')}",
        fedex_client_secret=secret(seed, "fedex secret"),
        usps_client_id=secret(seed, "usps id"),
        usps_client_secret=secret(seed, "usps secret"),
        dhl_api_key=secret(seed, "dhl key"),
        royal_mail_client_id=secret(seed, "royal mail id"),
        royal_mail_client_secret=secret(seed, "royal mail secret"),
        la_poste_api_key=secret(seed, "la poste key"),
        canada_post_client_id=secret(seed, "canada post id"),
        canada_post_client_secret=secret(seed, "canada post secret"),
        australia_post_api_key=secret(seed, "australia post key"),
        australia_post_client_secret=secret(seed, "australia post password"),
        australia_post_account=f"{seed % 10**10:010d}",
        yanwen_client_id=secret(seed, "yanwen id"),
        aggregator_key=secret(seed, "aggregator key"),
        aggregator_secret=secret(seed, "aggregator push")[:32],
        **{f"{carrier}_push_secret": secret(seed, f"{carrier} push")[:32] for carrier in PUSHING},
        sms_account_sid=f"AC{secret(seed, 'sms account')[:32].ljust(32, '0')}",
        sms_auth_token=secret(seed, "sms token"),
    )


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None], *, when: bool = True) -> AsyncIterator[None]:
    """While the world runs by itself, its webhooks go out by themselves; a stepped one waits for a flush."""
    if not when:
        work.close()
        yield
        return
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _send_forever(webhooks: Webhooks, pushes: CarrierPushes) -> None:
    while True:
        await webhooks.flush()
        await pushes.flush()
        await asyncio.sleep(WEBHOOK_SECONDS)


__all__ = [
    "FAULTS",
    "AuditError",
    "AuditResult",
    "Sandbox",
    "SandboxOptions",
    "SandboxRefusal",
    "audit",
    "audit_told",
    "running",
]
