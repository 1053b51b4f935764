"""The EasyPost of the sandbox: Trackers in UTC, and local times called UTC where the place is not known."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get, post

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.aggregators.platform import Desk, Voice, pieces
from milepost_sandbox.servers.aggregators.rows import Saying, Table, Written
from milepost_sandbox.servers.answers import Answer, json_answer, respond, tell
from milepost_sandbox.world.words import FaultsLike, Parcel

SOURCE: Final = "easypost"
PATH: Final = "/v2/trackers"


def _write(_faults: FaultsLike, saying: Saying) -> Written:
    at, place = saying.at, saying.place
    status, detail = pieces(saying.word)
    told = at.astimezone(UTC) if place else at
    row = {
        "object": "TrackingDetail",
        "message": saying.text,
        "description": None,
        "status": status,
        "status_detail": detail,
        "datetime": told.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": None,
        "carrier_code": None,
        "tracking_location": {
            "object": "TrackingLocation",
            "city": place.city if place else None,
            "state": place.region if place else None,
            "country": place.country if place else None,
            "zip": place.postal_code if place else None,
        },
    }
    return row, told, "reported" if place else "unzoned"


class EasyPost(Voice):
    """EasyPost's shapes."""

    source = SOURCE
    table = Table(SOURCE, _write, str, "rerouted/rerouted")

    def tracker(self, parcel: Parcel, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
        """A Tracker; its details are oldest first."""
        return {
            "id": f"trk_{chance.number(10**12, 'tracker', parcel.key):032d}",
            "object": "Tracker",
            "mode": "production",
            "tracking_code": parcel.tracking_number,
            "status": rows[0]["status"],
            "status_detail": rows[0]["status_detail"],
            "signed_by": None,
            "est_delivery_date": None,
            "carrier": None,
            "tracking_details": list(reversed(rows)),
            "carrier_detail": None,
        }

    def push(self, tracker: dict[str, Any], key: str) -> dict[str, Any]:
        """`tracker.updated`."""
        return {"id": f"evt_{key}", "object": "Event", "description": "tracker.updated", "result": tracker}

    def proof(self, body: bytes, secret: bytes) -> dict[str, str]:
        """Hex of an HMAC over the raw body."""
        return {"X-Hmac-Signature": "hmac-sha256-hex=" + hmac.new(secret, body, "sha256").hexdigest()}

    def problem(self, status: int, message: str) -> dict[str, Any]:
        """One `error`."""
        code = {401: "APIKEY.INACTIVE", 404: "NOT_FOUND"}.get(status, "INTERNAL_SERVER_ERROR")
        return {"error": {"code": code, "message": message, "errors": []}}

    def routes(self, desk: Desk) -> list[Any]:
        """Search, and create."""
        shown = "Basic " + base64.b64encode(f"{desk.key}:".encode()).decode()

        def refused(request: Request[Any, Any, Any]) -> Answer | None:
            if request.headers.get("authorization") == shown:
                return None
            return json_answer(401, self.problem(401, "This API key is not active."))

        def trackers(request: Request[Any, Any, Any], number: str) -> list[dict[str, Any]]:
            found = desk.find(number)
            if found is None:
                empty = {"object": "Tracker", "tracking_code": number, "tracking_details": []}
                return [empty] if desk.follows(number) else []
            tell(request, found[1])
            return [found[0]]

        @get(PATH)
        async def search(request: Request[Any, Any, Any]) -> Response[bytes]:
            if bad := refused(request):
                return respond(bad)
            found = trackers(request, str(request.query_params.get("tracking_code", "")))
            return respond(json_answer(200, {"trackers": found, "has_more": False}))

        @post(PATH)
        async def create(request: Request[Any, Any, Any]) -> Response[bytes]:
            if bad := refused(request):
                return respond(bad)
            number = str((await request.json())["tracker"]["tracking_code"])
            desk.follow(number)
            return respond(json_answer(201, trackers(request, number)[0]))

        return [search, create]
