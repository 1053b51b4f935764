"""The Canada Post of the sandbox: a token for keys in headers, and one parcel a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from litestar import Request, Response, get, post

from milepost_sandbox.servers.answers import Answer, bearer, json_answer, respond, retry_after, tell
from milepost_sandbox.servers.canada_post import answer as shapes
from milepost_sandbox.servers.canada_post import rows
from milepost_sandbox.servers.carrier import CarrierPlatform, TokenDesk
from milepost_sandbox.servers.telling import disturbed, showing

TOKEN_PATH: Final = "/cpc-api-native-oauth-provider/oauth2/token"
TOKEN_LIFE_S: Final = 3_600
SCOPE: Final = "merchant"
RETENTION: Final = timedelta(days=120)
NUMBER: Final = re.compile(r"[0-9A-Z]{12,13}|\d{16}")


class CanadaPost(CarrierPlatform):
    """Canada Post as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(TokenDesk):
    """What the handlers know: the world, the issued tokens, the client's key."""

    TOKEN_PATH = TOKEN_PATH
    TOKEN_LIFE_S = TOKEN_LIFE_S

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        return refusal(429, "Server", "Rejected by SLM Monitor", *retry_after(retry_after_s))

    def server_error(self, variant: int) -> Answer:
        status = (500, 503, 504)[variant % 3]
        return refusal(status, str(status), "The service is not available.")

    def token(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a token call: the keys stand in headers, the rest in a form."""
        named = (headers.get("x-ibm-client-id"), headers.get("x-ibm-client-secret"))
        if named != (self.credentials.canada_post_client_id, self.credentials.canada_post_client_secret):
            return unauthorized()
        asked = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if asked != {"grant_type": "client_credentials", "scope": SCOPE}:
            return json_answer(400, {"error": "invalid_request"})
        token = self.tokens.issue(SCOPE)
        reply = {
            "token_type": "Bearer",
            "access_token": token.text,
            "scope": SCOPE,
            "expires_in": TOKEN_LIFE_S,
            "consented_on": int(token.issued_at.timestamp()),
        }
        return json_answer(200, reply)

    def details(self, headers: Mapping[str, str], number: str) -> tuple[Answer, tuple[str, ...]]:
        """Answer for one parcel, and say which steps the answer tells."""
        if self.tokens.standing(bearer(headers)) != "good":
            return unauthorized(), ()
        if not NUMBER.fullmatch(number):
            return refusal(400, "400", "The pin is not valid."), ()
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            told = self.rows.newest_first(parcel, now)
            if told:
                listed = disturbed(self.faults, rows.SOURCE, told)
                body = shapes.details(parcel, listed, now)
                return json_answer(200, body), tuple(telling.step.key for telling in told)
        return refusal(404, "004", "No Pin History"), ()


def refusal(status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
    """Canada Post's error body."""
    error = {"errorCode": code, "message": message}
    return json_answer(status, {"title": message, "detail": message, "errors": [error]}, *headers)


def unauthorized() -> Answer:
    """The gateway's own error body."""
    told = {"httpCode": "401", "httpMessage": "Unauthorized", "moreInformation": "Sign in, please."}
    return json_answer(401, told)


def _routes(desk: _Desk) -> list[Any]:
    @post(TOKEN_PATH, status_code=200)
    async def token(request: Request[Any, Any, Any]) -> Response[bytes]:
        return respond(desk.token(request.headers, await request.body()))

    @get("/tracking/v1/pins/{number:str}/details")
    async def details(request: Request[Any, Any, Any]) -> Response[bytes]:
        answer, step_keys = desk.details(request.headers, request.path_params["number"])
        tell(request, step_keys)
        return respond(answer)

    return [token, details]
