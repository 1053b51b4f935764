"""The frame around every server: the world's date, faults, quotas, and marks of what was served.

A fault never strikes the same request twice running, so a retry always succeeds, even in a world that stands
still.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.answers import TOLD, Answer
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.world.words import FaultsLike, WorldLike

BODY_BYTES_MAX: Final = 1_048_576
SUBJECTS_MAX: Final = 20_000
EXPIRY_GAP: Final = 50
"""At least so many requests lie between two tokens ended early, so that a fresh token gets its chance."""
SHARES: Final = {
    "rate_limit": 0.04,
    "server_error": 0.03,
    "cut_body": 0.03,
    "slow": 0.02,
    "expired_token": 0.02,
}
UNSTABLE_PARAMETERS: Final = frozenset({"timestamp", "sign"})

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


class Trouble(Protocol):
    """What a platform says when it is not well, and how one of its tokens is ended early."""

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        """The platform's 429."""

    def server_error(self, variant: int) -> Answer:
        """One of the platform's own failures; `variant` chooses among them."""

    def is_token_call(self, path: str) -> bool:
        """Whether this path gives out tokens; those are never cut, for a lost token is lost for good."""

    def end_token(self, headers: dict[str, str]) -> None:
        """End the token these request headers carry, if they carry one."""


def _is_no_cut_body(record: logging.LogRecord) -> bool:
    """False for uvicorn's complaint about a body that was cut on purpose."""
    return "without completing response" not in record.getMessage()


@dataclass(slots=True)
class _Window:
    index: int = -1
    calls: int = 0


class Frame:
    """An ASGI application around a platform's own."""

    def __init__(
        self,
        app: AsgiApp,
        *,
        source: str,
        world: WorldLike,
        faults: FaultsLike,
        options: ServerOptions,
        trouble: Trouble,
    ) -> None:
        self.app = app
        self.source = source
        self._world = world
        self._faults = faults
        self._options = options
        self._trouble = trouble
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._struck: set[str] = set()
        self._requests = 0
        self._token_ended_at = -EXPIRY_GAP
        self._window = _Window()
        logging.getLogger("uvicorn.error").addFilter(_is_no_cut_body)  # the same filter is added once only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; everything but HTTP goes straight through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await _send(send, Answer(status=413, body=b""), self._date())
            return
        fault = self._fault(scope, body)
        if early := self._refusal(fault):
            await _send(send, early, self._date())
            return
        if fault == "slow":
            await asyncio.sleep(self._wait_s(scope))
        if fault == "expired_token":
            self._trouble.end_token(_headers(scope))
        start, content = await self._answer(scope, body)
        start["headers"] = [*start.get("headers", ()), self._date()]
        await send(start)
        if fault == "cut_body" and len(content) > 1:
            # No closing message: the server drops the connection in the middle of the body.
            await send(
                {"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True}
            )
            return
        await send({"type": "http.response.body", "body": content})
        for step_key in scope.get(TOLD, ()):
            self._world.served(self.source, step_key)

    async def _answer(self, scope: Scope, body: bytes) -> tuple[Message, bytes]:
        """The platform's own answer, held back until it is whole."""
        parts: list[bytes] = []
        start: Message = {}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self.app(scope, receive, hold)
        return start, b"".join(parts)

    def _fault(self, scope: Scope, body: bytes) -> str | None:
        """Which fault strikes this request; never one straight after another on the same request."""
        self._requests += 1
        path = scope["path"]
        token_call = self._trouble.is_token_call(path)
        if not token_call and self._token_ends():
            return "expired_token"
        if not any(self._faults.on(name) for name in SHARES):
            return None
        subject = _subject(scope, body)
        count = self._count(subject)
        if subject in self._struck:
            self._struck.discard(subject)
            return None
        for name in ("rate_limit", "server_error", "cut_body", "slow"):
            if token_call and name == "cut_body":
                continue
            if self._faults.strikes(name, self.source, subject, count, share=SHARES[name]):
                self._struck.add(subject)
                return name
        return None

    def _token_ends(self) -> bool:
        if self._requests - self._token_ended_at < EXPIRY_GAP:
            return False
        if not self._faults.strikes(
            "expired_token", self.source, self._requests, share=SHARES["expired_token"]
        ):
            return False
        self._token_ended_at = self._requests
        return True

    def _count(self, subject: str) -> int:
        count = self._counts.pop(subject, 0)
        self._counts[subject] = count + 1
        while len(self._counts) > SUBJECTS_MAX:
            forgotten, _ = self._counts.popitem(last=False)
            self._struck.discard(forgotten)
        return count

    def _refusal(self, fault: str | None) -> Answer | None:
        """The answer that comes before the platform even looks at the request."""
        if fault == "rate_limit":
            return self._trouble.rate_limited(1 if self._requests % 2 else None)
        if fault == "server_error":
            return self._trouble.server_error(self._requests)
        quota = self._options.quotas.get(self.source)
        if quota is None:
            return None
        seconds = int(self._world.now().timestamp())
        index, into = divmod(seconds, quota.per_s)
        if index != self._window.index:
            self._window = _Window(index=index)
        self._window.calls += 1
        return self._trouble.rate_limited(quota.per_s - into) if self._window.calls > quota.calls else None

    def _wait_s(self, scope: Scope) -> float:
        """Mostly a short wait; with `slow_beyond_s` set, every fourth one outlasts the client's patience."""
        if self._options.slow_beyond_s and self._requests % 4 == 0:
            return self._options.slow_beyond_s
        return self._options.slow_s * (0.25 + 0.75 * chance.fraction("slow", scope["path"], self._requests))

    def _date(self) -> tuple[bytes, bytes]:
        """The world's time as an HTTP date: a client may set its clock by it."""
        return b"date", format_datetime(self._world.now(), usegmt=True).encode()


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _subject(scope: Scope, body: bytes) -> str:
    """What makes two requests the same one tried again: all but the time, the signature and the token."""
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    stable = sorted((name, value) for name, value in query if name not in UNSTABLE_PARAMETERS)
    digest = blake2b(body, digest_size=8).hexdigest()
    return f"{scope['method']} {scope['path']} {stable} {digest}"


async def _read(receive: Receive) -> bytes | None:
    """The request's body, or None when it is larger than any platform takes."""
    parts: list[bytes] = []
    size = 0
    while size <= BODY_BYTES_MAX:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if not message.get("more_body", False):
            return b"".join(parts)
    return None


async def _send(send: Send, answer: Answer, date: tuple[bytes, bytes]) -> None:
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers),
        date,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
