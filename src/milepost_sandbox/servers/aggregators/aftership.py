"""The AfterShip of the sandbox: trackings by number, followed once they are created, signed webhooks."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.aggregators.platform import Desk, Voice, pieces
from milepost_sandbox.servers.aggregators.rows import Saying, Table, Written
from milepost_sandbox.servers.answers import Answer, json_answer, respond, tell
from milepost_sandbox.servers.telling import lacks_offset, offset_text
from milepost_sandbox.world.words import FaultsLike, OffsetSource, Parcel

SOURCE: Final = "aftership"
PATH: Final = "/tracking/{version:str}/trackings"
NUMBERS_MAX: Final = 50


def _write(faults: FaultsLike, saying: Saying) -> Written:
    at, place = saying.at, saying.place
    tag, subtag = pieces(saying.word)
    naive = lacks_offset(faults, SOURCE, saying.step, at, place)
    wall = at.strftime("%Y-%m-%dT%H:%M:%S")
    row = {
        "created_at": None,
        "slug": None,
        "checkpoint_time": wall if naive else wall + offset_text(at),
        "location": f"{place.city}, {place.region}, {place.country}" if place else None,
        "city": place.city if place else None,
        "state": place.region if place else None,
        "zip": place.postal_code if place else None,
        "country_iso3": None,
        "country_name": place.country if place else None,
        "message": saying.text,
        "tag": tag,
        "subtag": subtag,
        "subtag_message": None,
        "raw_tag": None,
    }
    source: OffsetSource = "reported"
    if naive:
        source = "inferred" if place else "unzoned"
    return row, at, source


class AfterShip(Voice):
    """AfterShip's shapes."""

    source = SOURCE
    table = Table(SOURCE, _write, lambda word: pieces(word)[1], "Rerouted/Rerouted_001")

    def tracker(self, parcel: Parcel, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
        """A tracking; its checkpoints are oldest first."""
        return {
            "id": f"{chance.number(10**12, 'tracking', parcel.key):032d}",
            "tracking_number": parcel.tracking_number,
            "slug": None,
            "active": True,
            "tag": rows[0]["tag"],
            "subtag": rows[0]["subtag"],
            "signed_by": None,
            "shipment_type": parcel.service,
            "latest_estimated_delivery": None,
            "checkpoints": list(reversed(rows)),
        }

    def push(self, tracker: dict[str, Any], key: str) -> dict[str, Any]:
        """`tracking_update`."""
        return {"ts": 0, "event": "tracking_update", "event_id": f"event-{key}", "msg": tracker}

    def proof(self, body: bytes, secret: bytes) -> dict[str, str]:
        """Base64 of an HMAC over the raw body."""
        digest = hmac.digest(secret, body, "sha256")
        return {"aftership-hmac-sha256": base64.b64encode(digest).decode()}

    def problem(self, status: int, message: str) -> dict[str, Any]:
        """Everything is in `meta`."""
        return {"meta": {"code": status, "message": message, "type": "Error"}, "data": {}}

    def routes(self, desk: Desk) -> list[Any]:
        """Search, and create."""

        def refused(request: Request[Any, Any, Any]) -> Answer | None:
            if request.headers.get("as-api-key") == desk.key:
                return None
            return json_answer(401, self.problem(401, "Invalid API key."))

        @get(PATH)
        async def search(request: Request[Any, Any, Any]) -> Response[bytes]:
            if bad := refused(request):
                return respond(bad)
            numbers = str(request.query_params.get("tracking_numbers", "")).split(",")[:NUMBERS_MAX]
            found = [one for number in numbers if (one := desk.find(number))]
            named = [number for number in numbers if desk.follows(number)]
            known = {tracker["tracking_number"] for tracker, _ in found}
            empty = [
                {"tracking_number": number, "checkpoints": []} for number in named if number not in known
            ]
            tell(request, [key for _, keys in found for key in keys])
            trackings = [tracker for tracker, _ in found] + empty
            pages = {"total": len(trackings), "has_next_page": False}
            data = {"trackings": trackings, "pagination": pages}
            return respond(json_answer(200, {"meta": {"code": 200}, "data": data}))

        @post(PATH)
        async def create(request: Request[Any, Any, Any]) -> Response[bytes]:
            if bad := refused(request):
                return respond(bad)
            number = str((await request.json()).get("tracking_number", ""))
            if desk.follows(number):
                return respond(json_answer(400, self.problem(4003, "Tracking already exists.")))
            desk.follow(number)
            data = {"tracking_number": number, "tag": "Pending", "checkpoints": []}
            return respond(json_answer(201, {"meta": {"code": 201}, "data": data}))

        return [search, create]
