"""Access tokens for the carriers' client-credentials flow; they live and expire on the world's clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from milepost_sandbox.world.words import WorldLike

TOKENS_MAX: Final = 10_000
"""Older tokens are forgotten (a forgotten token is an unknown one)."""

Standing = Literal["good", "expired", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One access token; `scope` is what it may be used for."""

    text: str
    issued_at: datetime
    expires_at: datetime
    scope: str


class TokenBook:
    """The tokens one platform has issued."""

    def __init__(self, world: WorldLike, source: str, life_s: int) -> None:
        self._world = world
        self._source = source
        self._life = timedelta(seconds=life_s)
        self._tokens: dict[str, Token] = {}
        self._issued = 0

    def issue(self, scope: str = "") -> Token:
        """A fresh token, good for the platform's usual life from the world's present moment."""
        self._issued += 1
        now = self._world.now()
        secret = f"{self._world.seed}/{self._source}/{self._issued}/{now.isoformat()}"
        token = Token(
            text=f"sandbox-{self._source}-{sha256(secret.encode()).hexdigest()}",
            issued_at=now,
            expires_at=now + self._life,
            scope=scope,
        )
        self._tokens[token.text] = token
        while len(self._tokens) > TOKENS_MAX:
            self._tokens.pop(next(iter(self._tokens)))
        return token

    def standing(self, text: str | None) -> Standing:
        """Whether a token is good now."""
        token = self._tokens.get(text or "")
        if token is None:
            return "unknown"
        return "good" if self._world.now() < token.expires_at else "expired"

    def scope(self, text: str | None) -> str:
        """The scope of a known token, else nothing."""
        token = self._tokens.get(text or "")
        return token.scope if token else ""

    def expire(self, text: str | None) -> None:
        """End a token early: what the fault `expired_token` does."""
        token = self._tokens.get(text or "")
        if token is not None:
            self._tokens[token.text] = replace(token, expires_at=self._world.now())
