"""TikTok Shop's authorization: one-use codes, access tokens of seven days, and refresh tokens that rotate.

Facts: tiktok-shop.md §1.3 and §8.1. All expiries in answers are absolute seconds, despite their names.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal

from milepost_sandbox.servers.tiktok_shop.envelope import (
    BAD_APP_KEY,
    BAD_AUTH_CODE,
    BAD_REFRESH_TOKEN,
    Refusal,
    missing_parameter,
)
from milepost_sandbox.world.words import Credentials, Shop, WorldLike

ACCESS_LIFE: Final = timedelta(days=7)
CODE_LIFE_S: Final = 1_800
REFRESH_EXPIRES_AT: Final = 4_912_765_591
"""A second in the year 2125: more than 32 bits hold."""
TOKENS_MAX: Final = 10_000
CODES_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One authorization code, made at these two moments."""

    shop_id: str
    made_at: datetime
    made_real_s: float


@dataclass(slots=True, kw_only=True)
class Access:
    """One access token; `replaced` is the refresh token that dies once this pair has been used."""

    shop_id: str
    expires_at: datetime
    replaced: str | None


class Authority:
    """Who may read which shop."""

    def __init__(
        self,
        world: WorldLike,
        credentials: Credentials,
        *,
        scopes: tuple[str, ...],
        rotating: bool,
        real_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scopes = scopes
        self._world = world
        self._credentials = credentials
        self._rotating = rotating
        self._real_s = real_s
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Access] = {}
        self._made = 0
        for shop_id, code in credentials.tiktok_auth_codes.items():
            self._keep_code(code, shop_id)

    def new_code(self, shop_id: str) -> str:
        """A fresh code, as the seller's browser would bring it back."""
        code = self._text("code", shop_id)
        self._keep_code(code, shop_id)
        return code

    def exchange(self, query: Mapping[str, str]) -> dict[str, Any] | Refusal:
        """`/api/v2/token/get`: a code for a pair of tokens."""
        if refusal := self._why_refused(query, "authorized_code"):
            return refusal
        code = self._codes.pop(query.get("auth_code", ""), None)
        if code is None or self._is_old(code):
            return BAD_AUTH_CODE
        return self._grant(code.shop_id, former=None)

    def refresh(self, query: Mapping[str, str]) -> dict[str, Any] | Refusal:
        """`/api/v2/token/refresh`: a refresh token for a new pair."""
        if refusal := self._why_refused(query, "refresh_token"):
            return refusal
        text = query.get("refresh_token", "")
        held = self._refresh.get(text)
        if held is None:
            return BAD_REFRESH_TOKEN
        self._used(held)
        return self._grant(held.shop_id, former=text)

    def standing(self, text: str) -> Literal["good", "expired", "unknown"]:
        """Whether an access token is good now; a good one is thereby used."""
        access = self._access.get(text)
        if access is None:
            return "unknown"
        if self._world.now() >= access.expires_at:
            return "expired"
        self._used(access)
        return "good"

    def shop(self, text: str) -> Shop | None:
        """The shop an access token is for."""
        access = self._access.get(text)
        return self._world.shop(access.shop_id) if access else None

    def end(self, text: str) -> None:
        """End an access token early: what the fault `expired_token` does."""
        if access := self._access.get(text):
            access.expires_at = self._world.now()

    def _why_refused(self, query: Mapping[str, str], grant_type: str) -> Refusal | None:
        if query.get("app_key") != self._credentials.tiktok_app_key:
            return BAD_APP_KEY
        if not hmac.compare_digest(query.get("app_secret", ""), self._credentials.tiktok_app_secret):
            return missing_parameter("app_secret")
        if query.get("grant_type") != grant_type:
            return missing_parameter("grant_type")
        return None

    def _is_old(self, code: Code) -> bool:
        """A code is old once 30 minutes have passed on both clocks: sellers click in real time."""
        world_age = (self._world.now() - code.made_at).total_seconds()
        return min(world_age, self._real_s() - code.made_real_s) > CODE_LIFE_S

    def _used(self, access: Access) -> None:
        """The pair has reached its owner, so the refresh token before it dies."""
        if access.replaced is not None:
            self._refresh.pop(access.replaced, None)
            access.replaced = None

    def _grant(self, shop_id: str, *, former: str | None) -> dict[str, Any]:
        shop = self._world.shop(shop_id)
        region = shop.region if shop else "US"
        prefix = "TTP_" if region == "US" else "ROW_"
        expires_at = self._world.now() + ACCESS_LIFE
        access_token = prefix + self._text("access", shop_id)
        refresh_token = former if former and not self._rotating else prefix + self._text("refresh", shop_id)
        access = Access(shop_id=shop_id, expires_at=expires_at, replaced=former if self._rotating else None)
        self._access[access_token] = access
        self._refresh[refresh_token] = access
        for tokens in (self._access, self._refresh):
            while len(tokens) > TOKENS_MAX:
                tokens.pop(next(iter(tokens)))
        return {
            "access_token": access_token,
            "access_token_expire_in": int(expires_at.timestamp()),
            "refresh_token": refresh_token,
            "refresh_token_expire_in": REFRESH_EXPIRES_AT,
            "open_id": f"open-{shop_id}",
            "seller_name": shop.name if shop else "",
            "seller_base_region": region,
            "user_type": 0,
            "granted_scopes": list(self.scopes),
        }

    def _keep_code(self, code: str, shop_id: str) -> None:
        now = self._world.now()
        self._codes[code] = Code(shop_id=shop_id, made_at=now, made_real_s=self._real_s())
        while len(self._codes) > CODES_MAX:
            self._codes.pop(next(iter(self._codes)))

    def _text(self, kind: str, shop_id: str) -> str:
        self._made += 1
        parts = f"{self._world.seed}/{kind}/{shop_id}/{self._made}/{self._world.now().isoformat()}"
        return sha256(parts.encode()).hexdigest()[:48]
