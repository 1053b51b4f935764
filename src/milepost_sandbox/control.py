"""The sandbox's control server: where a person or a test asks for the world's state and moves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Protocol

import httpx
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.params import JSONBody, QueryParameter

from milepost_sandbox.clock import ClockError
from milepost_sandbox.faults import FAULTS, FaultError, Faults
from milepost_sandbox.partners.post_office import PostBox
from milepost_sandbox.partners.routes import partner_routes
from milepost_sandbox.servers.pushing import Pusher
from milepost_sandbox.truth import Truth
from milepost_sandbox.world.words import Credentials, Entailed, Order
from milepost_sandbox.world.world import World

PAGE_MAX: Final = 5_000
EXAMPLES_MAX: Final = 60
TARGET_CHARACTERS_MAX: Final = 2_000

Cursor = Annotated[int, QueryParameter(ge=0)]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]


class Webhooks(Protocol):
    """What the control server asks of the webhook sender."""

    def set_target(self, url: str | None) -> None:
        """Send to this address from now on; None sends nothing."""

    async def flush(self) -> dict[str, int]:
        """Send everything that is due now; returns counts by outcome."""


class PushingServer(Protocol):
    """A carrier's server as the control server sees it."""

    pusher: Pusher
    set_portal: Callable[[Mapping[str, str]], None]


class CarrierPushes:
    """The pushes of all carriers."""

    def __init__(self, servers: Mapping[str, PushingServer]) -> None:
        self._servers = dict(servers)

    def set_portal(self, carrier: str, told: Mapping[str, str]) -> None:
        """Hand on what a person writes into that carrier's portal. Raises KeyError for what is missing."""
        self._servers[carrier].set_portal(told)

    async def flush(self) -> dict[str, dict[str, int]]:
        """Send everything that is due now; counts by outcome, by carrier."""
        return {name: await server.pusher.flush() for name, server in self._servers.items()}


