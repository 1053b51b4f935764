"""Connections for webhooks: the name is resolved and checked here, and we connect to what was checked."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore

from milepost.notify.webhooks.address import why_denied

RESOLVERS = 32
"""Names looked up at a time; a name server that hangs for one endpoint leaves room for the others."""

ADDRESSES_MAX = 4
"""Addresses of one name that are tried."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class DeniedError(Exception):
    """The name leads to a machine we never talk to; the text names no address."""


class NameResolver:
    """Asks the system's resolver, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="webhook-names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a name, each once. Raises OSError when there is none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Where httpcore gets its connections: never from a name, always from an address that was checked."""

    def __init__(
        self,
        resolve: Resolve,
        *,
        may_be_private: bool,
        plain: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """`plain` makes the connections once they are allowed (tests watch it)."""
        self._resolve = resolve
        self._may_be_private = may_be_private
        self._plain = plain or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own shape
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """To the first address that answers. One denied address among them denies the name."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the host name does not resolve") from error
        if not addresses:
            raise httpcore.ConnectError("the host name does not resolve")
        if not self._may_be_private:
            for address in addresses:
                if why := why_denied(address):
                    raise DeniedError(f"the host leads to a machine we do not send to: {why}")
        failed: Exception | None = None
        for address in addresses[:ADDRESSES_MAX]:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("no address answers")

    async def connect_unix_socket(self, *_args: Any, **_words: Any) -> httpcore.AsyncNetworkStream:
        """Never: a webhook goes to a machine, not to a file of ours."""
        raise DeniedError("a webhook does not go to a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """As httpcore asks for it."""
        await asyncio.sleep(seconds)
