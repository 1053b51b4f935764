"""NATS: the bus of large installations. Core NATS only; nothing is kept there, so nothing can be lost there.

Why no JetStream: docs/decisions/0017-the-database-is-the-truth.md.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import AuthorizationError, Error, SlowConsumerError

from milepost.live.bus import NATS, BusAwayError, Ears
from milepost.ports.live import LiveError

SERVER_MIN = (2, 9, 0)
"""Debian 12's. Older ones were never tried; what we ask of it (publish, subscribe) is in all of them."""

CONNECT_S = 5.0
SEND_S = 5.0
CLOSE_S = 1.0
PING_S = 10
HEARD_MAX = 10_000
"""Lines that wait to be read; past that some are thrown away and everybody looks again."""

HEARD_BYTES_MAX = 16_000_000
PORT = 4222
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}")
UNREADABLE = (
    "live.url cannot be read as a NATS address: write `nats://user:password@host:4222`, "
    "several servers of one cluster with a comma between them"
)
AWAY = (OSError, TimeoutError, Error)


class NatsBus:
    """One subject that every node publishes to and hears."""

    engine = "nats"

    def __init__(self, url: str, subject: str) -> None:
        if not SUBJECT.fullmatch(subject):
            raise LiveError("live.subject is not a NATS subject: use letters, digits, `-`, `_` and dots")
        servers = [_server(one) for one in url.split(",")]
        self._subject = f"{subject}.live"
        self._servers = [_bare(one) for one in servers]
        self._login = next((found for one in servers if (found := _login(one))), {})
        self.place = ", ".join(_host(one) for one in servers)
        self._client: Client | None = None

    async def connect(self, ears: Ears) -> None:
        """A fresh client each time: coming back is the relay's affair, in one way for every engine."""
        client = Client()
        self._client = client
        notes = _Notes(ears, client, self)
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._open(client, notes)
        except Exception as error:
            await self.close()
            self._refuse(error)
            if not isinstance(error, AWAY):
                raise
            raise BusAwayError(f"it cannot be reached ({type(error).__name__})") from error
        self._look_at(client)

    async def send(self, lines: Sequence[str]) -> None:
        """Flushed: the server has answered."""
        client = self._client
        if client is None or not client.is_connected:
            raise BusAwayError("not connected")
        try:
            for line in lines:
                await client.publish(self._subject, line.encode())
            await client.flush(SEND_S)  # type: ignore[arg-type]
        except AWAY as error:
            raise BusAwayError(f"it does not take what we send ({type(error).__name__})") from error

    async def close(self) -> None:
        """At once; the relay has sent what it had to."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_S):
                    await client.close()

    def is_mine(self, client: Client) -> bool:
        """Whether this client is the one in use."""
        return self._client is client

    async def _open(self, client: Client, notes: "_Notes") -> None:
        await client.connect(
            self._servers,
            name="milepost",
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=CONNECT_S,  # type: ignore[arg-type]
            ping_interval=PING_S,
            error_cb=notes.error,
            closed_cb=notes.closed,
            **self._login,
        )
        await client.subscribe(
            self._subject, cb=notes.line, pending_msgs_limit=HEARD_MAX, pending_bytes_limit=HEARD_BYTES_MAX
        )

    def _look_at(self, client: Client) -> None:
        """Reliability.md D-08: what we cannot rely on is refused."""
        found = client.connected_server_version
        try:
            version = (found.major, found.minor, found.patch)
        except ValueError:
            version = (0, 0, 0)  # none that we know how to read
        if version < SERVER_MIN:
            said, wanted = (".".join(map(str, numbers)) for numbers in (version, SERVER_MIN))
            raise LiveError(f"the NATS server {self.place} is version {said}: install {wanted} or later")

    def _refuse(self, error: BaseException) -> None:
        said = str(error).lower()
        if isinstance(error, AuthorizationError) or "authorization" in said or "authentication" in said:
            raise LiveError(
                f"the NATS server {self.place} refuses the user, password or token of live.url: correct it"
            ) from error


class _Notes:
    """What one client calls us for."""

    def __init__(self, ears: Ears, client: Client, bus: NatsBus) -> None:
        self._ears = ears
        self._client = client
        self._bus = bus

    async def line(self, message: Msg) -> None:
        self._ears.heard(message.data.decode("utf-8", "replace"))

    async def error(self, error: Exception) -> None:
        """Named here so that the library does not log a traceback for each try."""
        if isinstance(error, SlowConsumerError):
            self._ears.missed()

    async def closed(self) -> None:
        if self._bus.is_mine(self._client):
            self._ears.gone("the connection ended")


def _server(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise LiveError(UNREADABLE) from error
    if parts.scheme not in NATS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise LiveError(UNREADABLE)
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or PORT}"


def _bare(parts: SplitResult) -> str:
    return f"{parts.scheme}://{_host(parts)}"


def _login(parts: SplitResult) -> dict[str, Any]:
    if not parts.username:
        return {}
    if parts.password is None:
        return {"token": unquote(parts.username)}
    return {"user": unquote(parts.username), "password": unquote(parts.password)}