NO_PUSHES: Final = CarrierPushes({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All the control server shows and moves."""

    world: World
    faults: Faults
    truth: Truth
    credentials: Credentials
    urls: Mapping[str, str]
    webhooks: Webhooks
    pushes: CarrierPushes = NO_PUSHES
    receivers: Mapping[str, str] = field(default_factory=dict)
    post_box: PostBox = field(default_factory=PostBox)


def control_app(desk: Desk) -> Litestar:
    """The control server's application; it is meant for loopback only and has no lock."""
    handlers = [*_readers(desk), *_movers(desk), *partner_routes(desk.world, desk.post_box)]
    return Litestar(handlers, openapi_config=None, logging_config=None)


def _readers(desk: Desk) -> list[Any]:
    @get("/world", sync_to_thread=False)
    def world() -> dict[str, Any]:
        return describe(desk)

    @get("/truth", sync_to_thread=False)
    def truth(cursor: Cursor = 0, limit: Limit = 500) -> dict[str, Any]:
        events = desk.truth.events(desk.world.now())
        rows = [entailed_row(desk.world, event) for event in events[cursor : cursor + limit]]
        return {"data": rows, "next_cursor": _next(cursor, limit, len(events))}

    @get("/truth/parcels", sync_to_thread=False)
    def parcels(cursor: Cursor = 0, limit: Limit = 500) -> dict[str, Any]:
        now = desk.world.now()
        page = desk.truth.parcels(now, cursor, cursor + limit)
        rows = [{**asdict(parcel), "known_at": _text(parcel.known_at)} for parcel in page]
        return {"data": rows, "next_cursor": _next(cursor, limit, desk.truth.parcel_count(now))}

    @get("/faults", sync_to_thread=False)
    def faults() -> dict[str, Any]:
        return {"on": desk.faults.names, "known": FAULTS}

    return [world, truth, parcels, faults]


def _movers(desk: Desk) -> list[Any]:
    @post("/clock", status_code=200)
    async def clock(data: JSONBody[dict[str, Any]]) -> dict[str, Any]:
        _move_clock(desk.world, data)
        if data.get("flush") is True:  # a world is stepped some thousand times: one call instead of two
            await desk.webhooks.flush()
            await desk.pushes.flush()
        return {"now": _text(desk.world.now()), "rate": desk.world.clock.rate}

    @post("/faults", status_code=200)
    async def switch(data: JSONBody[dict[str, Any]]) -> dict[str, Any]:
        _switch_faults(desk.faults, data.get("on"))
        return {"on": desk.faults.names, "known": FAULTS}

    @post("/webhook-target", status_code=200)
    async def webhook_target(data: JSONBody[dict[str, Any]]) -> dict[str, Any]:
        url = data.get("url")
        _set_target(desk.webhooks, url)
        return {"url": url}

    @post("/webhooks/flush", status_code=200)
    async def flush() -> dict[str, int]:
        return await desk.webhooks.flush()

    @post("/push-portal", status_code=200)
    async def push_portal(data: JSONBody[dict[str, Any]]) -> dict[str, Any]:
        told = {name: value for name, value in data.items() if isinstance(value, str)}
        if not all(_is_address(told[name]) for name in ("url", "token_url") if name in told):
            raise _refused("url, token_url: write them as http://host/path")
        try:
            desk.pushes.set_portal(told.pop("carrier", ""), told)
        except KeyError as error:
            raise _refused(f"{error.args[0]!r} is missing, or is no carrier that pushes") from error
        return {"set": True}

    @post("/pushes/flush", status_code=200)
    async def flush_pushes() -> dict[str, dict[str, int]]:
        return await desk.pushes.flush()

    return [clock, switch, webhook_target, flush, push_portal, flush_pushes]


def describe(desk: Desk) -> dict[str, Any]:
    """The state of the world, with everything a client needs to connect."""
    world = desk.world
    return {
        "seed": world.seed,
        "orders": len(world.orders),
        "now": _text(world.now()),
        "rate": world.clock.rate,
        "started_at": _text(world.started_at),
        "ends_at": _text(world.ends_at),
        "urls": dict(desk.urls),
        "receivers": dict(desk.receivers),
        "credentials": asdict(desk.credentials),
        "shops": [
            {
                "shop_id": shop.shop_id,
                "name": shop.name,
                "region": shop.region,
                "cipher": shop.cipher,
                "code": shop.code,
                "seller_type": shop.seller_type,
                "auth_code": desk.credentials.tiktok_auth_codes[shop.shop_id],
            }
            for shop in world.shops
        ],
        "faults": desk.faults.names,
        "examples": examples(world),
    }


def examples(world: World) -> list[dict[str, Any]]:
    """Orders worth looking at: placed ones, one of each story, those on the move first."""
    now = world.now()
    found: dict[str, Order] = {}
    for order in sorted(world.orders, key=lambda order: (_interest(order, now), order.order_id)):
        if order.created_at <= now:
            found.setdefault(order.story, order)
    return [_example(order) for order in list(found.values())[:EXAMPLES_MAX]]


def _interest(order: Order, now: datetime) -> int:
    status = order.status_at(now)
    moving = ["IN_TRANSIT", "DELIVERED", "AWAITING_COLLECTION", "COMPLETED"]
    return moving.index(status) if status in moving else len(moving)


def _example(order: Order) -> dict[str, Any]:
    return {
        "order": order.order_id,
        "email": order.buyer.email,
        "phone": order.buyer.phone,
        "postal_code": order.buyer.postal_code,
        "tracking_number": order.parcels[0].tracking_number if order.parcels else None,
        "story": order.story,
    }


def entailed_row(world: World, event: Entailed) -> dict[str, Any]:
    """One entailed event as the audit reads it."""
    return {
        "source": event.source,
        "step_key": event.step_key,
        "tracking_number": event.tracking_number,
        "order_id": event.order_id,
        "code": event.code,
        "description": event.description,
        "instant_utc": _text(event.instant_utc) if event.instant_utc else None,
        "wall_clock": event.wall_clock,
        "offset_source": event.offset_source,
        "status": event.status,
        "reason": event.reason,
        "physical": event.physical,
        "grain_seconds": event.grain_seconds,
        "published_at": _text(event.published_at),
        "served_seconds_ago": world.served_seconds_ago(event.source, event.step_key),
    }


def _move_clock(world: World, data: JSONBody[dict[str, Any]]) -> None:
    try:
        if "to" in data:
            world.clock.advance(datetime.fromisoformat(str(data["to"])))
        elif "rate" in data:
            rate = data["rate"]
            world.clock.set_rate(None if rate is None else float(rate))
        else:
            raise _refused('write {"to": "2026-11-22T12:00:00Z"} or {"rate": 60}')
    except (ClockError, TypeError, ValueError) as error:
        raise _refused(str(error)) from error


def _switch_faults(faults: Faults, names: Any) -> None:
    if not isinstance(names, list):
        raise _refused('write {"on": ["slow", …]} or {"on": []}')
    try:
        faults.switch(str(name) for name in names)
    except FaultError as error:
        raise _refused(str(error)) from error


def _set_target(webhooks: Webhooks, url: Any) -> None:
    if url is not None and not _is_address(url):
        raise _refused('write {"url": "http://127.0.0.1:8000/hooks/tiktok_shop"} or {"url": null}')
    webhooks.set_target(url)


def _is_address(url: Any) -> bool:
    if not isinstance(url, str) or len(url) > TARGET_CHARACTERS_MAX:
        return False
    try:
        target = httpx.URL(url)
        return target.scheme in ("http", "https") and bool(target.host)
    except (httpx.InvalidURL, ValueError):
        return False


def _next(cursor: int, limit: int, length: int) -> str | None:
    return str(cursor + limit) if cursor + limit < length else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _refused(why: str) -> HTTPException:
    return HTTPException(detail=why, status_code=400)
