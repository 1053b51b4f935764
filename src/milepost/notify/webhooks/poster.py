"""Hands one signed message to one subscriber's program, once, and says what became of it."""

import asyncio
import contextlib
import ssl
import time
from datetime import datetime
from functools import cached_property

import httpcore

from milepost.notify.webhooks import signing
from milepost.notify.webhooks.address import AddressError, Target, target_of
from milepost.notify.webhooks.guard import DeniedError, GuardedBackend, NameResolver, Resolve
from milepost.notify.webhooks.verdict import read_answer
from milepost.ports.webhooks import Posted, Verdict
from milepost.settings import Webhooks
from milepost.version import VERSION

TIMEOUT_S = 15.0
"""For everything: name, connection, TLS, sending, answer."""

ANSWER_BYTES_MAX = 64_000
CONNECTIONS_MAX = 1_000
IDLE_S = 5.0
"""An open connection is used again this long; then the name is resolved, and checked, anew."""

USER_AGENT = f"Milepost/{VERSION} (webhooks)"


class HttpPoster:
    """POST over HTTP/1.1: no redirects, no proxy, no cookies, TLS always checked with the host's name."""

    def __init__(
        self,
        settings: Webhooks,
        *,
        resolve: Resolve | None = None,
        plain: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`resolve`, `plain` and `tls` replace the system's names, connections and certificates (tests)."""
        self._may_be_private = settings.allow_private
        self._timeout_s = timeout_s
        self._names = NameResolver()
        self._tls = tls
        self._backend = GuardedBackend(
            resolve or self._names, may_be_private=self._may_be_private, plain=plain
        )

    @cached_property
    def _pool(self) -> httpcore.AsyncConnectionPool:
        """Made with the first message: reading in whom we trust takes longer than most commands."""
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls or ssl.create_default_context(),
            max_connections=CONNECTIONS_MAX,
            max_keepalive_connections=CONNECTIONS_MAX,
            keepalive_expiry=IDLE_S,
            retries=0,
            network_backend=self._backend,
        )

    async def post(
        self, url: str, message_id: str, body: bytes, secrets: tuple[str, ...], now: datetime
    ) -> Posted:
        """One try, at most 15 real seconds; `now` is signed as its time. Never raises for a failed one."""
        started = time.monotonic()
        try:
            target = target_of(url, may_be_private=self._may_be_private)
            given = signing.headers(message_id, now, body, secrets)
        except (AddressError, signing.SecretError) as error:
            return Posted(verdict=Verdict.AGAIN, detail=str(error))
        answer = await self.hand_over(target, body, given, now)
        return answer.after(time.monotonic() - started)

    async def hand_over(self, target: Target, body: bytes, given: dict[str, str], now: datetime) -> Posted:
        """One POST with these headers on top of ours, and what the answer means. Never raises."""
        pool = self._pool  # made before the message's own time begins
        ends = asyncio.get_running_loop().time() + self._timeout_s
        try:
            async with asyncio.timeout_at(ends):
                answer = await pool.handle_async_request(_request(target, body, given))
            try:
                said = await _beginning(answer, ends)
            finally:
                await answer.aclose()
            return read_answer(answer.status, answer.headers, said, now)
        except TimeoutError:
            return Posted(verdict=Verdict.AGAIN, detail=f"no answer in {self._timeout_s:g} s", was_stuck=True)
        except DeniedError as error:
            return Posted(verdict=Verdict.AGAIN, detail=str(error))
        except ssl.SSLError:
            return Posted(verdict=Verdict.AGAIN, detail="its TLS certificate is not valid for its name")
        except httpcore.ConnectError as error:
            detail = (
                "its TLS certificate is not valid for its name" if _is_tls(error) else "it does not answer"
            )
            return Posted(verdict=Verdict.AGAIN, detail=detail, was_stuck=not _is_tls(error))
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError):
            return Posted(verdict=Verdict.AGAIN, detail="the line was lost", was_stuck=True)
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as error:
            if "disconnected" in str(error):
                return Posted(verdict=Verdict.AGAIN, detail="the line was lost", was_stuck=True)
            return Posted(verdict=Verdict.AGAIN, detail="its answer is not HTTP")

    async def close(self) -> None:
        """Hang up."""
        if "_pool" in vars(self):
            await self._pool.aclose()
        self._names.close()


def _request(target: Target, body: bytes, given: dict[str, str]) -> httpcore.Request:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_usual = {"https": 443, "http": 80}[target.scheme] == target.port
    url = httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode(),
        port=target.port,
        target=target.path.encode(),
    )
    headers = {
        "Host": host if is_usual else f"{host}:{target.port}",
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **given,
    }
    return httpcore.Request("POST", url, headers=list(headers.items()), content=body)


async def _beginning(answer: httpcore.Response, ends: float) -> bytes:
    """What is read of the answer. A slow or endless one is cut, and its status counts all the same."""
    parts: list[bytes] = []
    size = 0
    with contextlib.suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
        async with asyncio.timeout_at(ends):
            async for part in answer.aiter_stream():
                parts.append(part)
                size += len(part)
                if size >= ANSWER_BYTES_MAX:
                    break
    return b"".join(parts)[:ANSWER_BYTES_MAX]


def _is_tls(error: BaseException) -> bool:
    return isinstance(error.__cause__, ssl.SSLError) or isinstance(error.__context__, ssl.SSLError)
