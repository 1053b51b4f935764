"""The DHL of the sandbox: one key, one tracking number a call, and RFC 7807 problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, post

from milepost_sandbox.servers.answers import Answer, answers_at, json_answer, respond
from milepost_sandbox.servers.carrier import CarrierDesk, CarrierPlatform, RowTable
from milepost_sandbox.servers.dhl import answer as shapes
from milepost_sandbox.servers.dhl import rows
from milepost_sandbox.servers.dhl.pushes import PATH as PUSH_PATH
from milepost_sandbox.servers.dhl.pushes import Pushes
from milepost_sandbox.servers.telling import disturbed, showing
from milepost_sandbox.world.words import Credentials, FaultsLike, WorldLike

PATH: Final = "/track/shipments"
RETENTION: Final = timedelta(days=90)
NUMBER_CHARACTERS_MAX: Final = 40


class Dhl(CarrierPlatform):
    """DHL as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(CarrierDesk):
    """What the handler knows: the world and the client's key."""

    def __init__(
        self, world: WorldLike, faults: FaultsLike, credentials: Credentials, table: RowTable
    ) -> None:
        super().__init__(world, faults, credentials, table)
        self.pushes = Pushes(world, faults, self.rows, self.pusher)

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        """DHL does not say when to come back (carriers.md §12)."""
        return problem(429, "Too many requests", "Too many requests within defined time period.")

    def server_error(self, variant: int) -> Answer:
        if variant % 3 == 0:
            return problem(503, "Service unavailable", "The service is temporarily unavailable.")
        return problem(500, "Internal server error", "Something went wrong on our side.")

    def why_refused(self, headers: Mapping[str, str]) -> Answer | None:
        """The reason any call is refused, if there is one."""
        if headers.get("dhl-api-key") != self.credentials.dhl_api_key:
            return problem(401, "Unauthorized", "Unauthorized for given resource.")
        return None

    def track(self, headers: Mapping[str, str], query: Mapping[str, Any]) -> tuple[Answer, tuple[str, ...]]:
        """Answer a tracking call with the newest parcel of a number, and say which steps the answer tells."""
        if refused := self.why_refused(headers):
            return refused, ()
        number = str(query.get("trackingNumber", "")).strip()
        if not 0 < len(number) <= NUMBER_CHARACTERS_MAX:
            return problem(400, "Bad request", "trackingNumber is missing or too long."), ()
        if query.get("service", shapes.SERVICE) != shapes.SERVICE:
            return _none_found(), ()
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            told = self.rows.newest_first(parcel, now)
            if told:
                listed = disturbed(self.faults, rows.SOURCE, told)
                body = shapes.page(number, [shapes.shipment(parcel, told, listed, now)])
                return json_answer(200, body), tuple(telling.step.key for telling in told)
        return _none_found(), ()


def problem(status: int, title: str, detail: str) -> Answer:
    """DHL's error body."""
    body = json_answer(status, {"title": title, "detail": detail, "status": status, "instance": PATH})
    return Answer(status=status, body=body.body, media_type="application/problem+json")


def _none_found() -> Answer:
    return problem(404, "No result found", "No shipment with given tracking number found.")


def _routes(desk: _Desk) -> list[Any]:
    @post(PUSH_PATH, status_code=202)
    async def subscribe(request: Request[Any, Any, Any]) -> Response[bytes]:
        refused = desk.why_refused(request.headers)
        return respond(refused or desk.pushes.subscribe(await request.body()))

    @post(PUSH_PATH + "/{name:str}", status_code=200)
    async def activate(request: Request[Any, Any, Any]) -> Response[bytes]:
        refused = desk.why_refused(request.headers)
        return respond(refused or desk.pushes.activate(request.path_params["name"], request.headers))

    return [answers_at(PATH, desk.track), subscribe, activate]
