"""The UPS of the sandbox: OAuth with Basic, one tracking number a call, and the vendor's error bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from litestar import Request, Response, get, post

from milepost_sandbox.servers.answers import Answer, basic, bearer, json_answer, respond, retry_after, tell
from milepost_sandbox.servers.carrier import CarrierPlatform, RowTable, TokenDesk
from milepost_sandbox.servers.telling import disturbed, showing
from milepost_sandbox.servers.tokens import Token
from milepost_sandbox.servers.ups import answer as shapes
from milepost_sandbox.servers.ups import rows
from milepost_sandbox.servers.ups.pushes import Alerts
from milepost_sandbox.world.words import Credentials, FaultsLike, WorldLike

TOKEN_PATH: Final = "/security/v1/oauth/token"
TOKEN_LIFE_S: Final = 14_399
RETENTION: Final = timedelta(days=120)
NUMBER: Final = re.compile(r"[0-9A-Za-z]{7,34}")
TRANSACTION_ID_MAX: Final = 32


class Ups(CarrierPlatform):
    """UPS as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(TokenDesk):
    """What the handlers know: the world, the issued tokens, the client's key."""

    TOKEN_PATH = TOKEN_PATH
    TOKEN_LIFE_S = TOKEN_LIFE_S

    def __init__(
        self, world: WorldLike, faults: FaultsLike, credentials: Credentials, table: RowTable
    ) -> None:
        super().__init__(world, faults, credentials, table)
        self.alerts = Alerts(world, self.rows, self.pusher)

    def set_portal(self, told: Mapping[str, str]) -> None:
        self.alerts.set_portal(told)

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        return refusal(429, "10429", "Too Many Requests", *retry_after(retry_after_s))

    def server_error(self, variant: int) -> Answer:
        if variant % 3 == 0:
            return refusal(503, "TV9998", "The service is not available")
        return refusal(500, "TV9999", "Internal error")

    def token(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a token call: HTTP Basic and a form (carriers.md §2.1)."""
        if basic(headers) != (self.credentials.ups_client_id, self.credentials.ups_client_secret):
            return refusal(401, "10401", "ClientId is Invalid")
        if parse_qs(body.decode("utf-8", "replace")).get("grant_type") != ["client_credentials"]:
            return refusal(400, "10400", "Invalid/Missing grant_type")
        return json_answer(200, self._token_reply(self.tokens.issue()))

    def _token_reply(self, token: Token) -> dict[str, str]:
        """All values are strings, numbers too."""
        return {
            "token_type": "Bearer",
            "issued_at": str(int(token.issued_at.timestamp() * 1000)),
            "client_id": self.credentials.ups_client_id,
            "access_token": token.text,
            "scope": "",
            "expires_in": str(TOKEN_LIFE_S),
            "refresh_count": "0",
            "status": "approved",
        }

    def why_refused(self, headers: Mapping[str, str], number: str) -> Answer | None:
        """The reason a tracking call is refused, if there is one."""
        if refused := self.why_unknown(headers):
            return refused
        if not NUMBER.fullmatch(number):
            return refusal(400, "TV1002", "Invalid inquiry number")
        return None

    def why_unknown(self, headers: Mapping[str, str]) -> Answer | None:
        """The reason any call is refused: no good token, or no word of who calls."""
        standing = self.tokens.standing(bearer(headers))
        if standing == "expired":
            return refusal(401, "251004", "Token is expired")
        if standing == "unknown":
            return refusal(401, "250002", "Invalid Authentication Information.")
        if not 0 < len(headers.get("transid", "")) <= TRANSACTION_ID_MAX:
            return refusal(400, "VSS002", "Missing or invalid transId")
        if not headers.get("transactionsrc"):
            return refusal(400, "VSS004", "Missing or invalid transactionSrc")
        return None

    def details(self, number: str) -> tuple[Answer, tuple[str, ...]]:
        """The answer for one number and the steps it tells; UPS shows the newest parcel with a number."""
        now = self.world.now()
        found = showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION)
        told = self.rows.newest_first(found[0], now) if found else []
        if not told:
            return json_answer(200, shapes.unknown_number(number)), ()
        listed = disturbed(self.faults, rows.SOURCE, told)
        body = shapes.known_number(found[0], told, listed, now)
        return json_answer(200, body), tuple(telling.step.key for telling in told)


def _routes(desk: _Desk) -> list[Any]:
    @post(TOKEN_PATH, status_code=200)
    async def token(request: Request[Any, Any, Any]) -> Response[bytes]:
        return respond(desk.token(request.headers, await request.body()))

    @get("/api/track/v1/details/{number:str}")
    async def details(request: Request[Any, Any, Any]) -> Response[bytes]:
        number = request.path_params["number"]
        if refused := desk.why_refused(request.headers, number):
            return respond(refused)
        answer, step_keys = desk.details(number.upper())
        tell(request, step_keys)
        return respond(answer)

    @post("/api/track/v2/subscription/{kind:str}/package", status_code=200)
    async def subscribe(request: Request[Any, Any, Any]) -> Response[bytes]:
        if refused := desk.why_unknown(request.headers):
            return respond(refused)
        return respond(desk.alerts.subscribe(request.path_params["kind"], await request.body()))

    return [token, details, subscribe]


def refusal(status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
    """UPS's error body."""
    return json_answer(status, {"response": {"errors": [{"code": code, "message": message}]}}, *headers)
