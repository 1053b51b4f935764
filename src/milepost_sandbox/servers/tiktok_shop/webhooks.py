"""Sends TikTok Shop's webhooks: signed, given three seconds, and tried again on the documented schedule."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.tiktok_shop import hooks
from milepost_sandbox.servers.tiktok_shop.hooks import Notification
from milepost_sandbox.servers.tiktok_shop.signing import webhook_sign
from milepost_sandbox.trust import trusted
from milepost_sandbox.world.words import FaultsLike, WorldLike

RETRIES: Final = (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12))
"""World time from one try to the next; after the last the notification is dropped (tiktok-shop.md §5.5)."""
AT_ONCE_MAX: Final = 8
DUPLICATE_SHARE: Final = 0.2
SHUFFLED_BY_S: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One address a shop has registered for one event type."""

    address: str
    create_time: int
    update_time: int


@dataclass(frozen=True, slots=True, order=True)
class _Try:
    due_at: datetime
    serial: int
    number: int
    address: str
    body: bytes


class WebhookSender:
    """TikTok's end of the webhooks: what is due by the world's clock goes out when `flush` is called."""

    def __init__(
        self, world: WorldLike, faults: FaultsLike, *, app_key: str, app_secret: str, timeout_s: float
    ) -> None:
        self._world = world
        self._faults = faults
        self._app_key = app_key
        self._app_secret = app_secret
        self._timeout_s = timeout_s
        self._target: str | None = None
        self._registered: dict[tuple[str, str], Registration] = {}
        self._agenda = hooks.agenda(world)
        self._next = 0
        self._serial = 0
        self._queue: list[_Try] = []
        self._skip_past(world.now())

    def set_target(self, url: str | None) -> None:
        """The app-wide address; None stops sending. What was due while there was no address is never sent."""
        self._take_due(self._world.now())
        self._target = url

    def register(self, shop_id: str, event_type: str, address: str) -> None:
        """One shop's own address for one event type, which goes before the app-wide one."""
        self._take_due(self._world.now())
        now = int(self._world.now().timestamp())
        former = self._registered.get((shop_id, event_type))
        self._registered[shop_id, event_type] = Registration(
            address=address, create_time=former.create_time if former else now, update_time=now
        )

    def unregister(self, shop_id: str, event_type: str) -> None:
        """Forget such an address; nothing happens when there is none."""
        self._registered.pop((shop_id, event_type), None)

    def registrations(self, shop_id: str) -> list[dict[str, Any]]:
        """The shop's addresses as the API lists them."""
        return [
            {
                "event_type": event_type,
                "address": held.address,
                "create_time": held.create_time,
                "update_time": held.update_time,
            }
            for (owner, event_type), held in self._registered.items()
            if owner == shop_id
        ]

    def announce_end(self, shop_id: str, *, soon: bool) -> None:
        """Queue type 7 (the authorization ends soon) or type 6 (it has ended) for the next flush."""
        make = hooks.authorization_ends_soon if soon else hooks.authorization_ended
        self._serial += 1
        self._push(make(shop_id, self._world.now(), self._serial))

    def due(self) -> int:
        """How many tries are due by the world's clock."""
        now = self._world.now()
        self._take_due(now)
        return sum(waiting.due_at <= now for waiting in self._queue)

    async def flush(self) -> dict[str, int]:
        """Send everything due by the world's clock, each once; failures wait for their next try.

        Returns counts: `sent`, of which `accepted` and `refused`; of the refused `dropped` for good; and
        `waiting` for a later try.
        """
        now = self._world.now()
        self._take_due(now)
        batch: list[_Try] = []
        while self._queue and self._queue[0].due_at <= now:
            batch.append(heapq.heappop(self._queue))
        outcomes = await self._send_all(self._disturbed(batch))
        refused = [waiting for waiting, accepted in outcomes.items() if not accepted]
        again = [waiting for waiting in refused if waiting.number < len(RETRIES)]
        for waiting in again:
            due_at = now + RETRIES[waiting.number]
            heapq.heappush(self._queue, replace(waiting, due_at=due_at, number=waiting.number + 1))
        return {
            "sent": len(outcomes),
            "accepted": len(outcomes) - len(refused),
            "refused": len(refused),
            "dropped": len(refused) - len(again),
            "waiting": len(self._queue),
        }

    def _skip_past(self, now: datetime) -> None:
        """What happened before the world began was notified then, to nobody."""
        while self._next < len(self._agenda) and self._agenda[self._next].at <= now:
            self._next += 1

    def _take_due(self, now: datetime) -> None:
        """Turn what has become due into tries; without an address it is lost, as with TikTok."""
        while self._next < len(self._agenda) and self._agenda[self._next].at <= now:
            due = self._agenda[self._next]
            self._next += 1
            self._serial += 1
            order = self._world.order(due.order_id)
            if order is not None:
                self._push(hooks.notification(order, due, self._serial))

    def _push(self, notification: Notification) -> None:
        event_type = hooks.EVENT_TYPES.get(notification.kind, "")
        held = self._registered.get((notification.shop_id, event_type))
        address = held.address if held else self._target
        if address is None:
            return
        late = 0.0
        if self._faults.strikes("shuffled", "webhook", notification.notification_id, share=0.3):
            late = SHUFFLED_BY_S * chance.fraction("late hook", notification.notification_id)
        heapq.heappush(
            self._queue,
            _Try(
                due_at=notification.at + timedelta(seconds=int(late)),
                serial=int(notification.notification_id),
                number=0,
                address=address,
                body=msgspec.json.encode(notification.envelope()),
            ),
        )

    def _disturbed(self, batch: list[_Try]) -> list[_Try]:
        """The batch as the faults `duplicate` and `shuffled` leave it."""
        twice = [
            waiting
            for waiting in batch
            if self._faults.strikes(
                "duplicate", "webhook", waiting.serial, waiting.number, share=DUPLICATE_SHARE
            )
        ]
        told = batch + twice
        if self._faults.on("shuffled"):
            told.sort(key=lambda waiting: chance.fraction("hook order", waiting.serial, waiting.number))
        return told

    async def _send_all(self, batch: Sequence[_Try]) -> dict[_Try, bool]:
        """Whether each was taken with a 200; a duplicate does not change what became of the first."""
        if not batch:
            return {}
        gate = asyncio.Semaphore(AT_ONCE_MAX)
        timeout = httpx.Timeout(self._timeout_s)
        async with httpx.AsyncClient(timeout=timeout, trust_env=False, verify=trusted()) as client:

            async def send(waiting: _Try) -> tuple[_Try, bool]:
                async with gate:
                    return waiting, await self._send(client, waiting)

            outcomes: dict[_Try, bool] = {}
            for waiting, accepted in await asyncio.gather(*map(send, batch)):
                outcomes[waiting] = outcomes.get(waiting, False) or accepted
            return outcomes

    async def _send(self, client: httpx.AsyncClient, waiting: _Try) -> bool:
        headers = {
            "Authorization": webhook_sign(self._app_key, self._app_secret, waiting.body),
            "Content-Type": "application/json",
        }
        try:
            answer = await client.post(waiting.address, content=waiting.body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200
