"""FedEx's pushes in the sandbox: set up in the portal for the whole account, signed (carriers.md §3.8)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.fedex import answer as shapes
from milepost_sandbox.servers.fedex.rows import SOURCE
from milepost_sandbox.servers.pushing import EVERYTHING, Body, Hook, Pusher
from milepost_sandbox.servers.telling import Rows, disturbed
from milepost_sandbox.world.words import FaultsLike, Parcel, Step, WorldLike

BARE_SHARE: Final = 0.2
"""So many pushes come without the two outer levels, as some receivers report."""


class Visibility:
    """What the account's webhook is sent."""

    def __init__(self, world: WorldLike, faults: FaultsLike, rows: Rows, pusher: Pusher) -> None:
        self._world = world
        self._faults = faults
        self._rows = rows
        self.pusher = pusher
        self._secret = b""

    def set_portal(self, told: Mapping[str, str]) -> None:
        """What a person writes into the developer portal: `url` and `secret`, the security token."""
        self._secret = told["secret"].encode()
        now = self._world.now()
        hook = Hook(address=told["url"], since=now, until=None, prove=self._prove, tell=self._tell)
        self.pusher.subscribe(EVERYTHING, hook)

    async def _prove(self, _client: httpx.AsyncClient, body: bytes) -> dict[str, str]:
        digest = hmac.digest(self._secret, body, "sha256")
        return {"fdx-signature": base64.b64encode(digest).decode()}

    def _tell(self, parcel: Parcel, step: Step, at: datetime) -> Body | None:
        """The number's whole result as it stood then."""
        told = self._rows.newest_first(parcel, at)
        if not any(row.step.key == step.key for row in told):
            return None
        listed = disturbed(self._faults, SOURCE, told)
        result = shapes.result(parcel, told, listed, at, detailed=True)
        group: dict[str, Any] = {"trackingNumber": parcel.tracking_number, "trackResults": [result]}

        def body(now: datetime) -> bytes:
            if chance.picked(BARE_SHARE, "bare push", step.key):
                return msgspec.json.encode({"trackResults": [result]})
            sent = {"pushTime": now.astimezone(UTC).isoformat(), "attempt": 1}
            return msgspec.json.encode(
                {
                    "transactionId": f"push-{step.key}",
                    "outputMetaData": [sent],
                    "output": {"completeTrackResults": [group]},
                }
            )

        return body
