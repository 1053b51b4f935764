"""The 17TRACK of the sandbox: forty numbers a call, registered first, webhooks with a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, post

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.aggregators.platform import Desk, Voice
from milepost_sandbox.servers.aggregators.rows import Saying, Table, Written
from milepost_sandbox.servers.answers import Answer, json_answer, respond, tell
from milepost_sandbox.servers.telling import lacks_offset, offset_text
from milepost_sandbox.world.words import FaultsLike, OffsetSource, Parcel

SOURCE: Final = "seventeen_track"
PATH: Final = "/track/{version:str}/"
NOT_REGISTERED, REGISTERED, TOO_MANY, BAD_KEY = -18019902, -18019901, -18010014, -18010002
NUMBERS_MAX: Final = 40


def _write(faults: FaultsLike, saying: Saying) -> Written:
    at, place = saying.at, saying.place
    naive = lacks_offset(faults, SOURCE, saying.step, at, place)
    wall = at.strftime("%Y-%m-%dT%H:%M:%S")
    row = {
        "time_iso": None if naive else wall + offset_text(at),
        "time_utc": None if naive else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "time_raw": {"date": wall[:10], "time": wall[11:], "timezone": None if naive else offset_text(at)},
        "description": saying.text,
        "location": f"{place.city}, {place.region}" if place else None,
        "stage": None,
        "sub_status": saying.word,
        "address": {
            "country": place.country if place else None,
            "state": place.region if place else None,
            "city": place.city if place else None,
            "street": None,
            "postal_code": place.postal_code if place else None,
        },
    }
    source: OffsetSource = "reported"
    if naive:
        source = "inferred" if place else "unzoned"
    return row, at, source


class SeventeenTrack(Voice):
    """17TRACK's shapes."""

    source = SOURCE
    table = Table(SOURCE, _write, str, "Rerouted_Other")

    def tracker(self, parcel: Parcel, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
        """A track; its events are newest first."""
        status = rows[0]["sub_status"]
        provider = {
            "provider": {"key": 0, "name": parcel.provider_name},
            "events_hash": chance.number(10**9, len(rows), parcel.key),
            "events": list(rows),
        }
        return {
            "number": parcel.tracking_number,
            "carrier": 0,
            "tag": None,
            "track_info": {
                "latest_status": {"status": status.partition("_")[0], "sub_status": status},
                "latest_event": rows[0],
                "time_metrics": {"estimated_delivery_date": {"source": None, "from": None, "to": None}},
                "misc_info": {"local_number": None, "local_key": 0},
                "tracking": {"providers": [provider]},
            },
        }

    def push(self, tracker: dict[str, Any], key: str) -> dict[str, Any]:
        """`TRACKING_UPDATED`."""
        return {"event": "TRACKING_UPDATED", "data": {**tracker, "tag": key}}

    def proof(self, body: bytes, secret: bytes) -> dict[str, str]:
        """SHA-256 of the raw body, a slash and the key."""
        return {"sign": hashlib.sha256(body + b"/" + secret).hexdigest()}

    def problem(self, status: int, message: str) -> dict[str, Any]:
        """`errors` under `data`."""
        code = {401: BAD_KEY, 429: 429}.get(status, -18010003)
        return {"code": code, "data": {"errors": [{"code": code, "message": message}]}}

    def routes(self, desk: Desk) -> list[Any]:
        """Ask, and register."""

        async def wished(request: Request[Any, Any, Any]) -> list[str] | Answer:
            if request.headers.get("17token") != desk.key:
                return json_answer(401, self.problem(401, "Invalid security key."))
            numbers = [str(one["number"]) for one in await request.json()]
            if len(numbers) > NUMBERS_MAX:
                error = {"code": TOO_MANY, "message": "More than 40 numbers."}
                return json_answer(200, {"code": TOO_MANY, "data": {"errors": [error]}})
            return numbers

        def rejected(number: str, code: int) -> dict[str, Any]:
            return {"number": number, "error": {"code": code, "message": f"'{number}' {code}"}}

        @post(PATH + "gettrackinfo", status_code=200)
        async def ask(request: Request[Any, Any, Any]) -> Response[bytes]:
            numbers = await wished(request)
            if isinstance(numbers, Answer):
                return respond(numbers)
            found = {number: desk.find(number) for number in numbers}
            tell(request, [key for one in found.values() if one for key in one[1]])
            refused = [
                rejected(number, -18019909 if desk.follows(number) else NOT_REGISTERED)
                for number, one in found.items()
                if one is None
            ]
            data = {"accepted": [one[0] for one in found.values() if one], "rejected": refused}
            return respond(json_answer(200, {"code": 0, "data": data}))

        @post(PATH + "register", status_code=200)
        async def register(request: Request[Any, Any, Any]) -> Response[bytes]:
            numbers = await wished(request)
            if isinstance(numbers, Answer):
                return respond(numbers)
            known = [number for number in numbers if desk.follows(number)]
            new = [number for number in numbers if not desk.follows(number)]
            for number in new:
                desk.follow(number)
            data = {
                "accepted": [{"origin": 1, "number": number, "carrier": 0} for number in new],
                "rejected": [rejected(number, REGISTERED) for number in known],
            }
            return respond(json_answer(200, {"code": 0, "data": data}))

        return [ask, register]
