"""One signed call to TikTok Shop: body first, then the status, and what each refusal makes us do (§2)."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Protocol

import structlog

from milepost.ports.clock import Clock
from milepost.ports.sources import SourceError
from milepost.settings import Http, TikTokApp, TikTokShop
from milepost.sources.line import RETRY_AFTER_WAIT_MAX_S, Answer, Line
from milepost.sources.marketplaces.tiktok_shop.errors import (
    AGAIN,
    ONLY_ONCE,
    Reaction,
    error_for,
    reaction_to,
)
from milepost.sources.marketplaces.tiktok_shop.limiter import Limiter
from milepost.sources.marketplaces.tiktok_shop.signing import sign
from milepost.sources.marketplaces.tiktok_shop.wire import Envelope, Row, envelope

EVERY_REFUSAL = range(400, 600)
"""We read the body of every refusal ourselves: it says more than the status."""
BACKOFF_MAX_S = 60.0
LIMITERS_MAX = 10_000
SHOP_LETTERS = 24  # of a hash, because a handle opens a shop and a budget's name is read by people

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call, before it is signed. `query` holds decoded values; `cipher` names the shop."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cipher: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer that went well: the bytes as they came, what they say, and when we heard (UTC)."""

    body: bytes = field(repr=False)
    data: Row = field(repr=False)
    heard_at: datetime


class Pause(Protocol):
    """Waiting, in real seconds."""

    def __call__(self, seconds: float, /) -> Awaitable[None]: ...


class Calls:
    """Calls of all shops over one line. It holds no token: who calls brings one."""

    def __init__(
        self, *, line: Line, settings: TikTokShop, http: Http, clock: Clock, pause: Pause = asyncio.sleep
    ) -> None:
        self._line = line
        self._settings = settings
        self._http = http
        self._clock = clock
        self._pause = pause
        self._limiters: dict[tuple[str, str], Limiter] = {}
        self.clock_offset = timedelta(0)  # their clock minus ours, once they refused our time

    async def ask(self, app: TikTokApp, token: str, question: Question) -> Heard:
        """Ask the API host. `token` is the access token, sent as a header only.

        Raises TokenExpiredError (refresh, repeat once), ShopHandleError, AccessError, SourceBusyError,
        RejectedError or SourceError; no text holds a token, a secret or personal data.
        """
        limiter = self._limiter(app, question.cipher)

        async def one_try() -> Answer:
            await limiter.take()
            return await self._send_signed(app, token, question)

        return await self._patiently(one_try, limiter)

    async def ask_for_token(self, app: TikTokApp, path: str, query: Mapping[str, str]) -> Heard:
        """Ask the token host, which is not signed and has the secret in its query.

        Raises AccessError for every refusal that waiting does not heal: the seller has to connect again.
        """
        secrets = {"app_key": app.app_key, "app_secret": app.app_secret}
        url = self._settings.auth_url.rstrip("/") + path

        async def one_try() -> Answer:
            return await self._line.send("GET", url, params={**secrets, **query}, accept=EVERY_REFUSAL)

        return await self._patiently(one_try, self._limiter(app, ""), otherwise=Reaction.RECONNECT)

    async def _send_signed(self, app: TikTokApp, token: str, question: Question) -> Answer:
        query = {**question.query, "app_key": app.app_key, "timestamp": str(self._their_seconds())}
        if question.cipher:
            query["shop_cipher"] = question.cipher
        query["sign"] = sign(app.app_secret, question.path, query, question.body)
        return await self._line.send(
            question.method,
            self._settings.api_url.rstrip("/") + question.path,
            headers={"x-tts-access-token": token, "content-type": "application/json"},
            params=query,
            json_body=question.body or None,  # never `{}`: the official samples sign that in two ways
            accept=EVERY_REFUSAL,
        )

    async def _patiently(
        self,
        one_try: Callable[[], Awaitable[Answer]],
        limiter: Limiter,
        otherwise: Reaction | None = None,
    ) -> Heard:
        """Try again where that may help. `otherwise` stands for every refusal that waiting does not heal."""
        seen: set[Reaction] = set()
        tries = max(2, self._http.retries)
        for number in range(1, tries + 1):
            answer = await one_try()
            told = envelope(answer.body)
            reaction = reaction_to(answer.status, told)
            if reaction is Reaction.NONE and told is not None:
                limiter.went_well()
                return Heard(body=answer.body, data=told.data, heard_at=self._clock.now())
            if reaction is Reaction.SLOW_DOWN:
                limiter.slow_down()
            if reaction not in AGAIN:
                raise self._refusal(otherwise or reaction, answer, told)
            if number == tries or (reaction in ONLY_ONCE and reaction in seen):
                raise self._refusal(reaction, answer, told)
            seen.add(reaction)
            await self._before_next(reaction, number, answer, told)
        raise AssertionError("unreachable")

    async def _before_next(
        self, reaction: Reaction, number: int, answer: Answer, told: Envelope | None
    ) -> None:
        if reaction is Reaction.SET_CLOCK:
            self._set_clock(answer, told)
            return
        asked_s = _retry_after_s(answer)
        if asked_s is not None and asked_s > RETRY_AFTER_WAIT_MAX_S:
            raise self._refusal(reaction, answer, told)
        await self._wait(number, asked_s)

    async def _wait(self, number: int, asked_s: float | None) -> None:
        """Their wish is in seconds of their world; ours is real. A world that stands still has no waiting."""
        if asked_s is not None:
            await self._pause(asked_s / self._clock.rate if self._clock.rate else 0)
            return
        longest = min(BACKOFF_MAX_S, self._http.retry_base_s * 2 ** (number - 1))
        await self._pause(longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret

    def _refusal(self, reaction: Reaction, answer: Answer, told: Envelope | None) -> SourceError:
        error = error_for(reaction, answer.status, told, answer.body)
        error.retry_after_s = _retry_after_s(answer)
        return error

    def _set_clock(self, answer: Answer, told: Envelope | None) -> None:
        """Their `Date` header tells how far our clock is off; without one there is nothing to set it by."""
        theirs = _date(answer.headers.get("date", ""))
        if theirs is None:
            raise self._refusal(Reaction.SET_CLOCK, answer, told)
        self.clock_offset = theirs - self._clock.now()
        log.warning("clock_is_off", source="tiktok_shop", offset_s=round(self.clock_offset.total_seconds()))

    def _their_seconds(self) -> int:
        return int((self._clock.now() + self.clock_offset).timestamp())

    def _limiter(self, app: TikTokApp, cipher: str) -> Limiter:
        """One per app and shop, as their limits are."""
        key = (app.app_key, cipher)
        if key not in self._limiters:
            if len(self._limiters) >= LIMITERS_MAX:
                self._limiters.pop(next(iter(self._limiters)))
            shop = hashlib.sha256("\0".join(key).encode()).hexdigest()[:SHOP_LETTERS]
            self._limiters[key] = Limiter(
                self._settings.calls_per_second,
                pause=self._pause,
                stand_in_line=partial(self._line.turn, shop),
            )
        return self._limiters[key]


def _retry_after_s(answer: Answer) -> float | None:
    try:
        return max(0.0, float(answer.headers.get("retry-after", "")))
    except ValueError:
        return None


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
