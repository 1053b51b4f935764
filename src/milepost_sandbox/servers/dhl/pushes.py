"""DHL's Unified Push in the sandbox: subscribe, asked back, activated, ready, pushed (carriers.md §5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import httpx
import msgspec

from milepost_sandbox.servers.answers import Answer, json_answer
from milepost_sandbox.servers.dhl import answer as shapes
from milepost_sandbox.servers.dhl.rows import SOURCE
from milepost_sandbox.servers.pushing import EVERYTHING, Body, Hook, Pusher
from milepost_sandbox.servers.telling import Rows, disturbed
from milepost_sandbox.world.words import FaultsLike, Parcel, Step, WorldLike

PATH: Final = "/tracking/push/v1/subscription"
NUMBERS_MAX: Final = 10
LIFE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subscription:
    name: str
    secret: str
    numbers: tuple[str, ...]
    address: str
    headers: Mapping[str, str]
    until: datetime


class Pushes:
    """Subscriptions that were asked for, and those that were activated."""

    def __init__(self, world: WorldLike, faults: FaultsLike, rows: Rows, pusher: Pusher) -> None:
        self._world = world
        self._faults = faults
        self._rows = rows
        self.pusher = pusher
        self._asked: dict[str, _Subscription] = {}

    def subscribe(self, body: bytes) -> Answer:
        """Take a subscription down, and ask its hook back in the next flush."""
        try:
            asked = msgspec.json.decode(body, type=dict[str, Any])
            address = asked["hook"]["uri"]
            proof = asked["hook"].get("authentication") or {}
            numbers = (EVERYTHING,) if asked["type"] == "Account" else tuple(asked["shipmentIDs"])
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
            return problem(400, "Bad request", "hook, type and shipmentIDs or accountID are needed.")
        if not 0 < len(numbers) <= NUMBERS_MAX:
            return problem(400, "Bad request", f"shipmentIDs: give 1 to {NUMBERS_MAX}.")
        name = self._named(len(self._asked))
        one = _Subscription(
            name=name,
            secret=self._named(f"secret {name}"),
            numbers=numbers,
            address=address,
            headers={proof["header"]: proof["token"]} if proof else {},
            until=self._world.now() + LIFE,
        )
        self._asked[name] = one
        self._say(one, "subscription.validate", secret=one.secret)
        told = {"subscriptionId": name, "self": f"{PATH}/{name}", "expires": one.until.isoformat()}
        return json_answer(202, told)

    def activate(self, name: str, headers: Mapping[str, str]) -> Answer:
        """The subscriber says yes with the secret it was sent."""
        one = self._asked.get(name)
        if one is None:
            return problem(404, "Not found", "There is no such subscription.")
        if headers.get("dhl-api-hook-secret") != one.secret:
            return problem(401, "Unauthorized", "The hook's secret is wrong.")
        hook = self._hook(one, self._tell(one))
        for number in one.numbers:
            self.pusher.subscribe(number, hook)
        self._say(one, "subscription.ready", expires=one.until.isoformat())
        return json_answer(200, {"self": f"{PATH}/{name}", "expires": one.until.isoformat()})

    def _say(self, one: _Subscription, scope: str, **more: str) -> None:
        body = msgspec.json.encode({"scope": scope, "self": f"{PATH}/{one.name}", **more})
        self.pusher.send(f"{scope} {one.name}", self._hook(one, lambda *_: None), lambda _now: body)

    def _hook(self, one: _Subscription, tell: Any) -> Hook:
        async def prove(_client: httpx.AsyncClient, _body: bytes) -> Mapping[str, str]:
            return one.headers

        return Hook(address=one.address, since=self._world.now(), until=one.until, prove=prove, tell=tell)

    def _tell(self, one: _Subscription) -> Any:
        def tell(parcel: Parcel, step: Step, at: datetime) -> Body | None:
            """The shipment as it stood then."""
            told = self._rows.newest_first(parcel, at)
            if not any(row.step.key == step.key for row in told):
                return None
            listed = disturbed(self._faults, SOURCE, told)
            shipment = shapes.shipment(parcel, told, listed, at)
            pushed = {"scope": "subscription.push", "self": f"{PATH}/{one.name}", "shipments": [shipment]}
            body = msgspec.json.encode(pushed)
            return lambda _now: body

        return tell

    def _named(self, what: object) -> str:
        text = sha256(f"{self._world.seed} dhl subscription {what}".encode()).hexdigest()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


def problem(status: int, title: str, detail: str) -> Answer:
    """DHL's error body."""
    body = json_answer(status, {"title": title, "detail": detail, "status": status, "instance": PATH})
    return Answer(status=status, body=body.body, media_type="application/problem+json")
