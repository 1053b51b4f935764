"""TikTok Shop's envelope around every answer, and the errors it may hold (tiktok-shop.md §2.1 and 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.answers import Answer, json_answer
from milepost_sandbox.world.words import WorldLike

NO_DATA: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a call was refused: TikTok's code, the HTTP status it comes with, and its words."""

    code: int
    status: int
    message: str


def missing_parameter(name: str) -> Refusal:
    return Refusal(code=36009004, status=400, message=f"Invalid params. The {name} is missing or invalid")


REPEATED_PARAMETER: Final = Refusal(
    code=36009004, status=400, message="Invalid params. A query parameter is repeated"
)
BAD_TIMESTAMP: Final = Refusal(
    code=36009004, status=400, message="Invalid timestamp: outside the allowed window"
)
BAD_APP_KEY: Final = Refusal(code=36009004, status=400, message="Invalid app_key")
NO_TOKEN: Final = Refusal(code=36009004, status=401, message="The x-tts-access-token header is missing")
UNKNOWN_TOKEN: Final = Refusal(code=36009004, status=401, message="Invalid access token")
UNEXPECTED_CIPHER: Final = Refusal(
    code=36009004, status=400, message="Unexpected identifier: shop_cipher is not needed here"
)
CONTENT_TYPE: Final = Refusal(code=36009023, status=400, message="Content type must be application/json")
BAD_SIGN: Final = Refusal(code=106001, status=401, message="Signature is invalid")
EXPIRED: Final = Refusal(code=105002, status=401, message="Expired credentials, the access token has expired")
NO_CIPHER: Final = Refusal(code=106013, status=400, message="The shop_cipher is missing")
WRONG_CIPHER: Final = Refusal(code=101000, status=403, message="The token does not fit the shop_cipher")
NO_SCOPE: Final = Refusal(code=105005, status=401, message="Access denied, the app lacks the scope")
WRONG_PATH: Final = Refusal(code=36009009, status=404, message="Invalid path")
WRONG_METHOD: Final = Refusal(code=36009010, status=405, message="Invalid method")
WRONG_VERSION: Final = Refusal(code=36009014, status=400, message="Invalid version name")
NOT_YOURS: Final = Refusal(code=21008111, status=200, message="The order does not belong to this seller")
BAD_VALUES: Final = Refusal(code=98001004, status=400, message="Invalid parameters")
UNSUPPORTED_SCENARIO: Final = Refusal(code=11007009, status=200, message="The scenario is not supported")
BUSY: Final = Refusal(code=11007010, status=200, message="Busy, read again later")
BAD_AUTH_CODE: Final = Refusal(code=36004004, status=200, message="Invalid auth code")
BAD_REFRESH_TOKEN: Final = Refusal(code=98001006, status=200, message="Invalid refresh token")
RATE_LIMITED: Final = Refusal(code=36009002, status=429, message="Too many requests")
TROUBLES: Final = (
    Refusal(code=36009003, status=500, message="Internal error"),
    Refusal(code=36009007, status=200, message="Upstream timeout"),
    Refusal(code=10002014, status=200, message="Failed to get orders"),
)


class Envelopes:
    """Wraps answers, each with a fresh request id that starts with the date and time."""

    def __init__(self, world: WorldLike) -> None:
        self._world = world
        self._answers = 0

    def ok(self, data: Any) -> Answer:
        """A success: code 0."""
        return json_answer(200, self._wrap(0, "Success", data))

    def refuse(self, refusal: Refusal, *headers: tuple[str, str]) -> Answer:
        """An error; whether `data` is absent, null or empty is not settled, so it varies."""
        absent = self._answers % 3 == 0
        data = NO_DATA if absent else {} if self._answers % 3 == 1 else None
        return json_answer(refusal.status, self._wrap(refusal.code, refusal.message, data), *headers)

    def _wrap(self, code: int, message: str, data: Any) -> dict[str, Any]:
        self._answers += 1
        tail = f"{chance.number(2**47, 'request', self._world.seed, self._answers):020X}"
        stamp = self._world.now().strftime("%Y%m%d%H%M%S")
        wrapped = {"code": code, "message": message, "request_id": stamp + tail}
        return wrapped if data is NO_DATA else {**wrapped, "data": data}
