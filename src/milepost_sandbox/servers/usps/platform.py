"""The USPS of the sandbox: a scoped token, one number by v3, up to 35 by v3r2, and 207 for mixed luck."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from litestar import Request, Response, get, post

from milepost_sandbox.servers.answers import Answer, bearer, json_answer, respond, retry_after, tell
from milepost_sandbox.servers.carrier import CarrierPlatform, RowTable, TokenDesk
from milepost_sandbox.servers.telling import Telling, disturbed, showing
from milepost_sandbox.servers.usps import answer as shapes
from milepost_sandbox.servers.usps import rows
from milepost_sandbox.servers.usps.pushes import Subscriptions
from milepost_sandbox.world.words import Credentials, FaultsLike, Parcel, WorldLike

TOKEN_PATH: Final = "/oauth2/v3/token"
TOKEN_LIFE_S: Final = 28_799
NUMBERS_MAX: Final = 35
RETENTION: Final = timedelta(days=120)
NUMBER: Final = re.compile(r"\d{20,34}|[A-Z]{2}\d{9}[A-Z]{2}")
SCOPE: Final = "tracking"
SCOPES: Final = (SCOPE, "subscriptions-tracking")


class Inquiry(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """One item of a v3r2 call; USPS refuses members it does not know."""

    tracking_number: str
    destination_zip_code: str | None = msgspec.field(default=None, name="destinationZIPCode")
    mailing_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    parcel: Parcel
    told: list[Telling]
    listed: list[Telling]


class Usps(CarrierPlatform):
    """USPS as a platform of the sandbox."""

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
        self.subscriptions = Subscriptions(world, faults, self.rows, self.pusher)

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        return refusal(429, "Too many requests", *retry_after(retry_after_s))

    def server_error(self, variant: int) -> Answer:
        if variant % 3 == 0:
            return refusal(503, "Service is unavailable")
        return refusal(500, "Internal server error")

    def token(self, body: bytes, media_type: str) -> Answer:
        """Answer a token call, in JSON or as a form (carriers.md §4.1)."""
        asked = _members(body, media_type)
        named = (asked.get("client_id"), asked.get("client_secret"))
        if named != (self.credentials.usps_client_id, self.credentials.usps_client_secret):
            words = "The client credentials are invalid."
            return json_answer(401, {"error": "invalid_client", "error_description": words, "error_uri": ""})
        if asked.get("grant_type") != "client_credentials":
            words = "The grant type is not supported."
            error = {"error": "unsupported_grant_type", "error_description": words, "error_uri": ""}
            return json_answer(400, error)
        wanted = asked.get("scope")
        granted = " ".join(one for one in SCOPES if wanted is None or one in wanted.split())
        token = self.tokens.issue(granted)
        reply = {
            "access_token": token.text,
            "token_type": "Bearer",
            "issued_at": int(token.issued_at.timestamp() * 1000),
            "expires_in": TOKEN_LIFE_S,
            "status": "approved",
            "scope": granted,
            "issuer": "sandbox",
            "client_id": self.credentials.usps_client_id,
            "application_name": "Milepost sandbox",
            "api_products": "[Shipping-Silver]",
            "public_key": "",
        }
        return json_answer(200, reply)

    def why_refused(self, headers: Mapping[str, str], scope: str = SCOPE) -> Answer | None:
        """The reason a call is refused, if there is one."""
        token = bearer(headers)
        if self.tokens.standing(token) != "good":
            return refusal(401, "Invalid or expired access token")
        if scope not in self.tokens.scope(token).split():
            return refusal(401, "Insufficient OAuth scope with required endpoint.")
        return None

    def find(self, number: str) -> _Found | None:
        """The newest parcel with this number, and its rows."""
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            told = self.rows.newest_first(parcel, now)
            if told:
                return _Found(parcel=parcel, told=told, listed=disturbed(self.faults, rows.SOURCE, told))
        return None

    def one(self, number: str, expand: str) -> tuple[Answer, tuple[str, ...]]:
        """Answer a v3 call for one number, and say which steps the answer tells."""
        if expand not in {"SUMMARY", "DETAIL"}:
            return refusal(400, "expand must be SUMMARY or DETAIL"), ()
        if not NUMBER.fullmatch(number):
            return refusal(400, "The tracking number is not valid"), ()
        found = self.find(number)
        if found is None:
            return refusal(404, "A status update is not yet available on your package."), ()
        body = shapes.v3(found.parcel, found.told, found.listed, self.world.now())
        if expand == "SUMMARY":
            return json_answer(200, shapes.summary(body, found.told)), ()
        return json_answer(200, body), tuple(telling.step.key for telling in found.told)

    def many(self, body: bytes) -> tuple[Answer, tuple[str, ...]]:
        """Answer a v3r2 call: a list in the order asked, 207 when some items failed."""
        try:
            asked = msgspec.json.decode(body, type=list[Inquiry])
        except msgspec.DecodeError as error:
            return refusal(400, str(error)), ()
        if not 0 < len(asked) <= NUMBERS_MAX:
            return refusal(400, f"Send 1 to {NUMBERS_MAX} tracking numbers"), ()
        results: list[dict[str, Any]] = []
        step_keys: list[str] = []
        for inquiry in asked:
            number = inquiry.tracking_number
            found = self.find(number) if NUMBER.fullmatch(number) else None
            if found is None:
                results.append(_failed(number))
                continue
            results.append(shapes.v3r2(found.parcel, found.told, found.listed, self.world.now()))
            step_keys += [telling.step.key for telling in found.told]
        status = 207 if any("error" in result for result in results) else 200
        return json_answer(status, results), tuple(step_keys)


def _failed(number: str) -> dict[str, Any]:
    if not NUMBER.fullmatch(number):
        words = "The tracking number is not valid"
        return {"statusCode": "400", "trackingNumber": number, "error": {"code": "400", "message": words}}
    words = "A status update is not yet available on your package."
    return {"statusCode": "404", "trackingNumber": number, "error": {"code": "404", "message": words}}


def _members(body: bytes, media_type: str) -> dict[str, str]:
    if media_type.startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    try:
        return msgspec.json.decode(body, type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def _routes(desk: _Desk) -> list[Any]:
    @post(TOKEN_PATH, status_code=200)
    async def token(request: Request[Any, Any, Any]) -> Response[bytes]:
        return respond(desk.token(await request.body(), request.headers.get("content-type", "")))

    @get("/tracking/v3/tracking/{number:str}")
    async def one(request: Request[Any, Any, Any]) -> Response[bytes]:
        number = request.path_params["number"]
        if refused := desk.why_refused(request.headers):
            return respond(refused)
        answer, step_keys = desk.one(number, request.query_params.get("expand", "SUMMARY"))
        tell(request, step_keys)
        return respond(answer)

    @post("/tracking/v3r2/tracking", status_code=200)
    async def many(request: Request[Any, Any, Any]) -> Response[bytes]:
        if refused := desk.why_refused(request.headers):
            return respond(refused)
        answer, step_keys = desk.many(await request.body())
        tell(request, step_keys)
        return respond(answer)

    @post("/subscriptions-tracking/v3/subscriptions", status_code=201)
    async def subscribe(request: Request[Any, Any, Any]) -> Response[bytes]:
        if refused := desk.why_refused(request.headers, SCOPES[1]):
            return respond(refused)
        return respond(desk.subscriptions.subscribe(await request.body()))

    return [token, one, many, subscribe]


def refusal(status: int, message: str, *headers: tuple[str, str]) -> Answer:
    """USPS's error body."""
    detail = {"status": str(status), "code": str(status), "title": message, "detail": message}
    error = {"code": str(status), "message": message, "errors": [{**detail, "source": {"parameter": ""}}]}
    return json_answer(status, {"apiVersion": "/tracking/v3", "error": error}, *headers)
