"""The La Poste of the sandbox: one key, one to ten numbers a call, and 207 for several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get

from milepost_sandbox.servers.answers import Answer, json_answer, respond, tell
from milepost_sandbox.servers.carrier import CarrierDesk, CarrierPlatform
from milepost_sandbox.servers.la_poste import answer as shapes
from milepost_sandbox.servers.la_poste import rows
from milepost_sandbox.servers.telling import disturbed, showing

PATH: Final = "/suivi/v2/idships"
NUMBERS_MAX: Final = 10
RETENTION: Final = timedelta(days=90)
NUMBER: Final = re.compile(r"[0-9A-Z]{11,15}")
LANGUAGES: Final = ("fr_FR", "en_GB", "de_DE", "es_ES", "it_IT", "nl_NL")


class LaPoste(CarrierPlatform):
    """La Poste as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(CarrierDesk):
    """What the handler knows: the world and the client's key."""

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        """The gateway does not say when to come back."""
        return gateway(429, "TOO_MANY_REQUESTS", "Rate limited, max quota reached")

    def server_error(self, variant: int) -> Answer:
        status = 503 if variant % 3 == 0 else 500
        words = "Service Unavailable" if status == 503 else "Internal Server Error"
        return json_answer(
            status, {"returnCode": status, "returnMessage": words, "lang": "fr_FR", "scope": "open"}
        )

    def why_refused(self, headers: Mapping[str, str]) -> Answer | None:
        """The reason any call is refused, if there is one."""
        if headers.get("x-okapi-key") != self.credentials.la_poste_api_key:
            return gateway(401, "UNAUTHORIZED", "This action requires an authorization")
        return None

    def track(self, asked: str, lang: str) -> tuple[Answer, tuple[str, ...]]:
        """Answer about each number in turn: one with its own status, several with 207."""
        lang = lang if lang in LANGUAGES else LANGUAGES[0]
        numbers = asked.split(",")
        if len(numbers) > NUMBERS_MAX:
            return json_answer(400, shapes.failure(400, asked, "Too many numbers.", lang)), ()
        told = [self._one(number, lang) for number in numbers]
        step_keys = tuple(key for _, keys in told for key in keys)
        if len(told) > 1:
            return json_answer(207, [envelope for envelope, _ in told]), step_keys
        envelope = told[0][0]
        status = {200: 200, 400: 400}.get(envelope["returnCode"], 404)
        return json_answer(status, envelope), step_keys

    def _one(self, number: str, lang: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        if not NUMBER.fullmatch(number):
            return shapes.failure(400, number, "The number is not valid.", lang), ()
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            if told := self.rows.newest_first(parcel, now):
                listed = disturbed(self.faults, rows.SOURCE, told)
                body = shapes.envelope(parcel, told, listed, lang=lang, now=now)
                return body, tuple(telling.step.key for telling in told)
        return shapes.failure(104, number, "Not available yet.", lang), ()


def _routes(desk: _Desk) -> list[Any]:
    @get(PATH + "/{numbers:str}")
    async def track(request: Request[Any, Any, Any]) -> Response[bytes]:
        if refused := desk.why_refused(request.headers):
            return respond(refused)
        lang = request.query_params.get("lang", LANGUAGES[0])
        answer, step_keys = desk.track(request.path_params["numbers"], lang)
        tell(request, step_keys)
        return respond(answer)

    return [track]


def gateway(status: int, code: str, message: str) -> Answer:
    """What the gateway says before the API looks at a request."""
    return json_answer(status, {"code": code, "message": message})
