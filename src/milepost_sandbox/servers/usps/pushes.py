"""USPS's subscriptions in the sandbox: a number or a mailer id, signed over time and payload (§4.5)."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import httpx
import msgspec

from milepost_sandbox.servers.answers import Answer, json_answer
from milepost_sandbox.servers.pushing import EVERYTHING, Body, Hook, Pusher
from milepost_sandbox.servers.telling import Rows, disturbed
from milepost_sandbox.servers.usps import answer as shapes
from milepost_sandbox.servers.usps.rows import SOURCE
from milepost_sandbox.world.words import FaultsLike, Parcel, Step, WorldLike

SECRET_LENGTH: Final = 32
MID_LENGTHS: Final = (6, 9)
LIFE: Final = timedelta(days=30)


class Asked(msgspec.Struct):
    """The body of a subscription call."""

    listenerURL: str  # noqa: N815 - USPS's spelling
    secret: str
    filterProperties: dict[str, Any]  # noqa: N815
    adminNotification: list[dict[str, str]] = []  # noqa: N815


class Subscriptions:
    """Who listens, and what they are sent."""

    def __init__(self, world: WorldLike, faults: FaultsLike, rows: Rows, pusher: Pusher) -> None:
        self._world = world
        self._faults = faults
        self._rows = rows
        self.pusher = pusher

    def subscribe(self, body: bytes) -> Answer:
        """Answer a subscription; the same call gives the same subscription."""
        try:
            asked = msgspec.json.decode(body, type=Asked)
        except msgspec.DecodeError as error:
            return _refused(str(error))
        if len(asked.secret) != SECRET_LENGTH:
            return _refused(f"secret must have {SECRET_LENGTH} characters")
        number, mailer = asked.filterProperties.get("trackingNumber"), asked.filterProperties.get("MID")
        if isinstance(mailer, str) and len(mailer) in MID_LENGTHS:
            number = EVERYTHING
        if not isinstance(number, str) or not number:
            return _refused("filterProperties needs a MID or a trackingNumber")
        name = f"{asked.listenerURL} {number}"
        subscription = sha256(name.encode()).hexdigest()[:24]
        now = self._world.now()

        async def prove(_client: httpx.AsyncClient, sent: bytes) -> dict[str, str]:
            told = msgspec.json.decode(sent, type=dict[str, Any])
            message = (told["timestamp"] + told["payload"]).encode()
            digest = hmac.digest(asked.secret.encode(), message, "sha256")
            return {"X-HMAC": base64.b64encode(digest).decode()}

        def tell(parcel: Parcel, step: Step, at: datetime) -> Body | None:
            return self._tell(subscription, parcel, step, at)

        hook = Hook(address=asked.listenerURL, since=now, until=now + LIFE, prove=prove, tell=tell)
        self.pusher.subscribe(number, hook)
        return json_answer(201, {"subscriptionId": subscription})

    def _tell(self, subscription: str, parcel: Parcel, step: Step, at: datetime) -> Body | None:
        """An answer of v3, written as a text into the push."""
        told = self._rows.newest_first(parcel, at)
        if not any(row.step.key == step.key for row in told):
            return None
        listed = disturbed(self._faults, SOURCE, told)
        payload = msgspec.json.encode(shapes.v3(parcel, told, listed, at)).decode()

        def body(now: datetime) -> bytes:
            return msgspec.json.encode(
                {
                    "subscriptionId": subscription,
                    "subscriptionType": "TRACKING",
                    "timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    "payload": payload,
                    "links": [],
                }
            )

        return body


def _refused(message: str) -> Answer:
    error = {"code": "400", "message": message, "errors": []}
    return json_answer(400, {"apiVersion": "/subscriptions-tracking/v3", "error": error})
