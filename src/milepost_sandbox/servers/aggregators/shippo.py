"""The Shippo of the sandbox: tracks by carrier and number, times in UTC, webhooks without a signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from milepost_sandbox.servers.aggregators.platform import Desk, Voice, pieces
from milepost_sandbox.servers.aggregators.rows import Saying, Table, Written
from milepost_sandbox.servers.answers import json_answer, respond, tell
from milepost_sandbox.world.words import FaultsLike, Parcel

SOURCE: Final = "shippo"


def _write(_faults: FaultsLike, saying: Saying) -> Written:
    at, place = saying.at, saying.place
    status, substatus = pieces(saying.word)
    location = None
    if place:
        location = {
            "city": place.city,
            "state": place.region,
            "zip": place.postal_code,
            "country": place.country,
        }
    row = {
        "object_id": saying.step.key,
        "status": status,
        "substatus": {"code": substatus, "text": saying.text, "action_required": False},
        "status_details": saying.text,
        "status_date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "location": location,
    }
    return row, at.astimezone(UTC), "reported"


class Shippo(Voice):
    """Shippo's shapes."""

    source = SOURCE
    table = Table(SOURCE, _write, str, "REROUTED/rerouted")
    follows_all = True

    def tracker(self, parcel: Parcel, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
        """A track; its history is oldest first."""
        return {
            "messages": [],
            "carrier": "other",
            "tracking_number": parcel.tracking_number,
            "address_from": None,
            "address_to": None,
            "eta": None,
            "servicelevel": {"token": None, "name": None},
            "tracking_status": rows[0],
            "tracking_history": list(reversed(rows)),
        }

    def push(self, tracker: dict[str, Any], key: str) -> dict[str, Any]:
        """`track_updated`; told apart by a field of no meaning."""
        return {"event": "track_updated", "test": False, "data": {**tracker, "metadata": key}}

    def proof(self, body: bytes, secret: bytes) -> dict[str, str]:
        """None: the secret is in the address."""
        return {}

    def problem(self, status: int, message: str) -> dict[str, Any]:
        """One `detail`."""
        return {"detail": message}

    def routes(self, desk: Desk) -> list[Any]:
        """One call."""

        @get("/tracks/{carrier:str}/{number:str}")
        async def track(
            request: Request[Any, Any, Any], carrier: FromPath[str], number: FromPath[str]
        ) -> Response[bytes]:
            if request.headers.get("authorization") != f"ShippoToken {desk.key}":
                return respond(json_answer(401, self.problem(401, "Token does not exist")))
            found = desk.find(number)
            if found is None:
                empty = {"carrier": carrier, "tracking_number": number, "tracking_history": []}
                return respond(json_answer(200, empty))
            tell(request, found[1])
            return respond(json_answer(200, found[0]))

        return [track]
