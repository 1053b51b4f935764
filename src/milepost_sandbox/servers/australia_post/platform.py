"""The Australia Post of the sandbox: a key, its password and an account, and ten numbers a call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from milepost_sandbox.servers.answers import Answer, answers_at, basic, json_answer, retry_after
from milepost_sandbox.servers.australia_post import answer as shapes
from milepost_sandbox.servers.australia_post import rows
from milepost_sandbox.servers.carrier import CarrierDesk, CarrierPlatform
from milepost_sandbox.servers.telling import disturbed, showing

PATH: Final = "/shipping/v1/track"
NUMBERS_MAX: Final = 10
RETENTION: Final = timedelta(days=120)


class AustraliaPost(CarrierPlatform):
    """Australia Post as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(CarrierDesk):
    """What the handler knows: the world and the client's key."""

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        return gateway_refusal(429, "API_002", "Too many requests", *retry_after(retry_after_s))

    def server_error(self, variant: int) -> Answer:
        if variant % 3 == 0:
            return gateway_refusal(503, "API_003", "Service unavailable")
        return refusal(500, "99999", "INTERNAL_ERROR", "An internal error has occurred.")

    def why_refused(self, headers: Mapping[str, str]) -> Answer | None:
        """The reason a call is refused, if there is one."""
        keys = self.credentials
        key = (keys.australia_post_api_key, keys.australia_post_client_secret)
        if basic(headers) != key or headers.get("account-number") != keys.australia_post_account:
            return gateway_refusal(403, "API_000", "Unauthorised request")
        return None

    def track(self, headers: Mapping[str, str], query: Mapping[str, Any]) -> tuple[Answer, tuple[str, ...]]:
        """Answer a call with each number's newest parcel, and say which steps the answer tells."""
        if refused := self.why_refused(headers):
            return refused, ()
        numbers = [number for number in str(query.get("tracking_ids", "")).split(",") if number]
        if not numbers:
            return refusal(400, "51100", "TRACKING_IDS_MISSING", "At least one tracking id is needed."), ()
        if len(numbers) > NUMBERS_MAX:
            words = f"Ask for {NUMBERS_MAX} tracking ids or less."
            return refusal(400, "51101", "TOO_MANY_AP_TRACKING_IDS", words), ()
        results: list[dict[str, Any]] = []
        step_keys: list[str] = []
        for number in numbers:
            result, keys = self._result(number)
            results.append(result)
            step_keys += keys
        return json_answer(200, {"tracking_results": results}), tuple(step_keys)

    def _result(self, number: str) -> tuple[dict[str, Any], list[str]]:
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            told = self.rows.newest_first(parcel, now)
            if told:
                listed = disturbed(self.faults, rows.SOURCE, told)
                return shapes.result(parcel, told, listed), [telling.step.key for telling in told]
        return shapes.failure(number, "ESB-10001", "Invalid tracking ID"), []


def refusal(status: int, code: str, name: str, message: str) -> Answer:
    """The error body of the service."""
    return json_answer(status, {"errors": [{"code": code, "name": name, "message": message}]})


def gateway_refusal(status: int, code: str, words: str, *headers: tuple[str, str]) -> Answer:
    """The error body of the gateway before it, whose members have other names."""
    error = {"message": words, "error_code": code, "error_name": words}
    return json_answer(status, {"errors": [error]}, *headers)


def _routes(desk: _Desk) -> list[Any]:
    return [answers_at(PATH, desk.track)]
