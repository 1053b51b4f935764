"""The Royal Mail of the sandbox: two keys, its terms in a header, thirty summaries or one history a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get

from milepost_sandbox.servers.answers import Answer, json_answer, respond, tell
from milepost_sandbox.servers.carrier import CarrierDesk, CarrierPlatform
from milepost_sandbox.servers.royal_mail import answer as shapes
from milepost_sandbox.servers.royal_mail import rows
from milepost_sandbox.servers.telling import Telling, disturbed, showing
from milepost_sandbox.world.words import Parcel

PATH: Final = "/mailpieces/v2"
NUMBERS_MAX: Final = 30
RETENTION: Final = timedelta(days=120)
NUMBER: Final = re.compile(r"[0-9A-Z]{9,21}")
NOT_KNOWN: Final = ("E1142", "A mail item with that barcode cannot be located", "Check barcode and resubmit")
Told = tuple[Answer, tuple[str, ...]]


class RoyalMail(CarrierPlatform):
    """Royal Mail as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(CarrierDesk):
    """What the handlers know: the world and the client's keys."""

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        """The gateway in front of it speaks; it does not say when to come back."""
        return gateway(429, "Too Many Requests", "The rate limit has been exceeded for the plan")

    def server_error(self, variant: int) -> Answer:
        if variant % 3 == 0:
            return problem(503, "Service Unavailable", "E0001", "The service is down", "Try again later")
        return problem(500, "Internal Server Error", "E0009", "A system behind it failed", "Try again later")

    def why_refused(self, headers: Mapping[str, str]) -> Answer | None:
        """The reason any call is refused, if there is one."""
        shown = (headers.get("x-ibm-client-id"), headers.get("x-ibm-client-secret"))
        if shown != (self.credentials.royal_mail_client_id, self.credentials.royal_mail_client_secret):
            return gateway(401, "Unauthorized", "Invalid client id or secret")
        if headers.get("x-accept-rmg-terms") != "yes":
            cause = "X-Accept-RMG-Terms is not as it should be"
            return problem(400, "Bad Request", "E0004", cause, "Check the headers and resubmit")
        return None

    def summary(self, numbers: list[str]) -> Told:
        """Up to thirty pieces, each with its newest event or its own error."""
        if not 0 < len(numbers) <= NUMBERS_MAX:
            cause = f"There are 1 to {NUMBERS_MAX} numbers in a call"
            return problem(400, "Bad Request", "E0013", cause, "Send fewer"), ()
        pieces: list[dict[str, Any]] = []
        step_keys: list[str] = []
        for number in numbers:
            found = self.find(number)
            if found is None:
                error = error_of(*NOT_KNOWN)
                pieces.append({"mailPieceId": number, "status": "404", "error": error})
                continue
            parcel, told = found
            pieces.append(shapes.summarized(parcel, told))
            step_keys.append(told[0].step.key)
        return json_answer(200, {"mailPieces": pieces}), tuple(step_keys)

    def history(self, number: str) -> Told:
        """Everything about one piece."""
        found = self.find(number)
        if found is None:
            return problem(404, "Not Found", *NOT_KNOWN), ()
        parcel, told = found
        listed = disturbed(self.faults, rows.SOURCE, told)
        body = {"mailPieces": shapes.whole(parcel, told, listed, self.world.now())}
        return json_answer(200, body), tuple(telling.step.key for telling in told)

    def signature(self, number: str) -> Answer:
        """The proof of one piece."""
        found = self.find(number)
        if found is None:
            return problem(404, "Not Found", *NOT_KNOWN)
        piece = shapes.signed(*found)
        if piece is None:
            return problem(404, "Not Found", "E1144", "There is no proof of delivery yet", "Try again later")
        return json_answer(200, {"mailPieces": piece})

    def find(self, number: str) -> tuple[Parcel, list[Telling]] | None:
        """The newest parcel with this number, and its rows."""
        if not NUMBER.fullmatch(number):
            return None
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            if told := self.rows.newest_first(parcel, now):
                return parcel, told
        return None


def _routes(desk: _Desk) -> list[Any]:
    @get(f"{PATH}/summary")
    async def summary(request: Request[Any, Any, Any]) -> Response[bytes]:
        if refused := desk.why_refused(request.headers):
            return respond(refused)
        asked = str(request.query_params.get("mailPieceId", ""))
        answer, step_keys = desk.summary([number for number in asked.split(",") if number])
        tell(request, step_keys)
        return respond(answer)

    @get(PATH + "/{number:str}/events")
    async def history(request: Request[Any, Any, Any]) -> Response[bytes]:
        if refused := desk.why_refused(request.headers):
            return respond(refused)
        answer, step_keys = desk.history(request.path_params["number"])
        tell(request, step_keys)
        return respond(answer)

    @get(PATH + "/{number:str}/signature")
    async def signature(request: Request[Any, Any, Any]) -> Response[bytes]:
        refused = desk.why_refused(request.headers)
        return respond(refused or desk.signature(request.path_params["number"]))

    return [summary, history, signature]


def gateway(status: int, message: str, more: str) -> Answer:
    """What the gateway says before the API looks at a request."""
    return json_answer(status, {"httpCode": str(status), "httpMessage": message, "moreInformation": more})


def error_of(code: str, cause: str, resolution: str) -> dict[str, str]:
    """One error as the API writes it."""
    return {"errorCode": code, "errorDescription": cause, "errorCause": cause, "errorResolution": resolution}


def problem(status: int, message: str, code: str, cause: str, resolution: str) -> Answer:
    """The API's error body."""
    errors = [error_of(code, cause, resolution)]
    return json_answer(status, {"httpCode": str(status), "httpMessage": message, "errors": errors})
