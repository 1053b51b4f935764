"""The gate before every API call: parameters, clock, key, signature, token, cipher and scope, in this order.

The order is that of tiktok-shop.md §8.2; the true one is not known.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request

from milepost_sandbox.servers.tiktok_shop import envelope
from milepost_sandbox.servers.tiktok_shop.authority import Authority
from milepost_sandbox.servers.tiktok_shop.envelope import Refusal
from milepost_sandbox.servers.tiktok_shop.signing import request_sign
from milepost_sandbox.world.words import Credentials, Shop, WorldLike

TIMESTAMP_OLDEST_S: Final = 300
TIMESTAMP_AHEAD_S: Final = 30
TRAVEL_REAL_S: Final = 5
REQUIRED: Final = ("app_key", "timestamp", "sign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an endpoint asks of its caller."""

    scope: str
    cipher: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as far as the gate looks at it. `query` is decoded, in the order it came."""

    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        return dict(self.query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A call that may be answered, for this shop."""

    call: Call
    shop: Shop

    @property
    def parameters(self) -> dict[str, str]:
        return self.call.parameters


async def call_of(request: Request[Any, Any, Any]) -> Call:
    """The request in the gate's terms."""
    raw = request.scope.get("query_string", b"").decode("latin-1")
    return Call(
        path=request.scope["path"],
        query=tuple(parse_qsl(raw, keep_blank_values=True)),
        headers=request.headers,
        body=await request.body(),
    )


class Gate:
    """Refuses calls as TikTok does."""

    def __init__(self, world: WorldLike, credentials: Credentials, authority: Authority) -> None:
        self._world = world
        self._credentials = credentials
        self._authority = authority

    def admit(self, call: Call, wanted: Wanted) -> Admitted | Refusal:
        """Let a call through, or say why not."""
        refusal = self._why_unsigned(call)
        return refusal or self._admit_token(call, wanted)

    def _why_unsigned(self, call: Call) -> Refusal | None:
        counts = Counter(name for name, _ in call.query)
        if any(count > 1 for count in counts.values()):
            return envelope.REPEATED_PARAMETER
        given = call.parameters
        if missing := next((name for name in REQUIRED if not given.get(name)), None):
            return envelope.missing_parameter(missing)
        media_type = call.headers.get("content-type", "")
        if not media_type.startswith("application/json"):
            return envelope.CONTENT_TYPE
        if not self._is_timely(given["timestamp"]):
            return envelope.BAD_TIMESTAMP
        if given["app_key"] != self._credentials.tiktok_app_key:
            return envelope.BAD_APP_KEY
        secret = self._credentials.tiktok_app_secret
        expected = request_sign(secret, call.path, call.query, call.body, media_type)
        if not hmac.compare_digest(given["sign"].encode(), expected.encode()):
            return envelope.BAD_SIGN
        return None

    def _is_timely(self, timestamp: str) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) != 10:
            return False
        ahead = int(timestamp) - self._world.now().timestamp()
        slack = self._travel_s()
        return -TIMESTAMP_OLDEST_S - slack <= ahead <= TIMESTAMP_AHEAD_S + slack

    def _travel_s(self) -> float:
        """World seconds a request may spend on its way in a world that runs faster than life."""
        rate = getattr(getattr(self._world, "clock", None), "rate", None)
        return TRAVEL_REAL_S * rate if rate else 0.0

    def _admit_token(self, call: Call, wanted: Wanted) -> Admitted | Refusal:
        token = call.headers.get("x-tts-access-token", "")
        if not token:
            return envelope.NO_TOKEN
        standing = self._authority.standing(token)
        shop = self._authority.shop(token)
        if standing == "unknown" or shop is None:
            return envelope.UNKNOWN_TOKEN
        if standing == "expired":
            return envelope.EXPIRED
        cipher = call.parameters.get("shop_cipher")
        if wanted.cipher and not cipher:
            return envelope.NO_CIPHER
        if wanted.cipher and cipher != shop.cipher:
            return envelope.WRONG_CIPHER
        if not wanted.cipher and cipher is not None:
            return envelope.UNEXPECTED_CIPHER
        if wanted.scope not in self._authority.scopes:
            return envelope.NO_SCOPE
        return Admitted(call=call, shop=shop)
