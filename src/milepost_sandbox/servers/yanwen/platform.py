"""The Yanwen of the sandbox: a customer number, and one to thirty numbers a call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from milepost_sandbox.servers.answers import Answer, answers_at, json_answer
from milepost_sandbox.servers.carrier import CarrierDesk, CarrierPlatform
from milepost_sandbox.servers.telling import disturbed, showing
from milepost_sandbox.servers.yanwen import rows

PATH: Final = "/api/tracking"
NUMBERS_MAX: Final = 30
RETENTION: Final = timedelta(days=180)


class Yanwen(CarrierPlatform):
    """Yanwen as a platform of the sandbox."""

    def __init__(self) -> None:
        """Its rows and its server."""
        super().__init__(rows, _Desk, _routes)


class _Desk(CarrierDesk):
    """What the handler knows: the world and the client's number."""

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        """It does not say when to come back."""
        return failure(429, "Too Many Requests", status=429)

    def server_error(self, variant: int) -> Answer:
        return failure(500, "Internal Server Error", status=503 if variant % 3 == 0 else 500)

    def track(self, headers: Mapping[str, str], query: Mapping[str, Any]) -> tuple[Answer, tuple[str, ...]]:
        """Answer about each number in turn, and say which steps the answer tells."""
        if headers.get("authorization") != self.credentials.yanwen_client_id:
            return failure(401, "Unauthorized", status=401), ()
        numbers = [number for number in str(query.get("nums", "")).split(",") if number]
        if not 1 <= len(numbers) <= NUMBERS_MAX:
            return failure(1, f"From 1 to {NUMBERS_MAX} numbers."), ()
        told = [self._one(number) for number in numbers]
        answer = {
            "code": 0,
            "message": "success",
            "result": [parcel for parcel, _ in told],
            "elapsedMilliseconds": {"total": 7},
        }
        return json_answer(200, answer), tuple(key for _, keys in told for key in keys)

    def _one(self, number: str) -> tuple[dict[str, Any], list[str]]:
        now = self.world.now()
        for parcel in showing(self.world.parcels_by_number(rows.SOURCE, number), now, RETENTION):
            if told := self.rows.newest_first(parcel, now):
                listed = disturbed(self.faults, rows.SOURCE, told)
                found = {
                    "tracking_number": number,
                    "waybill_number": number,
                    "exchange_number": "",
                    "tracking_status": told[0].code,
                    "last_mile_tracking_expected": True,
                    "origin_country": parcel.origin.country,
                    "destination_country": parcel.destination.country,
                    "checkpoints": [telling.row for telling in listed],
                }
                return found, [telling.step.key for telling in told]
        return {"tracking_number": number, "tracking_status": "NOTFOUND", "checkpoints": []}, []


def _routes(desk: _Desk) -> list[Any]:
    return [answers_at(PATH, desk.track)]


def failure(code: int, message: str, *, status: int = 200) -> Answer:
    """An answer without parcels."""
    return json_answer(status, {"code": code, "message": message})
