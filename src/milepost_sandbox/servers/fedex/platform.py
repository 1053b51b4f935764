"""The FedEx of the sandbox: OAuth with a form, thirty numbers a call, and a number that was used twice."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from litestar import Request, Response, post

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.answers import Answer, bearer, json_answer, respond, retry_after, tell
from milepost_sandbox.servers.carrier import CarrierPlatform, RowTable, TokenDesk
from milepost_sandbox.servers.fedex import answer as shapes
from milepost_sandbox.servers.fedex import rows
from milepost_sandbox.servers.fedex.pushes import Visibility
from milepost_sandbox.servers.telling import disturbed, showing
from milepost_sandbox.world.words import Credentials, FaultsLike, Parcel, WorldLike

TOKEN_PATH: Final = "/oauth/token"
TOKEN_LIFE_S: Final = 3_599
NUMBERS_MAX: Final = 30
RETENTION: Final = timedelta(days=730)
GZIP_SHARE: Final = 0.3


class NumberInfo(msgspec.Struct, rename="camel"):
    """Which parcel is meant."""

    tracking_number: str
    carrier_code: str = ""
    tracking_number_unique_id: str = ""


class Inquiry(msgspec.Struct, rename="camel"):
    """One number asked about, perhaps with the dates it was shipped between."""

    tracking_number_info: NumberInfo
    ship_date_begin: date | None = None
    ship_date_end: date | None = None


class TrackRequest(msgspec.Struct, rename="camel"):
    """The body of a tracking call."""

    tracking_info: list[Inquiry]
    include_detailed_scans: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    result: dict[str, Any]
    step_keys: tuple[str, ...]


class FedEx(CarrierPlatform):
    """FedEx as a platform of the sandbox."""

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
        self.visibility = Visibility(world, faults, self.rows, self.pusher)
        self._answers = 0

    def set_portal(self, told: Mapping[str, str]) -> None:
        self.visibility.set_portal(told)

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        return self.refusal(
            429, "TOO.MANY.REQUESTS.ERROR", "Request limit reached", *retry_after(retry_after_s)
        )

    def server_error(self, variant: int) -> Answer:
        if variant % 3 == 0:
            return self.refusal(503, "SERVICE.UNAVAILABLE.ERROR", "The service is currently unavailable")
        return self.refusal(500, "INTERNAL.SERVER.ERROR", "We encountered an unexpected error")

    def refusal(self, status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
        """FedEx's error body."""
        errors = [{"code": code, "message": message, "parameterList": []}]
        return json_answer(status, {"transactionId": self.transaction_id(), "errors": errors}, *headers)

    def transaction_id(self) -> str:
        """A fresh id in the shape of a UUID."""
        self._answers += 1
        return str(UUID(int=chance.number(2**47, "fedex", self.world.seed, self._answers)))

    def token(self, body: bytes) -> Answer:
        """Answer a token call: client id and secret in a form (carriers.md §3.1)."""
        form = parse_qs(body.decode("utf-8", "replace"))
        expected = {
            "grant_type": ["client_credentials"],
            "client_id": [self.credentials.fedex_client_id],
            "client_secret": [self.credentials.fedex_client_secret],
        }
        if any(form.get(name) != value for name, value in expected.items()):
            words = "The given client credentials were not valid. Please modify your request and try again."
            return self.refusal(401, "NOT.AUTHORIZED.ERROR", words)
        token = self.tokens.issue("CXS")
        reply = {"access_token": token.text, "token_type": "bearer", "expires_in": TOKEN_LIFE_S}
        return json_answer(200, {**reply, "scope": "CXS"})

    def track(self, headers: Mapping[str, str], body: bytes) -> tuple[Answer, tuple[str, ...]]:
        """Answer a tracking call, and say which steps the answer tells."""
        if self.tokens.standing(bearer(headers)) != "good":
            words = "Access token expired. Please modify your request and try again."
            return self.refusal(401, "NOT.AUTHORIZED.ERROR", words), ()
        try:
            asked = msgspec.json.decode(body, type=TrackRequest)
        except msgspec.DecodeError as error:
            return self.refusal(400, "TRACKING.REQUEST.INVALID", str(error)), ()
        if not 0 < len(asked.tracking_info) <= NUMBERS_MAX:
            words = f"Please provide 1 to {NUMBERS_MAX} tracking numbers"
            return self.refusal(400, "TRACKING.TRACKINGNUMBERS.MAXIMUM.EXCEEDED", words), ()
        founds = [
            self._find(inquiry, detailed=asked.include_detailed_scans) for inquiry in asked.tracking_info
        ]
        reply = {
            "transactionId": self.transaction_id(),
            "customerTransactionId": headers.get("x-customer-transaction-id", ""),
            "output": {"completeTrackResults": [found.result for found in founds]},
        }
        answer = json_answer(200, reply)
        if "gzip" in headers.get("accept-encoding", "") and chance.picked(GZIP_SHARE, "gzip", self._answers):
            answer = replace(
                answer, body=gzip.compress(answer.body, 1), headers=(("Content-Encoding", "gzip"),)
            )
        return answer, tuple(key for found in founds for key in found.step_keys)

    def _find(self, inquiry: Inquiry, *, detailed: bool) -> _Found:
        number = inquiry.tracking_number_info.tracking_number
        now = self.world.now()
        results, step_keys = [], []
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            if not _fits(parcel, inquiry):
                continue
            told = self.rows.newest_first(parcel, now)
            if not told:
                continue
            listed = disturbed(self.faults, rows.SOURCE, _not_strictly(told))
            results.append(shapes.result(parcel, told, listed, now, detailed=detailed))
            step_keys += [telling.step.key for telling in (told if detailed else told[:1])]
        if not results:
            return _Found(result=shapes.not_found(number), step_keys=())
        return _Found(result={"trackingNumber": number, "trackResults": results}, step_keys=tuple(step_keys))


def _fits(parcel: Parcel, inquiry: Inquiry) -> bool:
    """Whether a parcel is among those asked for, by unique id and ship date."""
    wanted = inquiry.tracking_number_info.tracking_number_unique_id
    if wanted and wanted != shapes.unique_id(parcel):
        return False
    if inquiry.ship_date_begin and parcel.ship_date < inquiry.ship_date_begin:
        return False
    return not (inquiry.ship_date_end and parcel.ship_date > inquiry.ship_date_end)


def _not_strictly(told: list[Any]) -> list[Any]:
    """FedEx lists newest first, but a pick-up scan stands one place too high (carriers.md §1.4)."""
    listed = list(told)
    for index in range(1, len(listed)):
        if listed[index].row["eventType"] == "PU":
            listed[index - 1], listed[index] = listed[index], listed[index - 1]
            break
    return listed


def _routes(desk: _Desk) -> list[Any]:
    @post(TOKEN_PATH, status_code=200)
    async def token(request: Request[Any, Any, Any]) -> Response[bytes]:
        return respond(desk.token(await request.body()))

    @post("/track/v1/trackingnumbers", status_code=200)
    async def track(request: Request[Any, Any, Any]) -> Response[bytes]:
        answer, step_keys = desk.track(request.headers, await request.body())
        tell(request, step_keys)
        return respond(answer)

    return [token, track]
