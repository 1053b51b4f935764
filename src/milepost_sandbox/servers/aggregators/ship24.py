"""The Ship24 of the sandbox: the clock of the place, its offset at times, a milestone on every event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.aggregators.platform import Desk, Voice, pieces
from milepost_sandbox.servers.aggregators.rows import Saying, Table, Written
from milepost_sandbox.servers.answers import Answer, json_answer, respond, tell
from milepost_sandbox.servers.telling import is_ambiguous, offset_text
from milepost_sandbox.world.words import FaultsLike, OffsetSource, Parcel

SOURCE: Final = "ship24"
PATH: Final = "/public/v1/trackers"
OFFSET_SHARE: Final = 0.5


def _code(word: str) -> str:
    """The code, or the milestone where an event has none."""
    code, milestone = pieces(word, "@")
    return code or milestone


def _write(_faults: FaultsLike, saying: Saying) -> Written:
    at, place = saying.at, saying.place
    code, milestone = pieces(saying.word, "@")
    unclear = place is None or is_ambiguous(at, place)
    has_offset = unclear or chance.picked(OFFSET_SHARE, "ship24 offset", saying.step.key)
    wall = at.strftime("%Y-%m-%dT%H:%M:%S")
    row = {
        "eventId": f"{saying.step.key}/{code}",
        "status": saying.text,
        "occurrenceDatetime": wall,
        "datetime": f"{wall}.000Z",
        "utcOffset": offset_text(at) if has_offset else None,
        "location": f"{place.city}, {place.region}, {place.country}" if place else None,
        "courierCode": None,
        "statusCode": code or None,
        "statusCategory": None,
        "statusMilestone": milestone,
    }
    source: OffsetSource = "reported" if has_offset else "inferred"
    return row, at, source


class Ship24(Voice):
    """Ship24's shapes."""

    source = SOURCE
    table = Table(SOURCE, _write, _code, "rerouted@exception")

    def tracker(self, parcel: Parcel, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
        """A tracking; its events are newest first."""
        return {
            "tracker": {"trackerId": f"tracker-{parcel.key}", "trackingNumber": parcel.tracking_number},
            "shipment": {
                "statusCode": rows[0]["statusCode"],
                "statusMilestone": rows[0]["statusMilestone"],
                "delivery": {"estimatedDeliveryDate": None, "courierEstimatedDeliveryDate": None},
            },
            "events": list(rows),
        }

    def push(self, tracker: dict[str, Any], key: str) -> dict[str, Any]:
        """A list of trackings; told apart by the message's id."""
        return {"trackings": [{"metadata": {"messageId": key}, **tracker}]}

    def proof(self, body: bytes, secret: bytes) -> dict[str, str]:
        """The secret itself."""
        return {"Authorization": f"Bearer {secret.decode()}"}

    def problem(self, status: int, message: str) -> dict[str, Any]:
        """A list of errors."""
        code = {401: "auth_invalid", 404: "tracker_not_found"}.get(status, "internal_error")
        return {"errors": [{"code": code, "message": message}], "data": None}

    def routes(self, desk: Desk) -> list[Any]:
        """Ask, and create."""

        def refused(request: Request[Any, Any, Any]) -> Answer | None:
            if request.headers.get("authorization") == f"Bearer {desk.key}":
                return None
            return json_answer(401, self.problem(401, "Invalid key."))

        def results(request: Request[Any, Any, Any], number: str) -> Answer:
            found = desk.find(number)
            if found is None and not desk.follows(number):
                return json_answer(404, self.problem(404, "Tracker not found."))
            empty: dict[str, Any] = {"tracker": {"trackingNumber": number}, "shipment": None, "events": []}
            tell(request, found[1] if found else ())
            return json_answer(200, {"data": {"trackings": [found[0] if found else empty]}})

        @get(PATH + "/search/{number:str}/results")
        async def search(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[bytes]:
            return respond(refused(request) or results(request, number))

        @post(PATH + "/track", status_code=201)
        async def track(request: Request[Any, Any, Any]) -> Response[bytes]:
            if bad := refused(request):
                return respond(bad)
            number = str((await request.json())["trackingNumber"])
            desk.follow(number)
            return respond(results(request, number))

        return [search, track]
