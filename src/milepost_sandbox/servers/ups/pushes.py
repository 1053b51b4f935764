"""UPS's Track Alert in the sandbox: up to a hundred numbers a call, one event a push (carriers.md §2.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec

from milepost_sandbox.servers.answers import Answer, json_answer
from milepost_sandbox.servers.pushing import Body, Hook, Pusher
from milepost_sandbox.servers.telling import Rows
from milepost_sandbox.world.words import Parcel, Step, WorldLike

LIFE: Final = timedelta(days=14)
NUMBERS_MAX: Final = 100
NUMBER: Final = re.compile(r"1Z[0-9A-Z]{16}|1R[0-9A-Z]{14}([0-9A-Z]{12})?")
KINDS: Final = frozenset({"standard", "enhanced"})


class Alerts:
    """Who is told by Track Alert, and what."""

    def __init__(self, world: WorldLike, rows: Rows, pusher: Pusher) -> None:
        self._world = world
        self._rows = rows
        self.pusher = pusher
        self._portal: Mapping[str, str] = {}
        self._token = ""
        self._token_ends = datetime.min.replace(tzinfo=world.now().tzinfo)

    def set_portal(self, told: Mapping[str, str]) -> None:
        """What a person writes into the developer portal: `url`, `token_url`, `client_id`, `secret`."""
        self._portal = dict(told)

    def subscribe(self, kind: str, body: bytes) -> Answer:
        """Answer a subscription by number."""
        try:
            asked = msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError:
            return _refused("VSS000", "Subscription request is rejected.")
        numbers = asked.get("trackingNumberList")
        if kind not in KINDS:
            return _refused("VSS930", "Type in the path is invalid.")
        if not asked.get("locale"):
            return _refused("VSS300", "locale is missing.")
        if not isinstance(numbers, list) or not numbers:
            return _refused("VSS110", "The list of numbers is empty.")
        if len(numbers) > NUMBERS_MAX:
            return _refused("VSS220", f"There are more than {NUMBERS_MAX} tracking numbers.")
        good = [str(number) for number in numbers if NUMBER.fullmatch(str(number))]
        bad = [str(number) for number in numbers if str(number) not in good]
        for number in good:
            self.pusher.subscribe(number, self._hook())
        if not good:
            error = {"code": "VSS210", "message": "There is no valid tracking number."}
            told = {"invalidTrackingNumbers": bad, "response": {"errors": [error]}}
            return json_answer(400, told)
        return json_answer(200, {"validTrackingNumbers": good, "invalidTrackingNumbers": bad})

    def _hook(self) -> Hook | None:
        """Without an address in the portal a subscription is taken and nothing is pushed."""
        if not self._portal:
            return None
        now = self._world.now()
        return Hook(
            address=self._portal["url"], since=now, until=now + LIFE, prove=self._prove, tell=self._tell
        )

    async def _prove(self, client: httpx.AsyncClient, _body: bytes) -> dict[str, str]:
        """With a token fetched from the receiver, which is used again until it runs out."""
        if self._world.now() >= self._token_ends:
            pair = (self._portal["client_id"], self._portal["secret"])
            form = {"grant_type": "client_credentials"}
            answer = await client.post(self._portal["token_url"], data=form, auth=pair)
            if answer.status_code != 200:
                raise httpx.HTTPError("the receiver gave no token")
            told = answer.json()
            self._token = told["access_token"]
            self._token_ends = self._world.now() + timedelta(seconds=int(told["expires_in"]) - 60)
        return {
            "User-Agent": "UPSPubSubTrackingService",
            "Authorization": f"Bearer {self._token}",
            "x-api-key": self._portal["client_id"],
        }

    def _tell(self, parcel: Parcel, step: Step, at: datetime) -> Body | None:
        """One event; missing values are empty texts, and nothing says whether it was scanned."""
        told = [row for row in self._rows.newest_first(parcel, at) if row.step.key == step.key]
        if not told:
            return None
        row = told[-1].row
        status, address = row["status"], row["location"]["address"]
        event = {
            "trackingNumber": parcel.tracking_number,
            "localActivityDate": row["date"],
            "localActivityTime": row["time"],
            "activityLocation": {
                "city": address.get("city", ""),
                "stateProvince": address.get("stateProvince", ""),
                "postalCode": address.get("postalCode", ""),
                "country": address.get("country", ""),
            },
            "activityStatus": {
                "type": status["type"],
                "code": status["code"],
                "description": status["description"],
                "descriptionCode": status["statusCode"],
            },
            "scheduledDeliveryDate": "",
            "actualDeliveryDate": row["date"] if step.situation in {"delivered", "collected"} else "",
            "actualDeliveryTime": "",
            "gmtActivityDate": row.get("gmtDate", ""),
            "gmtActivityTime": row.get("gmtTime", ""),
            "gmtOffset": row.get("gmtOffset", "").replace(":", "."),
            "deliveryStartTime": "",
            "deliveryEndTime": "",
            "deliveryTimeDescription": "",
        }
        body = msgspec.json.encode(event)
        return lambda _now: body


def _refused(code: str, message: str) -> Answer:
    return json_answer(400, {"response": {"errors": [{"code": code, "message": message}]}})
